//! The plan's files in a directory next to the Dockerfile. They have no header, so the header of the Dockerfile lists
//! them.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use railpack2docker::header::{AssetDigest, Header};
use railpack2docker::{AssetFile, Code, Diagnostic};

use super::paths::first_link;
use super::read::{read_error, read_file};

/// A Dockerfile and the files in its directory that its header lists.
pub(crate) struct ListedAssets<'a> {
    directory: &'a Path,
    listed: &'a [AssetDigest],
}

impl<'a> ListedAssets<'a> {
    /// The files of a Dockerfile, if it exists and has a header.
    pub(crate) fn new(dockerfile: &'a Path, header: Option<&'a Header>) -> Self {
        Self {
            directory: dockerfile.parent().unwrap_or(Path::new("")),
            listed: header.map_or(&[], |header| &header.assets),
        }
    }

    /// The path of a file in the directory of the Dockerfile.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.directory.join(path)
    }

    /// The digest of a file when it was written.
    pub(crate) fn digest(&self, path: &str) -> Option<&'a AssetDigest> {
        self.listed.iter().find(|listed| listed.path == path)
    }

    /// The listed files that exist and are no longer generated, each with its content.
    pub(crate) fn left_over(&self, generated: &[AssetFile]) -> Result<Vec<(&'a AssetDigest, String)>, Diagnostic> {
        let mut left = Vec::new();
        for listed in self.listed.iter().filter(|listed| generated.iter().all(|asset| asset.path != listed.path)) {
            // anyone can write a header, but this tool writes no links
            let has_link = first_link(self.directory, Path::new(&listed.path)).is_some();
            let is_file = fs::symlink_metadata(self.path(&listed.path)).is_ok_and(|metadata| metadata.is_file());
            if !has_link
                && is_file
                && let Some(text) = self.read(&listed.path)?
            {
                left.push((listed, text));
            }
        }
        Ok(left)
    }

    /// The text of a file. `None` if it does not exist. Invalid UTF-8 is replaced: this tool does not write any. Links
    /// are not followed: they may lead out of the directory.
    pub(crate) fn read(&self, path: &str) -> Result<Option<String>, Diagnostic> {
        let path = self.path(path);
        let unreadable =
            |why: &str| Diagnostic::new(Code::UnreadableFile, format!("can't read `{}`: {why}", path.display()));
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&read_error(&error))),
            Ok(metadata) if !metadata.is_file() => Err(unreadable("it is not a regular file")),
            Ok(_) => match read_file(&path) {
                Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
                Err(error) => Err(unreadable(&read_error(&error))),
            },
        }
    }

    /// Fails if a directory of generated files contains anything else, which the image would lack. Names that start
    /// with a dot don't count, so that git can keep its settings there. `others` are files that may be there.
    pub(crate) fn check_alone(&self, generated: &[AssetFile], others: &[&str]) -> Result<(), Diagnostic> {
        let Some(directory) = generated.first().and_then(|asset| Path::new(&asset.path).parent()) else {
            return Ok(());
        };
        let known = generated.iter().map(|asset| asset.path.as_str()).chain(others.iter().copied());
        let known: BTreeSet<String> = known.filter_map(|path| path.rsplit('/').next()).map(str::to_lowercase).collect();
        let directory = self.path(&directory.to_string_lossy());
        let Ok(entries) = fs::read_dir(&directory) else { return Ok(()) };
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let Some(foreign) = names.filter(|name| !name.starts_with('.') && !known.contains(&name.to_lowercase())).min()
        else {
            return Ok(());
        };
        let message = format!(
            "`{}` is not one of the plan's files, and the image would lack it: `{}` is left out of the image",
            directory.join(foreign).display(),
            directory.display()
        );
        Err(Diagnostic::new(Code::AssetsDirectory, message)
            .with_help("pass a directory to `--assets` that contains nothing else"))
    }
}
