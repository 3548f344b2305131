//! `--check`: whether a Dockerfile and its ignore file are what the plan gives, and why not.

use std::io;
use std::path::Path;

#[cfg(not(unix))]
use fs_err as fs;

use super::args::{Args, path_word};
use super::config::NAME;
use super::files::{Failure, ignore_path, read_whole, why_unreadable};
use super::regenerated::Regenerated;
use super::report::Reporter;
use super::unified::{painted, unified};
use crate::header::{self, Header, with_line_feeds};
use crate::{Diagnostic, Transpiled};

/// The file that is checked when none is named.
const DEFAULT_FILE: &str = "Dockerfile";

/// Checks, and prints what differs as a unified diff. The reasons are in the failure.
pub(super) fn run(args: &Args, reporter: &Reporter) -> Result<(), Failure> {
    let file = args.output_file().unwrap_or(Path::new(DEFAULT_FILE));
    let current = read(file)?;
    let header = current.as_deref().and_then(Header::of);
    let again = Regenerated::of(file, header.as_ref(), args.plan.given.as_deref(), &args.transpiling, reporter)?;
    let mut differences = differences(file, current, &again.made)?;
    reporter.report(&line_ends(&mut differences), None);
    for difference in &differences {
        reporter.print(&painted(&difference.unified()))?;
    }
    judge(file, &differences, &again.command(file))
}

/// Checks a file that is about to be built: here, line ends count as well.
pub(super) fn current(file: &Path, made: &Transpiled, command: &str) -> Result<(), Failure> {
    judge(file, &differences(file, read(file)?, made)?, command)
}

/// Says why files differ, and what to do.
fn judge(file: &Path, differences: &[Difference], command: &str) -> Result<(), Failure> {
    let mut found: Vec<Diagnostic> = differences.iter().map(Difference::why).collect();
    let Some(last) = found.pop() else { return Ok(()) };
    found.push(last.with_help(remedy(file, differences, command)));
    Err(Failure::Stale(found))
}

/// The header of a file, if it is there and has one.
pub(super) fn header_of(file: &Path) -> Result<Option<Header>, Failure> {
    Ok(read(file)?.as_deref().and_then(Header::of))
}

/// A file that is not what it should be.
struct Difference {
    /// Its name in messages.
    file: String,
    /// What is there.
    current: Option<String>,
    /// What should be.
    wanted: Option<String>,
}

/// The files that differ from what was made, by a byte.
fn differences(file: &Path, current: Option<String>, made: &Transpiled) -> Result<Vec<Difference>, Failure> {
    let current_ignore = read(&ignore_path(file))?;
    Ok(differing(file, current, current_ignore, made))
}

/// The same, of what is in the Dockerfile and in its ignore file.
fn differing(
    file: &Path,
    current: Option<String>,
    current_ignore: Option<String>,
    made: &Transpiled,
) -> Vec<Difference> {
    let ignore_file = ignore_path(file);
    // someone's own ignore file is none of ours, as long as the plan asks for none
    let is_ours = |text: &String| made.dockerignore.is_some() || header::is_generated(text.as_bytes());
    let pairs = [
        (file, current, Some(made.dockerfile.clone())),
        (&ignore_file, current_ignore.filter(is_ours), made.dockerignore.clone()),
    ];
    let differing = pairs.into_iter().filter(|(_, current, wanted)| current != wanted);
    let difference =
        |(file, current, wanted): (&Path, _, _)| Difference { file: file.display().to_string(), current, wanted };
    differing.map(difference).collect()
}

/// What is said of two files by what is in them, and the diffs that are printed.
#[cfg(fuzzing)]
pub(super) fn said(current: Option<String>, ignore: Option<String>, made: &Transpiled) -> (Vec<Diagnostic>, String) {
    let file = Path::new(DEFAULT_FILE);
    let mut differences = differing(file, current, ignore, made);
    let mut said = line_ends(&mut differences);
    if let Err(Failure::Stale(found)) = judge(file, &differences, "railpack2docker") {
        said.extend(found);
    }
    (said, differences.iter().map(|difference| painted(&difference.unified())).collect())
}

/// Takes out the files that differ in their line ends alone, and says which these are.
fn line_ends(differences: &mut Vec<Difference>) -> Vec<Diagnostic> {
    let found = differences.extract_if(.., |difference| difference.is_of_line_ends()).map(|difference| {
        let message = format!("`{}` is what the plan gives, but for its line ends, which are CRLF", difference.file);
        let pattern = Path::new(&difference.file).file_name().unwrap_or_default().display().to_string();
        Diagnostic::new(Code::LineEndings, message).with_help(format!(
            "put `{pattern} text eol=lf` into `.gitattributes`: the files that a Dockerfile holds are built as they stand"
        ))
    });
    found.collect()
}

