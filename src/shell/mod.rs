//! Shell words: quoting for programs that print commands, syntax that only a shell interprets, and the process that
//! a start command runs as process 1.

mod literal;
mod process_one;
mod programs;
mod words;

pub(crate) use literal::Literal;
pub(crate) use process_one::ProcessOne;
pub(crate) use programs::Program;
pub(crate) use words::{is_operator, is_plain, text};

/// Quotes a text as one word of a command line for `sh`: bare if the shell reads it literally, otherwise
/// in single quotes.
#[must_use]
pub fn word(text: &str) -> String {
    crate::dockerfile::shell_word(text, false)
}
