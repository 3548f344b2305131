//! Writing generated files: each as a whole or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use railpack2docker::{Code, Diagnostic, Transpiled, header};

use super::paths::{directory_of, dockerignore_path, follow_links, with_real_directory};
use super::plan_file::PlanFile;
use super::read::read_file_start;
use crate::failure::Failure;

/// Files that are complete but not yet in place.
#[derive(Default)]
pub(crate) struct OutputFiles {
    prepared: Vec<PreparedFile>,
    /// The ignore file of an earlier plan, which would continue to exclude files.
    stale_dockerignore: Option<PathBuf>,
}

impl OutputFiles {
    /// Adds a Dockerfile and its ignore file. A device, such as `/dev/stdout`, has no ignore file: the
    /// result is then `false`. The plan is never overwritten; a file that this tool did not generate is
    /// overwritten only with `force`.
    pub(crate) fn add_dockerfile(
        &mut self,
        path: &Path,
        generated: &Transpiled,
        plan: &PlanFile,
        force: bool,
    ) -> Result<bool, Failure> {
        let ignore_path = dockerignore_path(path);
        let may_overwrite = |content: &[u8]| force || header::is_generated(content);
        let dockerfile = Target::new(path, plan, may_overwrite)?;
        if dockerfile.is_device {
            self.prepared.push(dockerfile.prepare(&generated.dockerfile)?);
            return Ok(false);
        }
        let dockerignore = match &generated.dockerignore {
            Some(text) => Some(Target::new(&ignore_path, plan, may_overwrite)?.prepare(text)?),
            None => None,
        };
        let is_file = || fs::metadata(&ignore_path).is_ok_and(|metadata| metadata.is_file());
        let is_generated = || header::is_generated(&read_file_start(&ignore_path).unwrap_or_default());
        if dockerignore.is_none() && is_file() && is_generated() {
            self.stale_dockerignore = Some(ignore_path);
        }
        let dockerfile = dockerfile.prepare(&generated.dockerfile)?;
        self.prepared.extend(dockerignore.into_iter().chain([dockerfile]));
        Ok(true)
    }

    /// Adds another file. It is never the plan, nor one of the files that were added before, nor a file
    /// whose content `may_overwrite` refuses.
    pub(crate) fn add(
        &mut self,
        path: &Path,
        text: &str,
        plan: &PlanFile,
        may_overwrite: impl Fn(&[u8]) -> bool,
    ) -> Result<(), Failure> {
        let file = Target::new(path, plan, may_overwrite)?;
        let real = with_real_directory(&file.path);
        let is_same = |other: &PreparedFile| !file.is_device && with_real_directory(&other.target.path) == real;
        if self.prepared.iter().any(is_same) {
            let message = format!("two outputs have the same path: `{}`", file.given.display());
            return Err(Diagnostic::new(Code::DuplicateOutput, message).with_help("change one of the paths").into());
        }
        self.prepared.push(file.prepare(text)?);
        Ok(())
    }

    /// Moves each changed file into place, and removes a stale ignore file.
    pub(crate) fn commit(self) -> Result<(), Failure> {
        self.prepared.into_iter().try_for_each(PreparedFile::commit)?;
        self.stale_dockerignore.map_or(Ok(()), |path| remove(&path))
    }
}

/// Writes a text as a whole or not at all. It overwrites any file but the plan.
pub(crate) fn write_text(path: &Path, text: &str, plan: &PlanFile) -> Result<(), Failure> {
    let mut outputs = OutputFiles::default();
    outputs.add(path, text, plan, |_| true)?;
    outputs.commit()
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot_write(path, &error).into()),
        _ => Ok(()),
    }
}

/// A file that may be written.
struct Target {
    /// The path on the command line.
    given: PathBuf,
    /// The path with its symbolic links resolved.
    path: PathBuf,
    current: Option<Vec<u8>>,
    /// Not a regular file, such as `/dev/stdout`: it has no content to keep.
    is_device: bool,
}

impl Target {
    fn new(given: &Path, plan: &PlanFile, may_overwrite: impl Fn(&[u8]) -> bool) -> Result<Self, Failure> {
        let given = given.to_owned();
        let path = follow_links(&given);
        let plan = plan.path.as_deref().and_then(|plan| fs::canonicalize(plan).ok());
        if plan.is_some_and(|plan| fs::canonicalize(&path).is_ok_and(|path| path == plan)) {
            let message = format!("refusing to overwrite the plan `{}`", given.display());
            return Err(Diagnostic::new(Code::OutputIsPlan, message).with_help("pass another path to `-o`").into());
        }
        let kind = match fs::metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { given, path, current: None, is_device: false });
            }
            Err(error) => return Err(cannot_write(&given, &error).into()),
        };
        if kind.is_dir() {
            let message = format!("can't write `{}`: it is a directory", given.display());
            let help = format!("pass the path of a file in it: `-o {}`", given.join("Dockerfile").display());
            return Err(Diagnostic::new(Code::UnwritableFile, message).with_help(help).into());
        }
        if !kind.is_file() {
            return Ok(Self { given, path, current: None, is_device: true });
        }
        let current = match read_file_start(&path) {
            // another run has just removed it
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { given, path, current: None, is_device: false });
            }
            read => read.map_err(|error| cannot_write(&given, &error))?,
        };
        if !current.is_empty() && !may_overwrite(&current) {
            let message =
                format!("refusing to overwrite `{}`, which was not generated by railpack2docker", given.display());
            return Err(Diagnostic::new(Code::NotGenerated, message)
                .with_help("pass `--force` to overwrite it, or another path to `-o`")
                .into());
        }
        Ok(Self { given, path, current: Some(current), is_device: false })
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
                let found = cannot_write(&self.given, &error);
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
    fn commit(self) -> Result<(), Failure> {
        let result = match self.content {
            Content::Unchanged => Ok(()),
            Content::Direct(text) => fs::OpenOptions::new()
                .write(true)
                .open(&self.target.path)
                .and_then(|mut file| file.write_all(text.as_bytes())),
            Content::Temporary(file) => file.persist(&self.target.path).map(drop).map_err(|error| error.error),
        };
        result.map_err(|error| cannot_write(&self.target.given, &error).into())
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Diagnostic {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "its directory does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::QuotaExceeded => "disk quota exceeded".to_owned(),
        io::ErrorKind::FileTooLarge => "file size limit exceeded".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => error.to_string(),
    };
    Diagnostic::new(Code::UnwritableFile, format!("can't write `{}`: {why}", path.display()))
}
