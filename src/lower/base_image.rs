//! Base images of stages.

use super::Context;
use crate::diagnostic::{Located, Location};
use crate::dockerfile::{Copy, CopyPaths, Directory, From, Instruction};
use crate::graph::{Edge, Origin};

/// Whether an image is one of Railpack's own, which set neither USER nor SHELL.
pub(super) fn is_railpack_image(image: &str) -> bool {
    image.starts_with("ghcr.io/railwayapp/railpack-")
}

/// Whether an image has the default PATH. Railpack's runtime image does
/// (`images/debian/runtime/Dockerfile`); its builder image adds mise's shims.
pub(super) fn has_default_path(image: &str) -> bool {
    image.starts_with("ghcr.io/railwayapp/railpack-runtime:")
}

/// Resets the USER of an image and, if commands follow, its SHELL. Railpack's own images need no reset.
pub(super) fn reset_user(image: &str, runs_commands: bool) -> Option<Instruction> {
    (!is_railpack_image(image)).then_some(Instruction::ResetUser { shell: runs_commands })
}

/// The `FROM` of a stage, and its first instructions: they reset what the config of a base image sets,
/// copy local files that are the base, and set the working directory. `location` is used for a stage
/// without a base.
pub(super) fn start<'p>(
    context: &mut Context<'p, '_>,
    base: Option<Edge<'p>>,
    location: &Location,
    runs_commands: bool,
) -> (Located<From>, Vec<Located<Instruction>>) {
    let location = base.map_or(location, |edge| &edge.input.location);
    let app = Directory::new("/app").map(Instruction::Workdir);
    let (from, instructions): (From, Vec<Instruction>) = match base.map(|edge| context.resolved(edge.origin)) {
        Some(Origin::Step(id)) => (context.stage_name(id).map_or(From::Scratch, From::Stage), Vec::new()),
        Some(Origin::Image(image)) => {
            let reset = reset_user(&image.value, runs_commands);
            (context.image(image).map_or(From::Scratch, From::Image), reset.into_iter().chain(app).collect())
        }
        Some(Origin::Local) => {
            let paths = CopyPaths::new(".", "/");
            let copy = paths.map(|paths| Instruction::Copy(Copy::new(None, paths)));
            (From::Scratch, copy.into_iter().chain(app).collect())
        }
        None => (From::Scratch, app.into_iter().collect()),
    };
    let instructions = instructions.into_iter().map(|instruction| Located::at(location, instruction)).collect();
    (Located::at(location, from), instructions)
}
