//! File commands: content that stands in the plan.

use super::gopath::{dir, under_app};
use super::{Context, Problem, Stages};
use crate::diagnostic::Diagnostic;
use crate::dockerfile::{
    Comment, Copy, CopyFile, CopyPaths, Directory, From, Heredoc, HeredocPath, Instruction, Mode, Stage, StageName,
    Unspellable,
};
use crate::plan::Located;

/// A file to write.
pub(super) struct File<'p> {
    pub(super) path: &'p Located<String>,
    pub(super) content: &'p Located<String>,
    /// As in the plan: 493 is 0755.
    pub(super) mode: Option<u32>,
    pub(super) comment: Option<Comment>,
}

/// What `BuildKit` gives to a file when no mode is asked for.
const DEFAULT_MODE: u32 = 0o644;

/// What `BuildKit` gives to the directories on the way.
const DIRECTORY_MODE: u32 = 0o755;

impl File<'_> {
    /// Adds the COPY of a heredoc, or of a helper stage where a heredoc's destination can't be
    /// spelled.
    pub(super) fn lower(
        self,
        context: &mut Context<'_, '_>,
        stage: &StageName,
        instructions: &mut Vec<Instruction>,
        helpers: &mut Stages,
    ) {
        let Some(content) = Heredoc::new(&self.content.value).problem(context, "the asset", self.content) else {
            return;
        };
        let path = under_app(&self.path.value);
        if ["/", "/app"].contains(&path.as_str()) {
            context.findings.push(
                Diagnostic::error(
                    "invalid-path",
                    format!("`{}` is a directory, so no file can be there", self.path.value),
                )
                .at(&self.path.place)
                .with_help("name a file in it"),
            );
            return;
        }
        let mode = self.mode.filter(|mode| *mode != 0).map(|mode| mode & 0o777).filter(|mode| *mode != DEFAULT_MODE);
        let parents = make_parents(&path, mode);
        match (HeredocPath::new(&path), parents) {
            (Ok(path), Ok(parents)) => {
                instructions.extend(parents.filter(|made| !is_made(instructions, made)));
                let mode = mode.map(Mode);
                instructions.push(Instruction::CopyFile(CopyFile { comment: self.comment, mode, path, content }));
            }
            _ => self.by_way_of_a_stage(context, stage, &path, mode, content, instructions, helpers),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the rest of `lower`")]
    fn by_way_of_a_stage(
        self,
        context: &mut Context<'_, '_>,
        stage: &StageName,
        path: &str,
        mode: Option<u32>,
        content: Heredoc,
        instructions: &mut Vec<Instruction>,
        helpers: &mut Stages,
    ) {
        const HELD_AT: &str = "/file";
        let Some(paths) = CopyPaths::new(HELD_AT, path).problem(context, "the path", self.path) else { return };
        let Some(name) = context.names.unique(&format!("{stage}-file")) else { return };
        let Ok(held_at) = HeredocPath::new(HELD_AT) else { return };
        let file = CopyFile { comment: None, mode: mode.map(Mode), path: held_at, content };
        helpers.push(Stage {
            comment: Some(Comment::new(&format!("a file for {stage}, whose path a heredoc can't have"))),
            from: From::Scratch,
            name: Some(name.clone()),
            instructions: vec![Instruction::CopyFile(file)],
        });
        instructions.push(Instruction::Copy(Copy {
            comment: self.comment,
            from: Some(From::Stage(name)),
            link: false,
            exclude: Vec::new(),
            paths,
        }));
    }
}

/// Whether a directory has been made, and no command has run since that could have removed it.
fn is_made(instructions: &[Instruction], made: &Instruction) -> bool {
    let since_the_last_run = instructions.iter().rev().take_while(|done| !matches!(done, Instruction::Run(_)));
    since_the_last_run.into_iter().any(|done| done == made)
}

/// `COPY --chmod` gives its mode to the directories that it creates, too. Where that would be
/// wrong, they are made first. Fails where no WORKDIR can say it.
fn make_parents(path: &str, mode: Option<u32>) -> Result<Option<Instruction>, Unspellable> {
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
    fn parents_are_made_where_a_mode_would_reach_them() {
        for (path, mode, made) in [
            ("/p/q/secret", Some(0o600), true),
            ("/p/q/run.sh", Some(0o755), false),
            ("/p/q/plain", None, false),
            ("/secret", Some(0o600), false),
            ("/app/secret", Some(0o600), false),
        ] {
            assert_eq!(make_parents(path, mode).unwrap().is_some(), made, "{path}");
        }
        assert!(make_parents("/a\nb/c", Some(0o600)).is_err());
    }
}
