//! Writing generated files: each as a whole or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use railpack2docker::header::Header;
use railpack2docker::{Code, Diagnostic, Transpiled};

use super::asset_files::ListedAssets;
use super::given::{Given, is_same_file};
use super::origin::{is_of_transpiler, origin};
use super::paths::{directory_of, dockerignore_path, follow_links, path_word, with_real_directory};
use super::plan_file::PlanFile;
use super::read::read_file_start;
use crate::failure::Failure;

/// Files that are complete but not yet in place.
#[derive(Default)]
pub(crate) struct OutputFiles {
    prepared: Vec<PreparedFile>,
    /// The files of an earlier plan: an ignore file would continue to exclude files.
    stale: Vec<PathBuf>,
    /// A directory that did not exist before.
    new_directory: Option<NewDirectory>,
}

/// The result of writing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Written,
    /// The file had this content before.
    Unchanged,
    Removed,
}

/// A directory that is removed if it stays empty.
struct NewDirectory(PathBuf);

impl Drop for NewDirectory {
    fn drop(&mut self) {
        // fails if there are files in it, as it should
        let _ = fs::remove_dir(&self.0);
    }
}

impl OutputFiles {
    /// Adds a Dockerfile, its ignore file, and the plan's files if they are not part of it. A device, such as
    /// `/dev/stdout`, has no ignore file: the result is then `false`. The plan is never overwritten; a file that this tool did not generate is
    /// overwritten only with `force`.
    pub(crate) fn add_dockerfile(
        &mut self,
        path: &Path,
        given: Given,
        generated: &Transpiled,
        plan: &PlanFile,
        force: bool,
    ) -> Result<bool, Failure> {
        let ignore_path = dockerignore_path(path);
        let may_overwrite = |content: &[u8]| force || is_of_transpiler(content);
        let dockerfile = Target::new(path, given, plan, may_overwrite)?;
        if dockerfile.is_device {
            if !generated.assets.is_empty() {
                return Err(no_place_for_assets().into());
            }
            self.prepared.push(dockerfile.prepare(&generated.dockerfile)?);
            return Ok(false);
        }
        let dockerignore = match &generated.dockerignore {
            Some(text) => Some(Target::new(&ignore_path, given.ignore_file(), plan, may_overwrite)?.prepare(text)?),
            None => None,
        };
        let is_file = || fs::metadata(&ignore_path).is_ok_and(|metadata| metadata.is_file());
        let is_stale = || read_file_start(&ignore_path).is_ok_and(|content| is_left_over(&content));
        if dockerignore.is_none() && is_file() && is_stale() {
            self.stale.push(ignore_path);
        }
        self.add_assets(&dockerfile, generated, plan, force)?;
        let dockerfile = dockerfile.prepare(&generated.dockerfile)?;
        self.prepared.extend(dockerignore.into_iter().chain([dockerfile]));
        Ok(true)
    }

    /// Adds the plan's files, and removes those of an earlier plan that were not edited. Only files that the header of
    /// the Dockerfile lists were written by this tool.
    fn add_assets(
        &mut self,
        dockerfile: &Target,
        generated: &Transpiled,
        plan: &PlanFile,
        force: bool,
    ) -> Result<(), Failure> {
        let header = dockerfile.current.as_deref().and_then(|text| Header::parse(&String::from_utf8_lossy(text)));
        let assets = ListedAssets::new(&dockerfile.shown, header.as_ref());
        let mut removed = Vec::new();
        for (listed, text) in assets.left_over(&generated.assets)? {
            if force || listed.is_of(&text) {
                removed.push(listed.path.as_str());
                self.stale.push(assets.path(&listed.path));
            }
        }
        assets.check_alone(&generated.assets, &removed)?;
        for asset in &generated.assets {
            let path = assets.path(&asset.path);
            self.create_directory(&path)?;
            let is_listed = assets.digest(&asset.path).is_some();
            let may_overwrite = |content: &[u8]| force || is_listed || content == asset.text.as_bytes();
            self.prepared.push(Target::asset(&path, plan, may_overwrite)?.prepare(&asset.text)?);
        }
        Ok(())
    }

