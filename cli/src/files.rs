//! Reading the plan and writing what became of it.

use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use fs_err as fs;

use crate::{Diagnostic, Transpiled, header};

/// How much of a plan is read. Real ones have some kilobytes; a graph of 100,000 steps fits.
pub(super) const LARGEST_PLAN: u64 = 64 * 1024 * 1024;

/// Why the command ends.
#[derive(Debug)]
pub(super) enum Failure {
    /// The reasons have been printed.
    Reported,
    /// For these reasons.
    Found(Vec<Diagnostic>),
    /// Files are not what the plan gives.
    Stale(Vec<Diagnostic>),
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Found(vec![diagnostic])
    }
}

/// A plan's text and where it was read.
#[derive(Debug)]
pub(super) struct PlanFile {
    /// None for standard input.
    pub(super) path: Option<PathBuf>,
    pub(super) text: String,
}

impl PlanFile {
    /// Reads a file, or standard input for `-`.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let is_stdin = path == Path::new("-");
        let bytes = if is_stdin { read_some(&mut io::stdin().lock()) } else { read_file(path) };
        let path = (!is_stdin).then(|| path.to_owned());
        let bytes = bytes.map_err(|error| cannot_read(&quoted(path.as_deref()), &error))?;
        Self::of(path, bytes)
    }

    /// Takes bytes that were read, from where `path` says.
    pub(super) fn of(path: Option<PathBuf>, bytes: Vec<u8>) -> Result<Self, Failure> {
        let shown = quoted(path.as_deref());
        if bytes.len() as u64 > LARGEST_PLAN {
            let message = format!("{shown} is larger than {} MiB, so it is no build plan", LARGEST_PLAN >> 20);
            return Err(Diagnostic::new(Code::TooLarge, message).into());
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { path, text }),
            Err(error) => Err(not_utf8(&shown, &error).into()),
        }
    }

    /// The plan's name in messages.
    pub(super) fn shown(&self) -> String {
        self.path.as_ref().map_or("<stdin>".to_owned(), |path| path.to_string_lossy().into_owned())
    }
}

/// A plan's file as the sentence of a message names it.
fn quoted(path: Option<&Path>) -> String {
    path.map_or("standard input".to_owned(), |path| format!("`{}`", path.display()))
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    check_no_directory(path)?;
    read_some(&mut fs::File::open(path)?)
}

/// Fails on a directory as Unix does when one is read. Windows only says that it may not be.
fn check_no_directory(path: &Path) -> io::Result<()> {
    if cfg!(windows) && path.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(()) }
}

/// No more than is needed to see that it is too much.
fn read_some(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LARGEST_PLAN + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file that this tool may have written. Such a file is not larger than a plan.
pub(super) fn read_whole(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = read_file(path)?;
    if bytes.len() as u64 > LARGEST_PLAN { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

fn cannot_read(shown: &str, error: &io::Error) -> Diagnostic {
    let why = why_unreadable(error);
    let found = Diagnostic::new(Code::UnreadablePlan, format!("can't read the plan from {shown}: {why}"));
    match error.kind() {
        io::ErrorKind::NotFound => found
            .with_help("Railpack writes one: `railpack plan --out railpack-plan.json .`; name another as an argument"),
        io::ErrorKind::IsADirectory => found.with_help("name the plan's file in it"),
        _ => found,
    }
}

/// Why a file can't be read, without its name.
pub(super) fn why_unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::FileTooLarge => format!("it is larger than {} MiB", LARGEST_PLAN >> 20),
        _ => error.to_string(),
    }
}

fn not_utf8(shown: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let valid = error.utf8_error().valid_up_to();
    let before = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default());
    let (line, column) = crate::diagnostic::line_and_column(&before, before.len());
    Diagnostic::new(Code::NotUtf8, format!("{shown} is not UTF-8: line {line}, column {column} (byte {valid})"))
        .with_help("save it as UTF-8; is it a plan, and not compressed or binary?")
}

/// Files that are written but for their last step.
#[derive(Default)]
pub(super) struct Outputs {
    prepared: Vec<Prepared>,
    /// An ignore file of a plan that did exclude something: it would go on doing so.
    left_over: Option<PathBuf>,
}

