//! The check of a bundle: a shell function that the bundle defines and each command calls.

use std::collections::BTreeSet;
use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The name of the function. A bundle defines it in its last lines, so one that is empty or cut off has no such
/// function.
pub(crate) const HAS_SECRETS: &str = "has_secrets";

/// The number of bytes of a SHA-256 that tell apart the sets of secrets that a project has had.
const LENGTH: usize = 4;

/// A short digest of the names in a bundle: the argument of [`HAS_SECRETS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BundleDigest(String);

impl BundleDigest {
    /// The digest of names, in any order.
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut digest = Sha256::new();
        for name in names.into_iter().collect::<BTreeSet<_>>() {
            digest.update(name);
            // not allowed in the name of a variable
            digest.update("=");
        }
        Self(HEXLOWER.encode(digest.finalize().get(..LENGTH).unwrap_or_default()))
    }
}

impl fmt::Display for BundleDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(names: &[&str]) -> String {
        BundleDigest::new(names.iter().copied()).to_string()
    }

    /// Computed with `printf 'A=B=' | sha256sum | head -c 8`.
    #[test]
    fn digest_depends_on_names_and_not_on_their_order() {
        assert_eq!(digest(&["A", "B"]), "394dde52");
        assert_eq!(digest(&["B", "A"]), digest(&["A", "B"]));
        let all = [&["A"][..], &["A", "B"], &["AB"], &["A", "B", "C"], &[]].map(digest);
        assert_eq!(BTreeSet::from(all).len(), 5);
    }
}
