//! Whole numbers of the config file. The messages of serde's own reader name a type of Rust.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// A number that is not negative.
pub(super) struct WholeNumber(pub(super) u32);

impl<'d> Deserialize<'d> for WholeNumber {
    fn deserialize<D: Deserializer<'d>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_u32(OnlyWholeNumber).map(Self)
    }
}

struct OnlyWholeNumber;

impl Visitor<'_> for OnlyWholeNumber {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
        u32::try_from(number).map_err(|_| E::custom(format!("the number `{number}` is too large")))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u32, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }
}
