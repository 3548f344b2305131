//! The shell: quoting, for programs that print commands, and the commands of a script.

mod process_one;

pub(crate) use process_one::ProcessOne;

/// Quotes a text as one word of a command line for `sh`: bare if the shell reads it literally, otherwise
/// in single quotes.
#[must_use]
pub fn word(text: &str) -> String {
    crate::dockerfile::shell_word(text, false)
}
