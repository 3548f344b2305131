//! The start of a digest, as headers contain it.

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The number of digits that are written: enough to distinguish texts.
pub(super) const DIGITS: usize = 12;

/// The first twelve digits of the SHA-256 of a text in parts, in hexadecimal.
pub(super) fn digits<const N: usize>(parts: [&str; N]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let mut hex = HEXLOWER.encode(&hash.finalize());
    hex.truncate(DIGITS);
    hex
}

/// Whether a text has the form of [`digits`].
pub(super) fn is_digits(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A text with LF line endings.
#[must_use]
pub fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}
