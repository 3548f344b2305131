//! Checks of the plan's files: in heredocs, or in a directory of the build context.

use std::collections::BTreeSet;

use railpack2docker::AssetFile;
use railpack2docker::patternmatcher::is_ignored;

use super::Check;
use crate::buildkit::{Copy, Instruction};
use crate::model::clean;
use crate::plans::Command;

impl Check<'_> {
    pub(super) fn check_file(&self, content: &str, mode: Option<u32>, copy: &Copy) {
        let mut content = content.to_owned();
        if !content.is_empty() && !content.ends_with('\n') {
            content.push('\n');
        }
        let mode = mode.filter(|mode| *mode != 0).map_or(0o644, |mode| mode & 0o777);
        let chmod = copy.chmod.as_deref().map(|chmod| u32::from_str_radix(chmod, 8).unwrap());
        if self.has_directory() {
            let [source] = copy.sources.as_slice() else { panic!("no one source: {copy:?}") };
            let asset = self.asset(source).unwrap_or_else(|| panic!("{source:?} is no asset"));
            assert_eq!((asset.text.as_str(), copy.heredocs.len()), (content.as_str(), 0));
            // whatever the mode of the file in a checkout
            assert_eq!(chmod, Some(mode));
            return;
        }
        let [heredoc] = copy.heredocs.as_slice() else { panic!("no one heredoc: {copy:?}") };
        assert_eq!((heredoc.content.as_str(), heredoc.expand, heredoc.chomp), (content.as_str(), false, false));
        assert!(copy.sources.is_empty());
        assert_eq!(chmod.unwrap_or(0o644), mode);
    }

    /// Whether the Dockerfile copies the plan's files from a directory.
    fn has_directory(&self) -> bool {
        self.options.assets.as_ref().is_some_and(|directory| !directory.embedded)
    }

    fn asset(&self, source: &str) -> Option<&AssetFile> {
        self.assets.iter().find(|asset| asset.path_in_context == source)
    }

    /// The pattern for the directory of files that a COPY of this path of the build context needs, unless it excludes
    /// the directory already.
    pub(super) fn left_out(&self, source: &str, excluded: &[String]) -> Option<String> {
        let directory = self.options.assets.as_ref().filter(|_| self.writes_files())?;
        let source = clean(&format!("/{source}"));
        let path = format!("/{}", directory.path_in_context);
        let rest = if source == "/" { path.get(1..) } else { path.strip_prefix(&format!("{source}/")) };
        rest.filter(|rest| !is_ignored(excluded, rest)).map(str::to_owned)
    }

    fn writes_files(&self) -> bool {
        let is_file = |command: &Command| matches!(command, Command::File { .. });
        self.plan.needed().iter().any(|at| self.plan.steps[*at].commands.iter().any(is_file))
    }

    /// Checks that each file is copied, and that no two are one on any system.
    pub(super) fn assets(&self) {
        if !self.has_directory() {
            assert_eq!(self.assets, []);
            return;
        }
        let names: BTreeSet<String> = self.assets.iter().map(|asset| asset.path.to_lowercase()).collect();
        assert_eq!(names.len(), self.assets.len(), "{names:?}");
        let copies = self.file.stages.iter().flat_map(|stage| &stage.instructions).filter_map(|one| match one {
            Instruction::Copy(copy) if copy.from.is_none() => Some(copy),
            _ => None,
        });
        let copied: BTreeSet<&str> = copies
            .flat_map(|copy| &copy.sources)
            .filter_map(|source| self.asset(source).map(|asset| asset.path.as_str()))
            .collect();
        assert_eq!(copied.len(), self.assets.len(), "only {copied:?} are copied");
    }
}
