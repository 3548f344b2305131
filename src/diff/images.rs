//! Image references.

use super::change::{Change, ChangeKind, Subject};
use super::message::Message;
use crate::dockerfile::split_reference;

/// Compares two different references, to different images or to different versions of one image.
pub(super) fn compare(old: &str, new: &str, subject: &Subject) -> Change {
    let (name, before) = split(old);
    let (new_name, after) = split(new);
    if name != new_name {
        return Change::new(ChangeKind::ImageChanged, subject, Message::new("image")).with_values(old, new);
    }
    let message = Message::new("image ").value(name);
    Change::new(ChangeKind::ImageChanged, subject, message)
        .with_values(before.unwrap_or("latest"), after.unwrap_or("latest"))
}

/// Splits a reference into the image's name and its tag, digest or both.
fn split(reference: &str) -> (&str, Option<&str>) {
    let (name, ..) = split_reference(reference);
    (name, reference.get(name.len() + 1..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_not_a_tag() {
        for (reference, name, version) in [
            ("debian", "debian", None),
            ("debian:12", "debian", Some("12")),
            ("localhost:5000/x", "localhost:5000/x", None),
            ("localhost:5000/x:1@sha256:ab", "localhost:5000/x", Some("1@sha256:ab")),
            ("x@sha256:ab", "x", Some("sha256:ab")),
        ] {
            assert_eq!(split(reference), (name, version));
        }
    }
}
