//! The digest of a plan, which is independent of formatting.

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::HEXLOWER;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use sha2::{Digest, Sha256};

/// The SHA-256, in hexadecimal, of a JSON document in canonical form: keys sorted, no whitespace, and the
/// last value of each duplicate key.
///
/// Fails if the text is not JSON.
pub(super) fn digest(json: &str) -> Result<String, serde_json::Error> {
    let mut canonical = Vec::with_capacity(json.len());
    let mut deserializer = serde_json::Deserializer::from_str(json);
    Canonical(&mut canonical).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(HEXLOWER.encode(&Sha256::digest(&canonical)))
}

/// Appends the canonical form of a value to a buffer.
struct Canonical<'t>(&'t mut Vec<u8>);

impl Canonical<'_> {
    fn write<E: serde::de::Error>(self, value: &impl serde::Serialize) -> Result<(), E> {
        serde_json::to_writer(self.0, value).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Canonical<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Canonical<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.write(&())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let start = self.0.len();
        self.0.push(b'[');
        while items.next_element_seed(Canonical(&mut *self.0))?.is_some() {
            self.0.push(b',');
        }
        close(self.0, start, b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let start = self.0.len();
        let mut values = BTreeMap::new();
        while let Some(key) = members.next_key::<String>()? {
            let from = self.0.len() - start;
            members.next_value_seed(Canonical(&mut *self.0))?;
            values.insert(key, from..self.0.len() - start);
        }
        let written = self.0.split_off(start);
        self.0.push(b'{');
        for (key, range) in values {
            Canonical(&mut *self.0).write(&key)?;
            self.0.push(b':');
            self.0.extend(written.get(range).unwrap_or_default());
            self.0.push(b',');
        }
        close(self.0, start, b'}');
        Ok(())
    }
}

/// Closes an array or object that starts at `start` and has a comma after each element.
fn close(text: &mut Vec<u8>, start: usize, end: u8) {
    if text.len() > start + 1 {
        text.pop();
    }
    text.push(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatting_and_key_order_do_not_matter() {
        let digest_of = |json| digest(json).unwrap();
        assert_eq!(digest_of(r#"{"a": [1, {"c": 1, "b": 2}]}"#), digest_of("{\n\"a\":[1,{\"b\":2,\"c\":1}]}"));
        assert_ne!(digest_of(r#"{"a": [1, 2]}"#), digest_of(r#"{"a": [2, 1]}"#));
    }

    /// `serde_json::Value` sorts the keys of an object.
    #[test]
    fn canonical_form_is_that_of_serde_json() {
        for json in [
            r#"{"b": [], "a": {}, "é\n\u0001": [null, true, false, -1, 18446744073709551615, 1.50, 1e3, 1e300, "\"\\/"]}"#,
            r#"{"b": {"z": 1, "y": [{"x": 2, "w": {}}]}, "a": 3, "b": {"d": 4, "c": 5}}"#,
            "[]",
            "\"x\"",
        ] {
            let document: serde_json::Value = serde_json::from_str(json).unwrap();
            assert_eq!(digest(json).unwrap(), digest(&document.to_string()).unwrap());
            let mut written = Vec::new();
            Canonical(&mut written).deserialize(&mut serde_json::Deserializer::from_str(json)).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), document.to_string());
        }
        assert!(digest("{} x").is_err());
    }
}
