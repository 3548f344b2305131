//! A folder with a plan, and with a stand-in for `docker` that records its input.

use std::ops::Deref;

use testkit::command::{Folder, Run, anything};

/// A stand-in for `docker`: answers the checks before a build, and records the arguments, the environment and the
/// files of a build. With `WAIT`, it reports through a pipe that it waits, and exits on a signal.
const DOCKER: &str = r#"#!/bin/sh
case "$1 $2" in
  "buildx version") exit "${BUILDX_STATUS:-0}" ;;
  "version --format")
    [ -z "$ENGINE_SAYS" ] && exit 0
    echo "$ENGINE_SAYS" >&2
    exit 1 ;;
  "buildx inspect") echo "Driver: ${DRIVER:-docker}"; exit 0 ;;
  "image inspect") [ "$6" = "${IMAGE_ID:-sha256:built}" ]; exit ;;
  "image save")
    echo "$4" > "$LOG/saved"
    [ -e "$LOG/image.tar" ] && exec cat "$LOG/image.tar"
    echo "Error response from daemon: No such image: $4" >&2
    exit 1 ;;
esac
for word; do printf '%s\0' "$word"; done > "$LOG/arguments"
env -0 > "$LOG/environment"
cp "$4" "$LOG/Dockerfile"
[ -e "$4.dockerignore" ] && cp "$4.dockerignore" "$LOG/dockerignore"
before=
for word; do
  [ "$before" != --iidfile ] || echo sha256:built > "$word"
  [ "$before" != --metadata-file ] || echo '{ "containerimage.digest": "sha256:manifest" }' > "$word"
  before=$word
done
echo built
[ -n "$MESSAGES" ] && printf '%s' "$MESSAGES" >&2
if [ -n "$WAIT" ]; then
  # reads a pipe that nobody writes to
  cat "$LOG/never" &
  trap 'kill "$!"; echo INT > "$LOG/signal"; exit 130' INT
  trap 'kill "$!"; echo TERM > "$LOG/signal"; exit 143' TERM
  echo > "$LOG/waiting"
  wait
fi
exit "${STATUS:-0}"
"#;

pub(crate) struct World(Folder);

impl Deref for World {
    type Target = Folder;

    fn deref(&self) -> &Folder {
        &self.0
    }
}

impl World {
    /// Creates a folder whose plan has these secrets and one step, which lists all of them.
    pub(crate) fn new(secrets: &[&str]) -> Self {
        let secrets = secrets.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        Self::with(&format!(
            r#"{{ "steps": [{{ "name": "build", "inputs": [{{ "image": "x" }}], "commands": [{{ "cmd": "make" }}], "secrets": ["*"] }}],
              "secrets": [{secrets}], "exclude": ["*.md"],
              "deploy": {{ "base": {{ "image": "x" }}, "inputs": [{{ "step": "build", "include": ["."] }}] }} }}"#
        ))
    }

    /// Creates a folder with this plan.
    pub(crate) fn with(plan: &str) -> Self {
        let folder = crate::folder().file("app/plan.json", plan);
        for directory in ["log", "tmp"] {
            folder.make(directory);
        }
        folder.write_program("bin/docker", DOCKER);
        Self(folder)
    }

    /// Prepares a run of the command in `app`, with these arguments.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run<'_> {
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        let run = self.0.run(arguments).within("app");
        run.env("PATH", path).env("LOG", self.path("log")).env("TMPDIR", self.path("tmp"))
    }

    /// Runs a build, which must succeed and pass on docker's output.
    pub(crate) fn builds(&self, arguments: &[&str], environment: &[(&str, &str)]) {
        let build = self.run(&[&["build", "plan.json"], arguments].concat());
        build.envs(environment.iter().copied()).stdout("built\n").stderr(anything()).check();
    }

    /// Runs a command, which must fail with these messages.
    pub(crate) fn fails<const N: usize>(&self, arguments: &[&str], environment: &[(&str, &str)], said: [&str; N]) {
        self.run(arguments).envs(environment.iter().copied()).status(2).stderr(said).check();
    }

    /// The hash of the plan's secrets with a key.
    pub(crate) fn hash(&self, sources: &[&str], environment: &[(&str, &str)]) -> String {
        let run = self.run(&[&["hash", "plan.json"], sources].concat()).env("RAILPACK2DOCKER_HASH_KEY", "key");
        run.envs(environment.iter().copied()).stdout(anything()).check().stdout
    }

    /// The recorded arguments or variables of docker.
    pub(crate) fn log(&self, name: &str) -> Vec<String> {
        let text = self.read(format!("log/{name}"));
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    pub(crate) fn is_built(&self) -> bool {
        self.has("log/arguments")
    }

    /// Whether no temporary file of a build is left.
    pub(crate) fn is_clean(&self) -> bool {
        self.names_in("tmp").is_empty()
    }
}
