//! The argument that names the plan.

use std::path::{Path, PathBuf};

use clap::ValueHint;

use crate::files::paths::path_word;

/// The plan unless another is named.
pub(crate) const DEFAULT_PLAN: &str = "railpack-plan.json";

/// The plan.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanArgs {
    /// Build plan, or `-` for standard input [default: railpack-plan.json]
    #[arg(value_name = "PLAN", value_hint = ValueHint::FilePath)]
    #[arg(id = "plan")]
    pub(crate) given: Option<PathBuf>,
}

impl PlanArgs {
    /// The path of the plan, or `-`.
    pub(crate) fn path(&self) -> &Path {
        self.given.as_deref().unwrap_or(Path::new(DEFAULT_PLAN))
    }

    /// The plan as a word of a shell command.
    pub(crate) fn word(&self) -> String {
        path_word(self.path())
    }
}