    /// Creates the directory of a file, but not the directories above it.
    fn create_directory(&mut self, file: &Path) -> Result<(), Failure> {
        let directory = directory_of(file);
        match fs::create_dir(directory) {
            Ok(()) => self.new_directory = Some(NewDirectory(directory.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(cannot_write(directory, directory, &error).into()),
        }
        Ok(())
    }

    /// Adds the plan itself. It overwrites any file.
    pub(crate) fn add_plan(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let no_plan = PlanFile { path: None, text: String::new() };
        self.add(path, Given::BesidePlan, text, &no_plan, |_| true)
    }

    /// Adds another file. It is never the plan, nor one of the files that were added before, nor a file
    /// whose content `may_overwrite` refuses.
    pub(crate) fn add(
        &mut self,
        path: &Path,
        given: Given,
        text: &str,
        plan: &PlanFile,
        may_overwrite: impl Fn(&[u8]) -> bool,
    ) -> Result<(), Failure> {
        // the file that exists there would be refused for another reason
        let real = with_real_directory(&follow_links(path));
        let is_same = |other: &PreparedFile| !other.target.is_device && with_real_directory(&other.target.path) == real;
        if self.prepared.iter().any(is_same) {
            let message = format!("two outputs have the same path: `{}`", path.display());
            return Err(Diagnostic::new(Code::DuplicateOutput, message).with_help("change one of the paths").into());
        }
        self.prepared.push(Target::new(path, given, plan, may_overwrite)?.prepare(text)?);
        Ok(())
    }

    /// Moves each changed file into place, and removes stale files and the directories that become empty. The result
    /// lists the files in this order, without devices.
    pub(crate) fn commit(self) -> Result<Vec<(PathBuf, Outcome)>, Failure> {
        let mut outcomes = Vec::new();
        for file in self.prepared {
            let (path, outcome) = (file.target.shown.clone(), file.outcome());
            file.commit()?;
            outcomes.extend(outcome.map(|outcome| (path, outcome)));
        }
        for path in self.stale {
            remove(&path)?;
            // fails if there are files in it
            let _ = fs::remove_dir(directory_of(&path));
            outcomes.push((path, Outcome::Removed));
        }
        Ok(outcomes)
    }
}

/// Writes a text to the path of `-o`, as a whole or not at all. It overwrites any file but the plan.
pub(crate) fn write_text(path: &Path, text: &str, plan: &PlanFile) -> Result<(), Failure> {
    let mut outputs = OutputFiles::default();
    outputs.add(path, Given::Other("-o"), text, plan, |_| true)?;
    outputs.commit().map(drop)
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot_write(path, path, &error).into()),
        _ => Ok(()),
    }
}

/// Whether an ignore file, which the plan does not need, is one that this tool generated, or one that is empty:
/// Docker would use it instead of `.dockerignore`.
pub(crate) fn is_left_over(ignore_file: &[u8]) -> bool {
    is_of_transpiler(ignore_file) || ignore_file.trim_ascii().is_empty()
}

/// A file that may be written.
struct Target {
    /// The path on the command line.
    shown: PathBuf,
    /// The path with its symbolic links resolved.
    path: PathBuf,
    current: Option<Vec<u8>>,
    /// Not a regular file, such as `/dev/stdout`: it has no content to keep.
    is_device: bool,
}

impl Target {
    fn new(path: &Path, given: Given, plan: &PlanFile, may_overwrite: impl Fn(&[u8]) -> bool) -> Result<Self, Failure> {
        Self::at(follow_links(path), path, given, plan, may_overwrite)
    }

