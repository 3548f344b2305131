//! The commands, one module each.

pub(crate) mod build;
pub(crate) mod bundle;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod emit;
pub(crate) mod explain;
pub(crate) mod hash;
pub(crate) mod leaks;
pub(crate) mod lint;
pub(crate) mod man;
pub(crate) mod pin;
pub(crate) mod schema;
pub(crate) mod sync;
pub(crate) mod transpile;
pub(crate) mod verify;
pub(crate) mod where_from;
