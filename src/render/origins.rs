//! Notes where the lines of a text come from while a template writes them.

use std::io;
use std::string::FromUtf8Error;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, ObjectRepr, Value};

use crate::place::Place;
use crate::source_map::SourceMap;

/// A place of the plan, as a value that templates hand to `at`.
#[derive(Debug)]
struct Origin(Place);

impl Object for Origin {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

/// What a template calls `at` with.
pub(super) fn origin(place: &Place) -> Value {
    Value::from_object(Origin(place.clone()))
}

/// The line that is being written, and the places that lines come from.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The lines that are done.
    lines: usize,
    source_map: SourceMap,
}

impl Origins {
    /// `at(place)`: what is written from here on comes from this place. `at(none)`: from no place.
    pub(super) fn function(&self) -> impl Fn(Value) -> Value + Send + Sync + 'static {
        let this = self.clone();
        move |place| {
            this.with(|state| {
                let place = place.downcast_object_ref::<Origin>().map(|origin| origin.0.clone());
                state.source_map.push(state.lines + 1, place);
            });
            Value::from(())
        }
    }

    pub(super) fn writer(&self) -> Writer {
        Writer { text: Vec::new(), origins: self.clone() }
    }

    /// Everything noted so far.
    pub(super) fn source_map(&self) -> SourceMap {
        self.with(|state| std::mem::take(&mut state.source_map))
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Holds what a template writes, and counts its lines.
pub(super) struct Writer {
    text: Vec<u8>,
    origins: Origins,
}

impl Writer {
    pub(super) fn into_text(self) -> Result<String, FromUtf8Error> {
        String::from_utf8(self.text)
    }
}

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        #[expect(clippy::naive_bytecount, reason = "what is written at once is short")]
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.origins.with(|state| state.lines += lines);
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
