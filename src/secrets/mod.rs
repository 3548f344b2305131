//! The values of secrets: what hashes them, and what bundles them. Nothing is read or written here.

mod bundle;
mod hash;
mod names;
mod values;

pub use bundle::{LARGEST, Unbundlable, bundle};
pub use hash::hash;
pub use names::{PlanSecrets, StepSecrets, of_plan};
pub use values::Values;
