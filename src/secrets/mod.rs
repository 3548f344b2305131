//! The values of secrets: what hashes them, and what bundles them. Nothing is read or written here.

mod bundle;
mod credential;
mod hash;
mod values;

pub use bundle::{LARGEST, Unbundlable, bundle};
pub use hash::hash;
pub use values::Values;

pub(crate) use credential::{is_credential, looks_secret};
