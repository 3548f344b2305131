//! File commands: files whose content is in the plan.

use super::builder::StageBuilder;
use super::{Context, OrReport};
use crate::compat::gopath::{dir, under_app};
use crate::diagnostic::{Code, Diagnostic};
use crate::dockerfile::{
    Comment, Copy, CopyFile, CopyPaths, Directory, From, Heredoc, HeredocPath, Inexpressible, Instruction, Mode, Role,
    Stage, StageName,
};
use crate::plan::{Located, StepId, given_mode};

/// A file to write.
pub(super) struct File<'p> {
    pub(super) path: &'p Located<String>,
    pub(super) content: &'p Located<String>,
    /// The mode as it is in the plan: 493 is 0755.
    pub(super) mode: Option<u32>,
    pub(super) comment: Option<Comment>,
}

/// The mode of parent directories that BuildKit creates.
const DIRECTORY_MODE: u32 = 0o755;

impl File<'_> {
    /// Adds a COPY of a heredoc, or a COPY from a helper stage if the path can't be spelled as the
    /// destination of a heredoc.
    pub(super) fn lower(
        self,
        context: &mut Context<'_, '_>,
        id: StepId,
        stage: &StageName,
        builder: &mut StageBuilder<'_>,
    ) {
        let path = under_app(&self.path.value);
        if ["/", "/app"].contains(&path.as_str()) {
            let message = format!("can't write a file to `{}`: it is a directory", self.path.value);
            context.findings.push(
                Diagnostic::new(Code::InvalidPath, message)
                    .at(&self.path.location)
                    .with_help("use the path of a file in that directory"),
            );
            return;
        }
        let Some(content) = Heredoc::new(&self.content.value).or_report(context, "the asset", self.content) else {
            return;
        };
        let content = Located::at(&self.content.location, content);
        let mode = given_mode(self.mode);
        let parent = dir(&path);
        match (HeredocPath::new(&path), make_parents(&path, mode)) {
            (Ok(path), Ok(parents)) => {
                let instructions = &mut builder.instructions;
                let parents = parents.filter(|_| builder.created_directories.insert(parent));
                instructions.extend(parents.map(|parents| Located::at(&self.path.location, parents)));
                let mode = mode.map(Mode);
                let file = CopyFile { comment: self.comment, mode, path, content };
                instructions.push(Located::at(&self.path.location, Instruction::CopyFile(file)));
            }
            _ => {
                let file = |path| CopyFile { comment: None, mode: mode.map(Mode), path, content };
                self.lower_to_stage(context, id, stage, &path, file, builder);
            }
        }
    }

    fn lower_to_stage(
        self,
        context: &mut Context<'_, '_>,
        id: StepId,
        stage: &StageName,
        path: &str,
        file: impl FnOnce(HeredocPath) -> CopyFile,
        builder: &mut StageBuilder<'_>,
    ) {
        const PATH_IN_STAGE: &str = "/file";
        let Some(paths) = CopyPaths::new(PATH_IN_STAGE, path).or_report(context, "the path", self.path) else { return };
        let Some(name) = context.names.unique(&format!("{stage}-file")) else { return };
        let Ok(path_in_stage) = HeredocPath::new(PATH_IN_STAGE) else { return };
        let location = &self.path.location;
        builder.helpers.push(Stage {
            role: Role::FileFor(id),
            location: location.clone(),
            comment: Some(Comment::new(&format!("File for {stage}: COPY can't write a heredoc to its path"))),
            from: Located::at(location, From::Scratch),
            name: Some(name.clone()),
            instructions: vec![Located::at(location, Instruction::CopyFile(file(path_in_stage)))],
        });
        let from = Some(From::Stage(name));
        let copy = Copy { comment: self.comment, from, link: false, owner: None, exclude: Vec::new(), paths };
        builder.instructions.push(Located::at(location, Instruction::Copy(copy)));
    }
}

/// Creates the parent directories of a file first, if needed: `COPY --chmod` also applies its mode to the
/// directories that it creates. Fails if WORKDIR can't express the path.
fn make_parents(path: &str, mode: Option<u32>) -> Result<Option<Instruction>, Inexpressible> {
    let parent = dir(path);
    if mode.is_none_or(|mode| mode == DIRECTORY_MODE) || ["/", "/app"].contains(&parent.as_str()) {
        return Ok(None);
    }
    Ok(Some(Instruction::MakeDirectory { directory: Directory::new(&parent)?, back: Directory::new("/app")? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_are_created_if_the_mode_would_apply_to_them() {
        for (path, mode, are_created) in [
            ("/p/q/secret", Some(0o600), true),
            ("/p/q/run.sh", Some(0o755), false),
            ("/p/q/plain", None, false),
            ("/secret", Some(0o600), false),
            ("/app/secret", Some(0o600), false),
        ] {
            assert_eq!(make_parents(path, mode).unwrap().is_some(), are_created, "{path}");
        }
        assert!(make_parents("/a\nb/c", Some(0o600)).is_err());
    }
}
