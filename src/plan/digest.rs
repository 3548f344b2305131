//! What identifies a plan, whatever its layout.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The SHA-256, in hexadecimal, of a document with its keys sorted and no blanks.
pub(super) fn digest(document: &serde_json::Value) -> String {
    // serde_json keeps the members of an object in a BTreeMap
    let canonical = document.to_string();
    HEXLOWER.encode(&Sha256::digest(canonical.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_the_order_of_keys_do_not_count() {
        let of = |json| digest(&serde_json::from_str(json).unwrap());
        assert_eq!(of(r#"{"a": [1, {"c": 1, "b": 2}]}"#), of("{\n\"a\":[1,{\"b\":2,\"c\":1}]}"));
        assert_ne!(of(r#"{"a": [1, 2]}"#), of(r#"{"a": [2, 1]}"#));
    }
}
