//! A folder with a plan, and a `docker` that writes down what it is told.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fs_err as fs;
use tempfile::TempDir;

/// Answers what `build` asks first; of a build, keeps the arguments, the environment and the files.
const DOCKER: &str = r#"#!/bin/sh
case "$1 $2" in
  "buildx version") exit "${BUILDX_STATUS:-0}" ;;
  "version --format")
    [ -z "$ENGINE_SAYS" ] && exit 0
    echo "$ENGINE_SAYS" >&2
    exit 1 ;;
  "buildx inspect") echo "Driver: ${DRIVER:-docker}"; exit 0 ;;
esac
for word; do printf '%s\0' "$word"; done > "$LOG/arguments"
env -0 > "$LOG/environment"
cp "$4" "$LOG/Dockerfile"
[ -e "$4.dockerignore" ] && cp "$4.dockerignore" "$LOG/dockerignore"
echo built
if [ -n "$WAIT" ]; then
  trap 'echo INT > "$LOG/signal"; exit 130' INT
  trap 'echo TERM > "$LOG/signal"; exit 143' TERM
  touch "$LOG/waiting"
  while :; do sleep 0.05; done
fi
exit "${STATUS:-0}"
"#;

pub(crate) struct World {
    folder: TempDir,
}

impl World {
    /// A plan that lists these secrets, in a step that lists all of them.
    pub(crate) fn new(secrets: &[&str]) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        for directory in ["app", "bin", "log", "tmp"] {
            fs::create_dir(world.path(directory)).unwrap();
        }
        let secrets = secrets.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        let plan = format!(
            r#"{{ "steps": [{{ "name": "build", "inputs": [{{ "image": "x" }}], "commands": [{{ "cmd": "make" }}], "secrets": ["*"] }}],
              "secrets": [{secrets}], "exclude": ["*.md"],
              "deploy": {{ "base": {{ "image": "x" }}, "inputs": [{{ "step": "build", "include": ["."] }}] }} }}"#
        );
        world.write("app/plan.json", &plan);
        world.write("bin/docker", DOCKER);
        fs::set_permissions(world.path("bin/docker"), std::fs::Permissions::from_mode(0o755)).unwrap();
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.path(name)).unwrap()).unwrap()
    }

    /// The command with these arguments, run in `app`.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        command.current_dir(self.path("app")).args(arguments).env_clear();
        command.env("PATH", path).env("LOG", self.path("log")).env("TMPDIR", self.path("tmp"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        self.command(arguments).envs(environment.iter().copied()).output().unwrap()
    }

    /// Runs it, and gives what it printed.
    pub(crate) fn prints(&self, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        let output = self.run(arguments, environment);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it, and gives what it said when it failed.
    pub(crate) fn fails(&self, status: i32, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        let output = self.run(arguments, environment);
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The hash with a key.
    pub(crate) fn hash(&self, sources: &[&str], environment: &[(&str, &str)]) -> String {
        let arguments = [&["hash", "plan.json"], sources].concat();
        self.prints(&arguments, &[&[("RAILPACK2DOCKER_HASH_KEY", "key")], environment].concat())
    }

    /// The words or variables that docker had.
    pub(crate) fn log(&self, name: &str) -> Vec<String> {
        let text = self.read(&format!("log/{name}"));
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    pub(crate) fn is_built(&self) -> bool {
        self.path("log/arguments").exists()
    }

    /// Whether no file is left of a build.
    pub(crate) fn is_clean(&self) -> bool {
        is_empty(&self.path("tmp"))
    }
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).unwrap().next().is_none()
}
