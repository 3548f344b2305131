//! File commands: files whose content is in the plan.

use super::builder::StageBuilder;
use super::{Context, OrReport};
use crate::builder::Heredoc as HeredocContent;
use crate::compat::gopath::{dir, under_app};
use crate::diagnostic::{Code, Diagnostic};
use crate::dockerfile::{
    AssetPath, AssetText, Comment, Copy, CopyAsset, CopyFile, CopyPaths, Directory, From, Heredoc, HeredocPath,
    Inexpressible, Instruction, Mode, Role, Stage, StageName,
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

/// The mode of files that BuildKit creates.
const FILE_MODE: u32 = 0o644;

impl File<'_> {
    /// Adds a COPY of a heredoc or of a file in the build context, or a COPY from a helper stage if the path can't be
    /// spelled as its destination.
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
        let Some(source) = self.source(context, &path) else { return };
        let mode = source.mode(self.mode);
        let parent = dir(&path);
        match (source.copy_to(&path, mode, self.comment.clone()), make_parents(&path, mode)) {
            (Ok(copy), Ok(parents)) => {
                let parents = parents.filter(|_| builder.created_directories.insert(parent));
                let instructions = parents.into_iter().chain([copy]);
                builder.instructions.extend(instructions.map(|it| Located::at(&self.path.location, it)));
            }
            _ => self.lower_to_stage(context, id, stage, &path, &source, builder),
        }
    }

    /// The source of the content. Reports content that can't be expressed.
    fn source(&self, context: &mut Context<'_, '_>, path: &str) -> Option<Source> {
        if let Some((path, text)) = context.asset(path, self.content) {
            return Some(Source::Asset(path, text));
        }
        if self.loses_carriage_returns(context) {
            return None;
        }
        let content = Heredoc::new(&self.content.value).or_report(context, "the asset", self.content)?;
        Some(Source::Heredoc(Located::at(&self.content.location, content)))
    }

    /// Whether the builder would write other content. Reports it.
    fn loses_carriage_returns(&self, context: &mut Context<'_, '_>) -> bool {
        let is_lost = context.constructs.heredoc == HeredocContent::LineFeeds && self.content.value.contains('\r');
        if is_lost {
            let builder = context.options.builder;
            let message = format!("the asset has carriage returns, which a heredoc loses with `{builder}`");
            context.findings.push(
                Diagnostic::new(Code::Inexpressible, message)
                    .at(&self.content.location)
                    .with_help("pass `--assets DIR`, so that the file is copied from the build context"),
            );
        }
        is_lost
    }

    fn lower_to_stage(
        self,
        context: &mut Context<'_, '_>,
        id: StepId,
        stage: &StageName,
        path: &str,
        source: &Source,
        builder: &mut StageBuilder<'_>,
    ) {
        const PATH_IN_STAGE: &str = "/file";
        let Some(paths) = CopyPaths::new(PATH_IN_STAGE, path).or_report(context, "the path", self.path) else { return };
        let Some(name) = context.names.unique(&format!("{stage}-file")) else { return };
        let Ok(copy) = source.copy_to(PATH_IN_STAGE, source.mode(self.mode), None) else { return };
        let location = &self.path.location;
        builder.helpers.push(Stage {
            role: Role::FileFor(id),
            location: location.clone(),
            comment: Some(Comment::new(&format!("File for {stage}: {}", source.obstacle()))),
            from: Located::at(location, From::Scratch),
            name: Some(name.clone()),
            instructions: vec![Located::at(location, copy)],
        });
        let copy = Copy { comment: self.comment, ..Copy::new(Some(From::Stage(name)), paths) };
        builder.instructions.push(Located::at(location, Instruction::Copy(copy)));
    }
}

/// The source of a file's content.
enum Source {
    /// The Dockerfile itself.
    Heredoc(Located<Heredoc>),
    /// A file in the build context, and its content.
    Asset(AssetPath, AssetText),
}

impl Source {
    /// The mode for `--chmod`. A heredoc has the default mode without it, but a file has the mode that its checkout
    /// gave it.
    fn mode(&self, mode: Option<u32>) -> Option<u32> {
        match self {
            Self::Heredoc(_) => given_mode(mode),
            Self::Asset(..) => Some(given_mode(mode).unwrap_or(FILE_MODE)),
        }
    }

    /// The COPY to a path. Fails on a path that it can't express.
    fn copy_to(&self, path: &str, mode: Option<u32>, comment: Option<Comment>) -> Result<Instruction, Inexpressible> {
        Ok(match self {
            Self::Heredoc(content) => Instruction::CopyFile(CopyFile {
                comment,
                mode: mode.map(Mode),
                path: HeredocPath::new(path)?,
                content: content.clone(),
            }),
            Self::Asset(source, text) => Instruction::CopyAsset(CopyAsset {
                comment,
                mode: Mode(mode.unwrap_or(FILE_MODE)),
                paths: CopyPaths::new(source.as_str(), path)?,
                text: text.clone(),
            }),
        })
    }

    /// The reason for a helper stage.
    fn obstacle(&self) -> &'static str {
        match self {
            Self::Heredoc(_) => "COPY can't write a heredoc to its path",
            Self::Asset(..) => "WORKDIR can't create its directory",
        }
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
