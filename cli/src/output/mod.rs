//! Output for people and programs, and the generated text that it is about.

pub(crate) mod counts;
pub(crate) mod format;
pub(crate) mod location;
pub(crate) mod markdown;
pub(crate) mod outcomes;
pub(crate) mod print;
pub(crate) mod regenerate;
pub(crate) mod report;
pub(crate) mod stale_files;
pub(crate) mod unified_diff;
pub(crate) mod written;