impl Difference {
    fn is_of_line_ends(&self) -> bool {
        match (&self.current, &self.wanted) {
            (Some(current), Some(wanted)) => with_line_feeds(current) == with_line_feeds(wanted),
            _ => false,
        }
    }

    fn unified(&self) -> String {
        match (&self.current, &self.wanted) {
            // all of it is someone else's
            (Some(current), Some(_)) if !header::is_generated(current.as_bytes()) => String::new(),
            (current, wanted) => unified(
                current.as_deref().unwrap_or_default(),
                wanted.as_deref().unwrap_or_default(),
                &self.file,
                &format!("{} as the plan gives it", self.file),
            ),
        }
    }

    /// Why it differs, as far as that can be told.
    fn why(&self) -> Diagnostic {
        let file = &self.file;
        let (current, wanted) = match (&self.current, &self.wanted) {
            (Some(current), Some(wanted)) => (current, wanted),
            (None, _) => return missing(Path::new(file)),
            (Some(_), None) => {
                return Diagnostic::new(
                    Code::StaleIgnoreFile,
                    format!("`{file}` excludes what the plan no longer does"),
                );
            }
        };
        let (Some(header), Some(new)) = (Header::of(current), Header::of(wanted)) else {
            return foreign(Path::new(file));
        };
        if self.is_of_line_ends() {
            return Diagnostic::new(
                Code::CarriageReturns,
                format!("`{file}` has CRLF line ends, which a build would keep"),
            );
        }
        let is_edited = !header.is_untouched(current);
        if header.digest != new.digest {
            let (old, new) = (header.digest, new.digest);
            let too = if is_edited { "; the file was edited by hand, too" } else { "" };
            let message = format!("the plan changed since `{file}` was made: its sha256 was {old} and is {new}{too}");
            return Diagnostic::new(Code::ChangedPlan, message);
        }
        if is_edited {
            return Diagnostic::new(
                Code::EditedFile,
                format!("`{file}` was edited by hand: it is not what was written"),
            );
        }
        if header.arguments != new.arguments {
            let message =
                format!("`{file}` was made by another command: `railpack2docker {}`", header.arguments.join(" "));
            return Diagnostic::new(Code::ChangedOptions, message);
        }
        let message = format!("another version of railpack2docker wrote `{file}`, or `{NAME}` changed");
        Diagnostic::new(Code::ChangedOutput, message)
    }
}

/// A file is not this tool's.
pub(super) fn foreign(file: &Path) -> Diagnostic {
    let message = format!("`{}` was not made by railpack2docker: it has no header that says so", file.display());
    Diagnostic::new(Code::NotGenerated, message)
}

fn missing(file: &Path) -> Diagnostic {
    Diagnostic::new(Code::MissingFile, format!("`{}` does not exist", file.display()))
}

/// What to do about all that differs.
fn remedy(file: &Path, differences: &[Difference], command: &str) -> String {
    let codes: Vec<&str> = differences.iter().map(|difference| difference.why().code).collect();
    let run = if codes.contains(&"not-generated") {
        format!("run `{command} --force`, which overwrites it")
    } else if codes.contains(&"edited-file") {
        format!("change the plan instead, then run `{command}`")
    } else {
        format!("run `{command}`")
    };
    if is_read_only(file) { format!("{run} where its folder can be written to: here it is read-only") } else { run }
}

/// Whether files can't be made in the folder of a file.
fn is_read_only(file: &Path) -> bool {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    #[cfg(unix)]
    let read_only = {
        use rustix::io::Errno;
        let access = rustix::fs::access(folder, rustix::fs::Access::WRITE_OK);
        matches!(access, Err(Errno::ACCESS | Errno::ROFS))
    };
    #[cfg(not(unix))]
    let read_only = fs::metadata(folder).is_ok_and(|metadata| metadata.permissions().readonly());
    read_only
}

/// The text of a file; none if it is not there. Text that is not UTF-8 is none that this tool wrote.
fn read(file: &Path) -> Result<Option<String>, Failure> {
    match read_whole(file) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("can't check `{}`: {}", file.display(), why_unreadable(&error));
            let found = Diagnostic::new(Code::UnreadableFile, message);
            Err(match error.kind() {
                io::ErrorKind::IsADirectory => {
                    found.with_help(format!("name the file in it, as in `-o {}`", path_word(&file.join(DEFAULT_FILE))))
                }
                _ => found,
            }
            .into())
        }
    }
}
