//! The secrets hash: deterministic and one-way.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Values;

/// Separates the hash from those of other programs for the same key or value.
const DOMAIN: &[u8] = b"railpack2docker secrets hash v1";

/// OWASP's recommendation for PBKDF2-HMAC-SHA256.
const ROUNDS: u32 = 600_000;

/// The value for the build arg `SECRETS_HASH`, 64 hexadecimal digits. It is the same for the same names,
/// values and key on every machine.
///
/// The provenance of an image contains its build args if its mode is `max`. So with a key, the hash is HMAC-SHA256, which
/// reveals nothing to anyone without the key; without one, it is PBKDF2-HMAC-SHA256, which makes each
/// guess at a weak value slow.
#[must_use]
pub fn hash(values: &Values, key: Option<&[u8]>) -> String {
    match key {
        Some(key) => keyed(values, key),
        None => stretched(values, ROUNDS),
    }
}

fn keyed(values: &Values, key: &[u8]) -> String {
    // never fails: HMAC accepts keys of any length
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(DOMAIN);
    mac.update(&encoded(values));
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

fn stretched(values: &Values, rounds: u32) -> String {
    let mut digest = [0; 32];
    // never fails, for the same reason
    let Ok(()) = pbkdf2::pbkdf2::<Hmac<Sha256>>(&encoded(values), DOMAIN, rounds, &mut digest) else {
        return String::new();
    };
    HEXLOWER.encode(&digest)
}

/// Names and values, each preceded by its length, so that `ab` and `c` differ from `a` and `bc`.
fn encoded(values: &Values) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in values.iter() {
        for part in [name.as_bytes(), value] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Option<&[u8]> = Some(b"key");

    fn values_of(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().copied().collect()
    }

    #[test]
    fn boundaries_of_names_and_values_matter() {
        let all = [
            values_of(&[]),
            values_of(&[("A", "")]),
            values_of(&[("A", "ab"), ("B", "c")]),
            values_of(&[("A", "a"), ("B", "bc")]),
            values_of(&[("A", "x y"), ("B", "z")]),
            values_of(&[("A", "x"), ("B", "y z")]),
            values_of(&[("AB", "c")]),
            values_of(&[("A", "Bc")]),
        ];
        for make in [|values: &Values| keyed(values, b"key"), |values: &Values| stretched(values, 2)] {
            let mut hashes: Vec<String> = all.iter().map(make).collect();
            hashes.sort();
            hashes.dedup();
            assert_eq!(hashes.len(), all.len());
        }
    }

    #[test]
    fn key_matters() {
        let values = values_of(&[("A", "a")]);
        assert_ne!(hash(&values, Some(b"one")), hash(&values, Some(b"two")));
        assert_ne!(hash(&values, Some(b"one")), hash(&values, None));
    }

    #[test]
    fn order_of_sources_does_not_matter() {
        let mut pairs: Vec<(String, String)> = (0..7).map(|i| (format!("NAME_{i}"), format!("value {i}"))).collect();
        let expected = (hash(&pairs.iter().cloned().collect(), KEY), stretched(&pairs.iter().cloned().collect(), 2));
        let mut state = 1_u64;
        for _ in 0..2_000 {
            for i in (1..pairs.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                pairs.swap(i, usize::try_from(state >> 33).unwrap() % (i + 1));
            }
            let values: Values = pairs.iter().cloned().collect();
            assert_eq!((hash(&values, KEY), stretched(&values, 2)), expected);
        }
    }

    /// Computed with Python's `hmac` and `hashlib.pbkdf2_hmac`.
    #[test]
    fn hash_matches_other_implementations() {
        let values = values_of(&[("B", "é\n"), ("A", "1")]);
        assert_eq!(hash(&values, KEY), "8258be3736fc2ee5bd155ccc6ce32232219eb7c7ec49cda881ea81f73fb2f566");
        assert_eq!(hash(&values, None), "8a6a04ed08829a9f6b416ecabcdc559323f13c6376ef5c6309f4fc74df37130c");
    }
}
