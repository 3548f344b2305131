//! References to images.

use super::change::{Change, Kind, Subject};
use super::message::Text;
use crate::dockerfile::split_reference;

/// Another image, or another version of it.
pub(super) fn changed(old: &str, new: &str, subject: &Subject) -> Change {
    let (name, before) = split(old);
    let (new_name, after) = split(new);
    if name != new_name {
        return Change::new(Kind::ImageChanged, subject, Text::of("image")).with_values(old, new);
    }
    let what = Text::of("image ").value(name);
    Change::new(Kind::ImageChanged, subject, what).with_values(before.unwrap_or("latest"), after.unwrap_or("latest"))
}

/// The name of an image, and its tag or digest or both.
fn split(reference: &str) -> (&str, Option<&str>) {
    let (name, ..) = split_reference(reference);
    (name, reference.get(name.len() + 1..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_tag() {
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
