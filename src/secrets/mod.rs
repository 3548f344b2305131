//! The values of secrets: hashing and bundling. No I/O is done here.

mod bundle;
mod credential;
mod hash;
mod values;

pub use bundle::{LARGEST, Unbundlable, bundle, bundle_in_base64};
pub use credential::is_masked;
pub use hash::hash;
pub use values::Values;

pub(crate) use credential::{is_credential, looks_secret};
