//! The progress bar, which only a terminal shows.

use std::io::{self, IsTerminal, Read};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use railpack2docker::escape::escape_invisible;

/// The progress of one source.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Starts it. `verb` is what is being done. Without a size, it shows only what was read.
    pub(crate) fn start(verb: &str, name: &str, size: Option<u64>) -> Self {
        if !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let template = match size {
            Some(_) => "{prefix} {msg} {wide_bar} {bytes}/{total_bytes} ({bytes_per_sec})",
            None => "{prefix} {msg} {spinner} {bytes} ({bytes_per_sec})",
        };
        let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(template);
        Self(style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style)))
            .with_name(verb, escape_invisible(name).into_owned())
    }

    fn with_name(self, verb: &str, name: String) -> Self {
        self.0.set_prefix(verb.to_owned());
        self.0.set_message(name);
        self
    }

    /// A reader whose bytes count.
    pub(crate) fn counted<R: Read>(&self, from: R) -> Counted<R> {
        Counted { from, bar: self.0.clone() }
    }
}

impl Drop for Progress {
    /// Removes it from the terminal.
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A reader that moves a progress bar.
pub(crate) struct Counted<R> {
    from: R,
    bar: ProgressBar,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.bar.inc(count as u64);
        Ok(count)
    }
}