    /// A file of the plan. Links are not followed: they may lead out of the build context.
    fn asset(path: &Path, plan: &PlanFile, may_overwrite: impl Fn(&[u8]) -> bool) -> Result<Self, Failure> {
        if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            let message = format!("can't write `{}`: it is not a regular file", path.display());
            return Err(Diagnostic::new(Code::UnwritableFile, message).with_help("move it away").into());
        }
        Self::at(path.to_owned(), path, Given::Assets, plan, may_overwrite)
    }

    fn at(
        path: PathBuf,
        shown: &Path,
        given: Given,
        plan: &PlanFile,
        may_overwrite: impl Fn(&[u8]) -> bool,
    ) -> Result<Self, Failure> {
        let shown = shown.to_owned();
        if let Some(plan) = &plan.path {
            check_is_not_plan(&shown, given, plan)?;
        }
        let kind = match fs::metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { shown, path, current: None, is_device: false });
            }
            Err(error) => return Err(cannot_write(&shown, &path, &error).into()),
        };
        if kind.is_dir() {
            let message = format!("can't write `{}`: it is a directory", shown.display());
            let help = given.instead_of_directory(&shown);
            return Err(Diagnostic::new(Code::UnwritableFile, message).with_help(help).into());
        }
        if !kind.is_file() {
            return Ok(Self { shown, path, current: None, is_device: true });
        }
        let current = match read_file_start(&path) {
            // another run has just removed it
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { shown, path, current: None, is_device: false });
            }
            read => read.map_err(|error| cannot_write(&shown, &path, &error))?,
        };
        if !current.is_empty() && !may_overwrite(&current) {
            let message = format!("refusing to overwrite `{}`, which {}", shown.display(), origin(&current));
            return Err(Diagnostic::new(Code::NotGenerated, message).with_help(given.instead_of_file()).into());
        }
        Ok(Self { shown, path, current: Some(current), is_device: false })
    }

    /// Writes the text to a temporary file in the same directory.
    fn prepare(self, text: &str) -> Result<PreparedFile, Failure> {
        if self.current.as_deref() == Some(text.as_bytes()) {
            return Ok(PreparedFile { target: self, content: Content::Unchanged });
        }
        if self.is_device {
            return Ok(PreparedFile { content: Content::Direct(text.to_owned()), target: self });
        }
        match self.temporary(text) {
            Ok(file) => Ok(PreparedFile { target: self, content: Content::Temporary(file) }),
            Err(error) => {
                let found = cannot_write(&self.shown, &self.path, &error);
                Err(match error.kind() {
                    io::ErrorKind::PermissionDenied => {
                        found.with_help("make its directory writable: a new file replaces the old one")
                    }
                    _ => found,
                }
                .into())
            }
        }
    }

    fn temporary(&self, text: &str) -> io::Result<tempfile::NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".railpack2docker-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // the permissions of any new file: 0666 minus the umask
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(directory_of(&self.path))?;
        if let Ok(metadata) = fs::metadata(&self.path) {
            file.as_file().set_permissions(metadata.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    }
}

/// A file that is complete but not yet in place.
struct PreparedFile {
    target: Target,
    content: Content,
}

enum Content {
    Unchanged,
    Direct(String),
    Temporary(tempfile::NamedTempFile),
}

impl PreparedFile {
    /// The result of committing the file. `None` for a device.
    fn outcome(&self) -> Option<Outcome> {
        match self.content {
            Content::Unchanged => Some(Outcome::Unchanged),
            Content::Temporary(_) => Some(Outcome::Written),
            Content::Direct(_) => None,
        }
    }

    fn commit(self) -> Result<(), Failure> {
        let result = match self.content {
            Content::Unchanged => Ok(()),
            Content::Direct(text) => fs::OpenOptions::new()
                .write(true)
                .open(&self.target.path)
                .and_then(|mut file| file.write_all(text.as_bytes())),
            Content::Temporary(file) => file.persist(&self.target.path).map(drop).map_err(|error| error.error),
        };
        result.map_err(|error| cannot_write(&self.target.shown, &self.target.path, &error).into())
    }
}

/// The error for a Dockerfile that is not a file, if the plan's files should be next to it.
pub(crate) fn no_place_for_assets() -> Diagnostic {
    Diagnostic::new(
        Code::InvalidOption,
        "`--assets` writes files next to the Dockerfile, so the Dockerfile must be written to a file",
    )
    .with_help("pass `-o Dockerfile`")
}

/// Refuses an output that is the plan.
pub(crate) fn check_is_not_plan(output: &Path, given: Given, plan: &Path) -> Result<(), Diagnostic> {
    if !is_same_file(output, plan) {
        return Ok(());
    }
    let message = format!("refusing to overwrite the plan `{}`", output.display());
    Err(Diagnostic::new(Code::OutputIsPlan, message).with_help(given.instead_of_plan()))
}

/// The error for a file that can't be written. `real` is its path after links, if there are any.
fn cannot_write(path: &Path, real: &Path, error: &io::Error) -> Diagnostic {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "its directory does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::QuotaExceeded => "disk quota exceeded".to_owned(),
        io::ErrorKind::FileTooLarge => "file size limit exceeded".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => error.to_string(),
    };
    let found = Diagnostic::new(Code::UnwritableFile, format!("can't write `{}`: {why}", path.display()));
    match error.kind() {
        io::ErrorKind::NotFound => found.with_help(format!("run `mkdir -p {}`", path_word(directory_of(real)))),
        _ => found,
    }
}
