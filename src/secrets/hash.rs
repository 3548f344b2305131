//! One number for names and values: the same for the same ones, and no way back from it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Values;

/// Keeps the hash apart from what other programs make of the same key or value.
const DOMAIN: &[u8] = b"railpack2docker secrets hash v1";

/// What OWASP asks of PBKDF2-HMAC-SHA256.
const ROUNDS: u32 = 600_000;

/// The value for the build arg `SECRETS_HASH`, 64 hexadecimal digits: the same for the same names,
/// values and key on every machine.
///
/// A build arg can be read in the provenance of an image. So with a key it is HMAC-SHA256, of
/// which nobody without the key learns anything; without one it is PBKDF2-HMAC-SHA256, which takes
/// a moment for each guess at a weak value.
#[must_use]
pub fn hash(values: &Values, key: Option<&[u8]>) -> String {
    match key {
        Some(key) => keyed(values, key),
        None => stretched(values, ROUNDS),
    }
}

fn keyed(values: &Values, key: &[u8]) -> String {
    // HMAC takes a key of any length
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(DOMAIN);
    mac.update(&encoded(values));
    hexadecimal(&mac.finalize().into_bytes())
}

fn stretched(values: &Values, rounds: u32) -> String {
    let mut digest = [0; 32];
    // as above
    let Ok(()) = pbkdf2::pbkdf2::<Hmac<Sha256>>(&encoded(values), DOMAIN, rounds, &mut digest) else {
        return String::new();
    };
    hexadecimal(&digest)
}

/// Names and values, each after its length, so that `ab` and `c` are not `a` and `bc`.
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

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Option<&[u8]> = Some(b"key");

    fn of(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().copied().collect()
    }

    #[test]
    fn where_a_name_or_value_ends_counts() {
        let all = [
            of(&[]),
            of(&[("A", "")]),
            of(&[("A", "ab"), ("B", "c")]),
            of(&[("A", "a"), ("B", "bc")]),
            of(&[("A", "x y"), ("B", "z")]),
            of(&[("A", "x"), ("B", "y z")]),
            of(&[("AB", "c")]),
            of(&[("A", "Bc")]),
        ];
        for make in [|values: &Values| keyed(values, b"key"), |values: &Values| stretched(values, 2)] {
            let mut hashes: Vec<String> = all.iter().map(make).collect();
            hashes.sort();
            hashes.dedup();
            assert_eq!(hashes.len(), all.len());
        }
    }

    #[test]
    fn the_key_counts() {
        let values = of(&[("A", "a")]);
        assert_ne!(hash(&values, Some(b"one")), hash(&values, Some(b"two")));
        assert_ne!(hash(&values, Some(b"one")), hash(&values, None));
    }

    #[test]
    fn every_order_of_sources_gives_one_hash() {
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

    /// Taken from Python's `hmac` and `hashlib.pbkdf2_hmac`.
    #[test]
    fn the_hash_is_what_other_implementations_make_of_it() {
        let values = of(&[("B", "é\n"), ("A", "1")]);
        assert_eq!(hash(&values, KEY), "8258be3736fc2ee5bd155ccc6ce32232219eb7c7ec49cda881ea81f73fb2f566");
        assert_eq!(hash(&values, None), "8a6a04ed08829a9f6b416ecabcdc559323f13c6376ef5c6309f4fc74df37130c");
    }
}
