//! Notes where the lines of a text come from while a template writes them.

use std::io;
use std::string::FromUtf8Error;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, ObjectRepr, Value};

use crate::place::Place;
use crate::source_map::{SourceMap, StageLines};

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
    stages: Vec<StageLines>,
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

    /// `stage_begins()`: the next line is the first of a stage.
    pub(super) fn stage_begins(&self) -> impl Fn() -> Value + Send + Sync + 'static {
        self.noting(|state| {
            let first = state.lines + 1;
            state.stages.push(StageLines { first, last: first, instructions: Vec::new() });
        })
    }

    /// `instruction_begins()`: the next line is the first of an instruction, its comment included.
    pub(super) fn instruction_begins(&self) -> impl Fn() -> Value + Send + Sync + 'static {
        self.noting(|state| {
            if let Some(stage) = state.stages.last_mut() {
                stage.instructions.push(state.lines + 1);
            }
        })
    }

    /// `stage_ends()`: the line that was written last is the last of its stage.
    pub(super) fn stage_ends(&self) -> impl Fn() -> Value + Send + Sync + 'static {
        self.noting(|state| {
            if let Some(stage) = state.stages.last_mut() {
                stage.last = state.lines;
            }
        })
    }

    fn noting(&self, note: fn(&mut State)) -> impl Fn() -> Value + Send + Sync + 'static {
        let this = self.clone();
        move || {
            this.with(note);
            Value::from(())
        }
    }

    pub(super) fn writer(&self) -> Writer {
        Writer { text: Vec::new(), origins: self.clone() }
    }

    /// Where the lines of the text come from that was written since the last call, and the lines of
    /// each stage.
    pub(super) fn take(&self) -> (SourceMap, Vec<StageLines>) {
        let state = self.with(std::mem::take);
        (state.source_map, state.stages)
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
        let lines = bytes.split(|byte| *byte == b'\n').count() - 1;
        self.origins.with(|state| state.lines += lines);
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
