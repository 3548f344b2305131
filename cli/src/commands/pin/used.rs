//! The images that plans use.

use std::path::Path;

use railpack2docker::header::Header;
use railpack2docker::{Compilation, Diagnostics, PulledImage};

use crate::failure::Failure;
use crate::files::given::Given;
use crate::files::plan_file::PlanFile;
use crate::options::transpile::TranspileArgs;
use crate::output::regenerate::Recipe;
use crate::output::report::{OrReport, Reporter};
use crate::output::stale_files::{dockerfile_beside, read};

/// A plan and its images.
pub(super) struct PlanImages {
    pub(super) plan: PlanFile,
    images: Vec<PulledImage>,
}

impl PlanImages {
    /// Reads a plan. Options that are not given are those of the Dockerfile next to it, as for `--check`.
    pub(super) fn read(path: &Path, args: &TranspileArgs, reporter: &Reporter) -> Result<Self, Failure> {
        let (plan, images) = compile(path, args)?;
        Ok(Self { images: images.or_report(&plan, reporter)?, plan })
    }

    /// Reads a plan, and reports nothing. `None` for one with errors.
    pub(super) fn read_silently(path: &Path) -> Option<Self> {
        let (plan, images) = compile(path, &TranspileArgs::default()).ok()?;
        Some(Self { images: images.ok()?, plan })
    }

    /// The images without a digest in their names, sorted by name.
    pub(super) fn pinnable(&self) -> impl Iterator<Item = &PulledImage> {
        self.images.iter().filter(|image| !image.has_digest())
    }
}

/// A plan, and its images or its errors.
fn compile(path: &Path, args: &TranspileArgs) -> Result<(PlanFile, Result<Vec<PulledImage>, Diagnostics>), Failure> {
    let file = dockerfile_beside(path);
    let current = read(&file, Given::BesidePlan)?;
    let header = current.as_deref().and_then(Header::parse);
    let recipe = Recipe::new(&file, header.as_ref(), Some(path), path, args);
    let (plan, mut options) = recipe.read(header.as_ref())?;
    // the lock is about to be written
    options.locked = false;
    let lowered = Compilation::parse(&plan.text, options.strict).and_then(|compilation| compilation.lower(&options));
    let images = lowered.map(|lowered| lowered.images().to_vec());
    Ok((plan, images))
}
