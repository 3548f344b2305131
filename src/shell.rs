//! Words for a shell, for programs that print commands.

/// A text as a word of a command line for `sh`: bare if a shell reads it as it is, in single quotes
/// otherwise.
#[must_use]
pub fn word(text: &str) -> String {
    crate::dockerfile::shell_word(text, false)
}
