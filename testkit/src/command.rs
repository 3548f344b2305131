//! Runs of the command in tests.
//!
//! Each test creates a [`Folder`], writes files to it, and runs the command there. Standard output, standard error
//! and exit status are always compared. By default, both outputs must be empty, and the status must be 0; the report
//! of the files that were written may be on standard error.
//!
//! ```ignore
//! let folder = Folder::new(BINARY).file("plan.json", PLAN);
//! folder.run(["plan.json", "-o", "Dockerfile"]).check();
//! folder.run(["--check"]).status(1).stdout(["\n-RUN npm ci\n"]).stderr(["error[changed-plan]"]).check();
//! ```

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use fs_err as fs;
use tempfile::TempDir;

/// A folder to run the command in. The command's `HOME` and its folder for temporary files are next to it.
pub struct Folder {
    binary: &'static str,
    around: TempDir,
}

/// A run of the command, with its expected results.
#[must_use = "nothing runs before `check` or `start`"]
pub struct Run<'f> {
    command: Command,
    stdin: Option<Vec<u8>>,
    status: Option<i32>,
    stdout: Expected,
    stderr: Expected,
    /// Borrows the folder, which is removed with its content when it is dropped.
    folder: PhantomData<&'f Folder>,
}

/// A run that has been started.
#[must_use = "nothing is compared before `check`"]
pub struct Started<'f> {
    child: Child,
    what: String,
    status: Option<i32>,
    stdout: Expected,
    stderr: Expected,
    folder: PhantomData<&'f Folder>,
}

/// The output of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub stdout: String,
    pub stderr: String,
}

/// The expected output of a run.
#[derive(Clone)]
pub enum Expected {
    /// Exactly this text.
    Exactly(String),
    /// A text that contains all of these.
    Containing(Vec<String>),
    /// The snapshot with this name, under these settings.
    Snapshot(insta::Settings, String),
    /// A text that meets this condition.
    That(Arc<dyn Fn(&str) -> bool>),
}

/// Any text: the test checks it separately, or not at all.
pub fn anything() -> Expected {
    that(|_| true)
}

/// A text that meets a condition.
pub fn that(is_so: impl Fn(&str) -> bool + 'static) -> Expected {
    Expected::That(Arc::new(is_so))
}

/// A text that contains none of these.
pub fn without<const N: usize>(parts: [&str; N]) -> Expected {
    let parts = parts.map(str::to_owned);
    that(move |text| parts.iter().all(|part| !text.contains(part)))
}

/// Whether a text is only the report of the files that were written.
pub fn is_report_of_files(text: &str) -> bool {
    text.lines()
        .all(|line| line.starts_with("wrote ") || line.starts_with("removed ") || line.contains(" is unchanged"))
}

/// The snapshot with a name, in a folder of `snapshots/`.
pub fn snapshot(folder: &str, name: &str) -> Expected {
    Expected::Snapshot(crate::settings(folder), name.to_owned())
}

impl From<&str> for Expected {
    fn from(text: &str) -> Self {
        Self::Exactly(text.to_owned())
    }
}

impl From<String> for Expected {
    fn from(text: String) -> Self {
        Self::Exactly(text)
    }
}

impl<const N: usize> From<[&str; N]> for Expected {
    fn from(parts: [&str; N]) -> Self {
        Self::Containing(parts.map(str::to_owned).into())
    }
}

impl Expected {
    /// Describes how a text differs from the expected one, if it does.
    fn fault(&self, text: &str) -> Option<String> {
        match self {
            Self::Exactly(expected) if expected == text => None,
            Self::Exactly(expected) => Some(format!("is not exactly {expected:?}")),
            Self::Containing(parts) => {
                let missing: Vec<&String> = parts.iter().filter(|part| !text.contains(part.as_str())).collect();
                (!missing.is_empty()).then(|| format!("lacks {missing:#?}"))
            }
            Self::Snapshot(settings, name) => {
                settings.bind(|| insta::assert_snapshot!(name.as_str(), text));
                None
            }
            Self::That(is_so) => (!is_so(text)).then(|| "is not what the test expects".to_owned()),
        }
    }
}

impl Folder {
    /// Creates an empty folder for this binary.
    pub fn new(binary: &'static str) -> Self {
        let around = tempfile::Builder::new().prefix("railpack2docker-test-").tempdir().unwrap();
        for directory in ["here", "home", "tmp"] {
            fs::create_dir(around.path().join(directory)).unwrap();
        }
        Self { binary, around }
    }

