//! Names and values of secrets. The values are never printed.

use std::collections::BTreeMap;
use std::fmt;

/// The values of secrets by name, sorted by name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, Vec<u8>>);

impl Values {
    /// Sets the value of a name, replacing an earlier one.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) {
        self.0.insert(name.into(), value.into());
    }

    /// The value of a name; `None` if it has none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// The names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// The values of the given names. Names without a value are skipped.
    #[must_use]
    pub fn only<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().filter_map(|name| Some((name, self.get(name)?))).collect()
    }
}

impl<N: Into<String>, V: Into<Vec<u8>>> FromIterator<(N, V)> for Values {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Values {
    /// Writes only the names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_contains_no_values() {
        let values = Values::from_iter([("B", "hunter2"), ("A", "swordfish")]);
        assert_eq!(format!("{values:?}"), r#"{"A", "B"}"#);
    }

    #[test]
    fn last_value_of_a_name_wins() {
        let mut values = Values::from_iter([("A", "1"), ("A", "2")]);
        assert_eq!(values.get("A"), Some(b"2".as_slice()));
        values.insert("A", "3");
        assert_eq!(values.only(["A", "B"]), Values::from_iter([("A", "3")]));
    }
}
