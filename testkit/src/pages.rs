//! The README and the book.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::repository::files_in;
use crate::root;

/// A page, by its path in the repository.
pub struct Page {
    pub path: PathBuf,
    pub text: String,
}

/// The README, and every page of the book.
pub fn pages() -> Vec<Page> {
    let docs = files_in(root().join("docs"), "md");
    let mut paths: Vec<PathBuf> = docs.iter().map(|path| path.strip_prefix(root()).unwrap().to_owned()).collect();
    paths.push(PathBuf::from("README.md"));
    paths.sort();
    paths.into_iter().map(|path| Page { text: fs::read_to_string(root().join(&path)).unwrap(), path }).collect()
}

/// The README.
pub fn readme() -> Page {
    pages().into_iter().find(|page| page.path == Path::new("README.md")).unwrap()
}

impl Page {
    /// The fenced blocks of one language.
    pub fn blocks(&self, language: &str) -> Vec<String> {
        let fence = format!("```{language}\n");
        self.text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
    }

    /// The text outside code.
    pub fn prose(&self) -> String {
        let outside = self.text.split("```").step_by(2).collect::<Vec<_>>().concat();
        outside.split('`').step_by(2).collect()
    }

    /// The anchors of the headings, as GitHub and mdBook generate them.
    pub fn anchors(&self) -> BTreeSet<String> {
        let headings = self.text.lines().filter_map(|line| line.strip_prefix('#'));
        let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == ' ';
        headings
            .map(|heading| heading.trim_start_matches('#').trim().to_lowercase())
            .map(|heading| heading.chars().filter(|c| plain(*c)).collect::<String>().replace(' ', "-"))
            .collect()
    }
}
