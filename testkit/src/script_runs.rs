//! The shells of this machine, to see what a script runs.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use fs_err as fs;
use tempfile::TempDir;

/// The shells that the `/bin/sh` of an image can be. Those that are not here are skipped.
const SHELLS: [&[&str]; 3] = [&["sh"], &["bash"], &["busybox", "sh"]];

/// Writes its arguments to a log, a line for each start, and prints them. That nobody reads them is no failure.
const P: &str = r#"#!/bin/sh
trap '' PIPE
line=
for word; do line="$line<$word>"; done
printf '%s\n' "$line" >> "$LOG"
printf '%s ' "$@" 2> /dev/null
exit 0
"#;

/// A folder in which scripts are run. They find one program: `p`.
pub struct Shells {
    folder: TempDir,
    found: Vec<&'static [&'static str]>,
}

/// What came of a script in one shell.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The arguments of each `p`, sorted: those of a pipeline start side by side.
    pub started: Vec<String>,
    pub status: Option<i32>,
}

impl Shells {
    pub fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for name in ["bin", "files"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let program = folder.path().join("bin/p");
        fs::write(&program, P).unwrap();
        fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["b1", "b2", "c d"] {
            fs::write(folder.path().join("files").join(name), "").unwrap();
        }
        let exists = |shell: &&[&str]| match Command::new(shell[0]).args(&shell[1..]).args(["-c", ":"]).status() {
            Ok(status) => status.success(),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::NotFound);
                false
            }
        };
        Self { folder, found: SHELLS.into_iter().filter(exists).collect() }
    }

    /// What comes of a script in each shell.
    pub fn run(&self, script: &str) -> Vec<Outcome> {
        self.found.iter().map(|shell| self.run_in(shell, script)).collect()
    }

    fn run_in(&self, shell: &[&str], script: &str) -> Outcome {
        let log = self.folder.path().join("log");
        fs::write(&log, "").unwrap();
        let mut command = Command::new(which(shell[0]));
        command.args(&shell[1..]).args(["-c", script]).current_dir(self.folder.path().join("files"));
        command.env_clear().env("PATH", self.folder.path().join("bin")).env("LOG", &log).env("HOME", "/home");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().unwrap().code();
        let mut started: Vec<String> = fs::read_to_string(&log).unwrap().lines().map(str::to_owned).collect();
        started.sort();
        Outcome { started, status }
    }
}

impl Default for Shells {
    fn default() -> Self {
        Self::new()
    }
}

/// The path of a program: the script's own PATH has no shell.
fn which(program: &str) -> std::path::PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| Path::exists(path));
    found.unwrap_or_else(|| program.into())
}
