//! Valid stamps for changed files, as if another release had generated them.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The text with the stamp that it would have if it had been generated like this.
pub(crate) fn restamped(text: &str) -> String {
    let stamp = text.lines().find(|line| line.starts_with("# plan: ")).unwrap();
    let rest: String = text.split_inclusive('\n').filter(|line| line.trim_end() != stamp).collect();
    let digest = HEXLOWER.encode(&Sha256::digest(rest));
    let (plan, _) = stamp.split_once("  file: ").unwrap();
    text.replace(stamp, &format!("{plan}  file: {}", &digest[..12]))
}