impl Outputs {
    /// Adds the Dockerfile and its ignore file. Beside a device, such as `/dev/stdout`, there is no
    /// ignore file: then it gives `false`. The plan itself is never overwritten, and only with
    /// `force` is a file that this tool did not make.
    pub(super) fn add_dockerfile(
        &mut self,
        path: &Path,
        made: &Transpiled,
        plan: &PlanFile,
        force: bool,
    ) -> Result<bool, Failure> {
        let ignore_path = ignore_path(path);
        let is_ours = |content: &[u8]| force || header::is_generated(content);
        let dockerfile = Target::of(path, plan, is_ours)?;
        if dockerfile.is_device {
            self.prepared.push(dockerfile.prepare(&made.dockerfile)?);
            return Ok(false);
        }
        let dockerignore = match &made.dockerignore {
            Some(text) => Some(Target::of(&ignore_path, plan, is_ours)?.prepare(text)?),
            None => None,
        };
        let is_file = || fs::metadata(&ignore_path).is_ok_and(|metadata| metadata.is_file());
        let is_left_over = || header::is_generated(&read_file(&ignore_path).unwrap_or_default());
        if dockerignore.is_none() && is_file() && is_left_over() {
            self.left_over = Some(ignore_path);
        }
        let dockerfile = dockerfile.prepare(&made.dockerfile)?;
        self.prepared.extend(dockerignore.into_iter().chain([dockerfile]));
        Ok(true)
    }

    /// Adds a file of another kind. It is never the plan, nor a file that `is_ours` does not know, nor
    /// one of those here.
    pub(super) fn add(
        &mut self,
        path: &Path,
        text: &str,
        plan: &PlanFile,
        is_ours: impl Fn(&[u8]) -> bool,
    ) -> Result<(), Failure> {
        let file = Target::of(path, plan, is_ours)?;
        let is_same = |other: &Prepared| !file.is_device && absolute(&other.target.path) == absolute(&file.path);
        if self.prepared.iter().any(is_same) {
            let message = format!("`{}` is to be two files at once", file.shown.display());
            return Err(Diagnostic::new(Code::NotGenerated, message).with_help("name one of them otherwise").into());
        }
        self.prepared.push(file.prepare(text)?);
        Ok(())
    }

    /// Puts each file in its place, as a whole and only where its bytes change.
    pub(super) fn finish(self) -> Result<(), Failure> {
        self.prepared.into_iter().try_for_each(Prepared::finish)?;
        self.left_over.map_or(Ok(()), |path| remove(&path))
    }
}

/// A path from the root, its folders without links.
fn absolute(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    path.file_name().map_or(folder.clone(), |name| folder.join(name))
}

/// Writes a text as a whole or not at all, in place of whatever is there, but never of the plan.
pub(super) fn write_text(path: &Path, text: &str, plan: &PlanFile) -> Result<(), Failure> {
    let mut outputs = Outputs::default();
    outputs.add(path, text, plan, |_| true)?;
    outputs.finish()
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot_write(path, &error).into()),
        _ => Ok(()),
    }
}

pub(super) fn ignore_path(dockerfile: &Path) -> PathBuf {
    let mut name = dockerfile.as_os_str().to_owned();
    name.push(".dockerignore");
    PathBuf::from(name)
}

/// A file that may be written.
struct Target {
    /// As it was given.
    shown: PathBuf,
    /// Where it is, behind symbolic links.
    path: PathBuf,
    current: Option<Vec<u8>>,
    /// Not a regular file, such as `/dev/stdout`: nothing is there to keep.
    is_device: bool,
}

