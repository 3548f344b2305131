//! Operands as values of templates. The formatter of the templates accepts nothing else.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind, Output};

use crate::dockerfile::{
    Appended, Assignment, BuildArg, Comment, CopyPaths, Delimiter, Directory, Duration, Exclude, ExecForm, From,
    Heredoc, HeredocPath, IgnorePattern, ImageRef, Label, Layout, Mode, MountField, OwnedPath, Owner, PlatformArg,
    Port, Retries, SecretFile, Sharing, ShellSetup, ShellVariables, Signal, StageName, UserSetup,
};
use crate::header::{AssetDigest, GeneratedFrom};

/// Encloses, in a rendered template, an operand that has an origin of its own:
/// `MARK index MARK text MARK MARK`. No operand can contain a mark.
pub(super) const MARK: char = '\0';

/// Text that may become part of a generated file, and the index of its origin if it has one of its own.
#[derive(Debug)]
pub(super) struct Spelled {
    text: Arc<str>,
    origin: Option<usize>,
}

impl Spelled {
    /// Prints a value of a template. Fails on values that are not operands, and on operands that contain
    /// a mark.
    pub(super) fn print(out: &mut Output<'_>, value: &Value) -> Result<(), Error> {
        let reject = |why: &str| Err(Error::new(ErrorKind::BadEscape, format!("{value:?} {why}")));
        match value.downcast_object_ref::<Self>() {
            None => reject("is not an operand"),
            Some(spelled) if spelled.text.contains(MARK) => reject("contains a NUL character"),
            Some(Self { text, origin: None }) => Ok(out.write_str(text)?),
            Some(Self { text, origin: Some(index) }) => Ok(write!(out, "{MARK}{index}{MARK}{text}{MARK}{MARK}")?),
        }
    }
}

impl Object for Spelled {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A type that spells one kind of operand.
pub(super) trait Operand: fmt::Display {}

macro_rules! operands {
    ($($operand:ty),+) => { $(impl Operand for $operand {})+ };
}
operands!(
    Appended,
    AssetDigest,
    Assignment,
    BuildArg,
    Comment,
    CopyPaths,
    Delimiter,
    Directory,
    Duration,
    Exclude,
    ExecForm,
    From,
    GeneratedFrom<'_>,
    Heredoc,
    HeredocPath,
    IgnorePattern,
    ImageRef,
    Label,
    Layout,
    Mode,
    MountField,
    OwnedPath,
    Owner,
    PlatformArg,
    Port,
    Retries,
    SecretFile,
    Sharing,
    ShellSetup,
    ShellVariables,
    Signal,
    StageName,
    UserSetup
);

pub(super) fn spelled(operand: &impl Operand) -> Value {
    Value::from_object(Spelled { text: operand.to_string().into(), origin: None })
}

/// The text of an operand that was spelled before, with the index of its origin.
pub(super) fn spelled_with_origin(text: Arc<str>, origin: usize) -> Value {
    Value::from_object(Spelled { text, origin: Some(origin) })
}