    /// Adds a file.
    #[must_use]
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(name, content);
        self
    }

    /// The path of the folder.
    pub fn root(&self) -> PathBuf {
        self.around.path().join("here")
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root().join(name)
    }

    /// Writes a file, and creates the folders above it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
    }

    /// Creates a folder in this one.
    pub fn make(&self, name: &str) {
        fs::create_dir_all(self.path(name)).unwrap();
    }

    /// Writes an executable script.
    #[cfg(unix)]
    pub fn write_program(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        self.write(name, script);
        fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub fn read(&self, name: impl AsRef<Path>) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    pub fn bytes(&self, name: impl AsRef<Path>) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Replaces a text in a file, which must contain it.
    pub fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "no {old:?} in {text}");
        self.write(name, text.replace(old, new));
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The names of the entries of the folder, sorted.
    pub fn names(&self) -> Vec<String> {
        self.names_in("")
    }

    /// The names of the entries of a folder in this one, sorted.
    pub fn names_in(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(name)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Whether the folder for temporary files is empty.
    pub fn has_no_temporary_files(&self) -> bool {
        fs::read_dir(self.around.path().join("tmp")).unwrap().next().is_none()
    }

    /// Runs something that must not change any file in the folder.
    pub fn unchanged<T>(&self, run: impl FnOnce() -> T) -> T {
        let content = |name: &String| {
            let path = self.path(name);
            // reading a pipe would block
            path.is_file().then(|| fs::read(path).unwrap())
        };
        let files = || self.names().into_iter().map(|name| (content(&name), name)).collect::<Vec<_>>();
        let before = files();
        let ran = run();
        let after = files();
        let names = |files: &[(_, String)]| files.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>();
        assert!(before == after, "{:?} became {:?}", names(&before), names(&after));
        ran
    }

    /// Prepares a run of the command with these arguments.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run<'_> {
        self.run_program(self.binary, arguments)
    }

    /// Prepares a run of the command by a shell, after a line of script.
    pub fn run_behind<A: AsRef<OsStr>>(&self, shell: &str, arguments: impl IntoIterator<Item = A>) -> Run<'_> {
        let line = format!("{shell}; exec \"$0\" \"$@\"");
        let before = ["-c", &line, self.binary].map(OsString::from);
        self.run_program("sh", before.into_iter().chain(arguments.into_iter().map(|it| it.as_ref().to_owned())))
    }

    /// Prepares a run of a shell script, in which the command is available as `railpack2docker`.
    pub fn run_script(&self, script: &str) -> Run<'_> {
        let folder = Path::new(self.binary).parent().unwrap();
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&inherited));
        self.run_program("sh", ["-euc", script]).env("PATH", std::env::join_paths(path).unwrap())
    }

    /// Prepares a run of another program, in the same environment as the command.
    pub fn run_program<A: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Run<'_> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.root()).env_clear();
        command.env("HOME", self.around.path().join("home")).env("TMPDIR", self.around.path().join("tmp"));
        for kept in ["PATH", "SystemRoot"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Run {
            command,
            stdin: None,
            status: Some(0),
            stdout: "".into(),
            stderr: that(is_report_of_files),
            folder: PhantomData,
        }
    }
}

impl<'f> Run<'f> {
    /// Sets the working directory: a path relative to the folder, or an absolute path.
    pub fn within(mut self, directory: impl AsRef<Path>) -> Self {
        let directory = match self.command.get_current_dir() {
            Some(folder) => folder.join(directory),
            None => directory.as_ref().to_owned(),
        };
        self.command.current_dir(directory);
        self
    }

    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn envs<'v>(mut self, variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Self {
        self.command.envs(variables);
        self
    }

    /// Keeps the variables that lead to a Docker Engine and to docker's plugins.
    pub fn with_docker(mut self) -> Self {
        let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".docker"));
        self.command.envs(home.map(|config| ("DOCKER_CONFIG", config)));
        let of_docker = |name: &OsString| name.to_string_lossy().starts_with("DOCKER_") || name == "BUILDX_BUILDER";
        self.command.envs(std::env::vars_os().filter(|(name, _)| of_docker(name)));
        self
    }

    pub fn stdin(mut self, text: impl AsRef<[u8]>) -> Self {
        self.stdin = Some(text.as_ref().to_owned());
        self
    }

    /// Changes how the command is started, such as its user or its standard output, which then counts as empty.
    pub fn started(mut self, change: impl FnOnce(&mut Command)) -> Self {
        change(&mut self.command);
        self
    }

    /// Sets the expected exit status.
    pub fn status(mut self, status: i32) -> Self {
        self.status = Some(status);
        self
    }

    /// Expects that a signal ends the run.
    pub fn killed(mut self) -> Self {
        self.status = None;
        self
    }

    pub fn stdout(mut self, expected: impl Into<Expected>) -> Self {
        self.stdout = expected.into();
        self
    }

    pub fn stderr(mut self, expected: impl Into<Expected>) -> Self {
        self.stderr = expected.into();
        self
    }

    pub fn start(mut self) -> Started<'f> {
        let what = format!("{:?}", self.command);
        if self.stdin.is_some() {
            self.command.stdin(Stdio::piped());
        }
        let mut child = loop {
            match self.command.spawn() {
                // a process that another test has just forked still has the program open for writing
                Err(why) if why.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
                started => break started.unwrap_or_else(|why| panic!("{what}: {why}")),
            }
        };
        if let Some(text) = self.stdin {
            // a program that needs no input may have closed the pipe
            drop(child.stdin.take().unwrap().write_all(&text));
        }
        Started { child, what, status: self.status, stdout: self.stdout, stderr: self.stderr, folder: self.folder }
    }

    /// Runs the command, and compares its results with the expected ones.
    pub fn check(self) -> Output {
        self.start().check()
    }
}

impl Started<'_> {
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the run to end, and compares its results with the expected ones.
    pub fn check(self) -> Output {
        let Self { child, what, status: expected, stdout: expected_stdout, stderr: expected_stderr, .. } = self;
        let output = child.wait_with_output().unwrap();
        let status = output.status.code();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_else(|why| panic!("{what}: {why}"));
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let faults: Vec<String> = [
            (status != expected).then(|| format!("the status is {status:?}, not {expected:?}")),
            expected_stdout.fault(&stdout).map(|fault| format!("standard output {fault}")),
            expected_stderr.fault(&stderr).map(|fault| format!("standard error {fault}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        assert!(
            faults.is_empty(),
            "{what}:\n{}\n──── standard output\n{stdout}\n──── standard error\n{stderr}",
            faults.join("\n")
        );
        Output { stdout, stderr }
    }
}