impl Target {
    /// `is_ours` knows the content of a file that may be overwritten.
    fn of(path: &Path, plan: &PlanFile, is_ours: impl Fn(&[u8]) -> bool) -> Result<Self, Failure> {
        let shown = path.to_owned();
        let path = behind_links(path);
        let plan = plan.path.as_deref().and_then(|plan| fs::canonicalize(plan).ok());
        if plan.is_some_and(|plan| fs::canonicalize(&path).is_ok_and(|path| path == plan)) {
            let message = format!("`{}` is the plan, so it is not overwritten", shown.display());
            return Err(Diagnostic::new(Code::NotGenerated, message).with_help("pass `-o` with another name").into());
        }
        let kind = match fs::metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { shown, path, current: None, is_device: false });
            }
            Err(error) => return Err(cannot_write(&shown, &error).into()),
        };
        if kind.is_dir() {
            let message = format!("can't write `{}`: it is a directory", shown.display());
            let help = format!("name a file in it, as in `-o {}`", shown.join("Dockerfile").display());
            return Err(Diagnostic::new(Code::UnwritableFile, message).with_help(help).into());
        }
        if !kind.is_file() {
            return Ok(Self { shown, path, current: None, is_device: true });
        }
        let current = read_file(&path).map_err(|error| cannot_write(&shown, &error))?;
        if !current.is_empty() && !is_ours(&current) {
            let message = format!("`{}` was not made by railpack2docker, so it is not overwritten", shown.display());
            return Err(Diagnostic::new(Code::NotGenerated, message)
                .with_help("pass `--force` to overwrite it, or `-o` with another name")
                .into());
        }
        Ok(Self { shown, path, current: Some(current), is_device: false })
    }

    /// Writes the text beside the file.
    fn prepare(self, text: &str) -> Result<Prepared, Failure> {
        if self.current.as_deref() == Some(text.as_bytes()) {
            return Ok(Prepared { target: self, new: New::Unchanged });
        }
        if self.is_device {
            return Ok(Prepared { new: New::Direct(text.to_owned()), target: self });
        }
        match self.temporary(text) {
            Ok(file) => Ok(Prepared { target: self, new: New::Beside(file) }),
            Err(error) => {
                let found = cannot_write(&self.shown, &error);
                Err(match error.kind() {
                    io::ErrorKind::PermissionDenied => {
                        found.with_help("its folder must be writable, too: a new file takes the place of the old one")
                    }
                    _ => found,
                }
                .into())
            }
        }
    }

    fn temporary(&self, text: &str) -> io::Result<tempfile::NamedTempFile> {
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".railpack2docker-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // as a file that is created plainly: what the umask leaves of 0666
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(directory)?;
        if let Ok(metadata) = fs::metadata(&self.path) {
            file.as_file().set_permissions(metadata.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    }
}

/// What a path leads to: a link stays a link, and what it points to is written, be it there or not.
fn behind_links(path: &Path) -> PathBuf {
    // as many as Linux follows
    const MOST_LINKS: usize = 40;
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => return fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
        // `/dev/stdout` is a link to something without a path
        Ok(_) => return path.to_owned(),
        Err(_) => {}
    }
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// A file that is written but for its last step.
struct Prepared {
    target: Target,
    new: New,
}

enum New {
    Unchanged,
    Direct(String),
    Beside(tempfile::NamedTempFile),
}

impl Prepared {
    fn finish(self) -> Result<(), Failure> {
        let done = match self.new {
            New::Unchanged => Ok(()),
            New::Direct(text) => fs::OpenOptions::new()
                .write(true)
                .open(&self.target.path)
                .and_then(|mut file| file.write_all(text.as_bytes())),
            New::Beside(file) => file.persist(&self.target.path).map(drop).map_err(|error| error.error),
        };
        done.map_err(|error| cannot_write(&self.target.shown, &error).into())
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Diagnostic {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "its directory does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        io::ErrorKind::FileTooLarge => "no file may be as large here".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "its file system is read-only".to_owned(),
        _ => error.to_string(),
    };
    Diagnostic::new(Code::UnwritableFile, format!("can't write `{}`: {why}", path.display()))
}

/// The path as it reads from a directory: never absolute, with `/` between its parts. Where the
/// two have nothing in common, just the file's name.
pub(super) fn relative(path: &Path, directory: &Path) -> String {
    let absolute = |path: &Path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
    };
    let (parent, name) = (absolute(path.parent().unwrap_or(Path::new(""))), path.file_name().unwrap_or_default());
    let directory = absolute(directory);
    let common = parent.components().zip(directory.components()).take_while(|(a, b)| a == b).count();
    let named = |component: &Component<'_>| matches!(component, Component::Normal(_));
    if common < directory.components().count() && parent.components().take(common).filter(named).count() == 0 {
        return name.to_string_lossy().into_owned();
    }
    let up = directory.components().skip(common).map(|_| "..".into());
    let down = parent.components().skip(common).map(|component| component.as_os_str().to_string_lossy());
    let parts: Vec<_> = up.chain(down).chain([name.to_string_lossy()]).collect();
    parts.join("/")
}

/// Whether a path goes on from whatever folder it is said in. On Windows, `/x` and `C:x` are
/// relative and do not.
pub(super) fn goes_on(path: &Path) -> bool {
    path.components().all(|part| !matches!(part, Component::Prefix(_) | Component::RootDir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_from_the_root_goes_on_from_no_folder() {
        for (path, expected) in [("a/b", true), ("../a", true), ("./a", true), ("/a", false), ("/", false)] {
            assert_eq!(goes_on(Path::new(path)), expected, "{path}");
        }
        for elsewhere in [r"C:\a", "C:a", r"\a", r"\\server\share\a"] {
            assert_eq!(goes_on(Path::new(elsewhere)), cfg!(unix), "{elsewhere}");
        }
    }

    #[test]
    fn paths_read_from_the_directory_of_the_dockerfile() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for directory in ["a/b", "a/c"] {
            fs::create_dir_all(root.join(directory)).unwrap();
        }
        for (path, directory, expected) in [
            ("a/b/plan.json", "a/b", "plan.json"),
            ("a/b/plan.json", "a", "b/plan.json"),
            ("plan.json", "a/c", "../../plan.json"),
            ("a/b/plan.json", "a/c", "../b/plan.json"),
        ] {
            assert_eq!(relative(&root.join(path), &root.join(directory)), expected);
        }
    }

    #[test]
    fn paths_with_nothing_in_common_are_not_spelled_out() {
        assert_eq!(relative(Path::new("/proc/plan.json"), Path::new("/usr")), "plan.json");
        assert_eq!(relative(Path::new("/proc/plan.json"), Path::new("/")), "proc/plan.json");
    }
}
