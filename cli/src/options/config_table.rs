//! Tables of the config file. Serde also reads an array into a struct, value by value in the order of the fields.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

/// Reads a table, and refuses an array in place of one.
pub(super) fn read_table<'d, T: Deserialize<'d>, D: Deserializer<'d>>(from: D) -> Result<T, D::Error> {
    from.deserialize_map(OnlyTable(PhantomData))
}

struct OnlyTable<T>(PhantomData<T>);

impl<'d, T: Deserialize<'d>> Visitor<'d> for OnlyTable<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'d>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use crate::options::config::Config;

    #[test]
    fn an_array_is_not_a_table() {
        for name in ["transpile", "image", "lint", "verify", "railpack"] {
            assert!(Config::parse(&format!("[{name}]")).is_ok());
            let error = Config::parse(&format!("{name} = []")).unwrap_err();
            assert_eq!(error.message(), "invalid type: sequence, expected a table");
            assert!(error.span().is_some());
        }
    }
}
