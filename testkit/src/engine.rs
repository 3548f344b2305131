//! A Docker Engine, stand-ins for the images that it can't pull, and builds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use fs_err as fs;
use railpack2docker::{Options, transpile};
use serde_json::Value;

/// The engine. If there is none, reports that the test is skipped, or fails with `REQUIRE_DOCKER=1`.
pub fn engine() -> Option<Engine> {
    let answers = Command::new("docker").args(["buildx", "version"]).output().is_ok_and(|it| it.status.success())
        && Command::new("docker").args(["version"]).output().is_ok_and(|it| it.status.success());
    let missing = match (answers, busybox()) {
        (true, Some(busybox)) => return Some(Engine { busybox }),
        (false, _) => "no Docker Engine answers",
        (true, None) => "there is no static busybox",
    };
    crate::skip(missing, "REQUIRE_DOCKER");
    None
}

/// The engine, if its builder can export archives, caches and attestations. If not, reports that the test is skipped.
pub fn engine_with_archives() -> Option<Engine> {
    let engine = engine()?;
    if !exports_archives() {
        crate::report_skipped("the classic image store exports neither archives nor caches nor attestations");
        return None;
    }
    Some(engine)
}

fn busybox() -> Option<PathBuf> {
    ["/bin/busybox", "/usr/bin/busybox"].map(PathBuf::from).into_iter().find(|path| path.exists())
}

pub struct Engine {
    busybox: PathBuf,
}

/// Whether the builder can export archives, caches and attestations. An engine with the classic image store can't: its
/// builder has no store of blobs.
pub fn exports_archives() -> bool {
    static EXPORTS: OnceLock<bool> = OnceLock::new();
    *EXPORTS.get_or_init(|| {
        // set if the builder is not that of the engine
        let is_engine = std::env::var_os("BUILDX_BUILDER").is_none();
        let store = run(Command::new("docker").args(["info", "--format={{json .DriverStatus}}"])).stdout;
        !is_engine || String::from_utf8_lossy(&store).contains("io.containerd.snapshotter")
    })
}

/// Builds a stand-in for an image from a folder with its Dockerfile.
///
/// A builder that is not that of the engine has no access to its images. It pulls them from the registry whose host and
/// port are in `STAND_INS`, which is a mirror of all the others.
pub fn build_stand_in(image: &str, folder: &Path) {
    run(Command::new("docker").args(["build", "-q", "-t", image]).arg(folder));
    if let Some(mirror) = std::env::var_os("STAND_INS") {
        let name = format!("{}/{}", mirror.to_str().unwrap(), path_in_registry(image));
        run(Command::new("docker").args(["build", "-q", "--push", "-t", &name]).arg(folder));
    }
}

/// The name of an image without its registry.
fn path_in_registry(image: &str) -> String {
    match image.split_once('/') {
        Some((registry, path)) if registry.contains(['.', ':']) || registry == "localhost" => path.to_owned(),
        Some(_) => image.to_owned(),
        None => format!("library/{image}"),
    }
}

/// The programs of the stand-ins that only record their runs in `/app/.ran`: a line with their arguments, and the
/// variables that `$RECORD` selects.
const PROGRAMS: [&str; 17] = [
    "npm",
    "npx",
    "node",
    "uv",
    "python",
    "cargo",
    "rustc",
    "mix",
    "php",
    "composer",
    "mise",
    "apt-get",
    "caddy",
    "install-php-extensions",
    "pip",
    "tsc",
    "bash",
];

const RECORDER: &str = r#"#!/bin/sh
{ echo "${0##*/} $*"; env | grep -E "^($RECORD)=" | sort | sed 's/^/  /'; } >> /app/.ran
case "${0##*/} $*" in "cargo build"*) mkdir -p target/release && echo binary > target/release/hits;; esac
exit 0
"#;

/// A program that writes its environment to a file, with a NUL after each variable.
const SHOW_ENVIRONMENT: &str = "#!/bin/sh\nexec /bin/busybox dd if=/proc/$$/environ of=\"$1\"\n";

impl Engine {
    /// Builds an image with busybox, the recorders and `files`, under the name of another image.
    pub fn stand_in(&self, image: &str, files: &BTreeMap<String, String>) {
        build_stand_in(image, self.stand_in_files(image, files, "").path());
    }

    /// Builds such an image for several platforms. All of them have the same programs, which run here without
    /// emulation, and a file `/etc/platform` that tells them apart. If the engine can't build for several platforms,
    /// reports that the test is skipped, or fails with `REQUIRE_DOCKER=1`.
    pub fn stand_in_for(&self, image: &str, platforms: &str) -> Option<Index> {
        let own = "ARG TARGETARCH TARGETVARIANT\nCOPY <<EOF /etc/platform\n$TARGETARCH$TARGETVARIANT\nEOF\n";
        let folder = self.stand_in_files(image, &BTreeMap::new(), own);
        let tar = folder.path().join("index.tar");
        let mut docker = Command::new("docker");
        docker.args(["buildx", "build", "--provenance=false", "--platform", platforms]);
        docker.arg(format!("--output=type=oci,name=stand-in:latest,dest={}", tar.display())).arg(folder.path());
        build_for_platforms(docker)?;
        let layout = folder.path().join("layout");
        fs::create_dir(&layout).unwrap();
        run(Command::new("tar").arg("-xf").arg(tar).arg("-C").arg(&layout));
        Some(Index { image: image.to_owned(), folder })
    }

    /// Builds such an image for several platforms, or for that of the engine, with the file `/etc/version`, and pushes
    /// it to a registry. If the engine can't, reports that the test is skipped, or fails with `REQUIRE_DOCKER=1`.
    pub fn push(&self, image: &str, version: &str, platforms: Option<&str>) -> Option<()> {
        let files = BTreeMap::from([("/etc/version".to_owned(), version.to_owned())]);
        let folder = self.stand_in_files(image, &files, "");
        let mut docker = Command::new("docker");
        docker.args(["buildx", "build", "--provenance=false", "--push", "-t", image]);
        docker.args(platforms.map(|platforms| format!("--platform={platforms}"))).arg(folder.path());
        build_for_platforms(docker)
    }

    /// The Dockerfile and the files of a stand-in. `more` are further lines of the Dockerfile.
    fn stand_in_files(&self, image: &str, files: &BTreeMap<String, String>, more: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        for directory in ["bin", "usr/local/bin", "usr/bin", "app", "tmp", "etc", "root", "proc", "sys", "dev"] {
            fs::create_dir_all(root.join(directory)).unwrap();
        }
        fs::copy(&self.busybox, root.join("bin/busybox")).unwrap();
        let applets = run(Command::new(&self.busybox).arg("--list"));
        for applet in String::from_utf8(applets.stdout).unwrap().lines().filter(|name| *name != "busybox") {
            std::os::unix::fs::symlink("busybox", root.join("bin").join(applet)).unwrap();
        }
        for program in PROGRAMS {
            write_executable(&root.join("usr/local/bin").join(program), RECORDER);
        }
        write_executable(&root.join("usr/local/bin/show-environment"), SHOW_ENVIRONMENT);
        for (path, content) in files {
            let path = root.join(path.trim_start_matches('/'));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        // Railpack's own images set none of these
        let is_railpacks = image.starts_with("ghcr.io/railwayapp/");
        let own = if is_railpacks { "" } else { "USER 1234\nSHELL [\"/bin/other-sh\"]\nENV PATH=/other\n" };
        fs::write(
            folder.path().join("Dockerfile"),
            format!("FROM scratch\nCOPY root /\nENV FROM_IMAGE=stays\nENTRYPOINT [\"/other\"]\nCMD [\"other\"]\nWORKDIR /other\n{own}{more}"),
        )
        .unwrap();
        folder
    }

    /// Runs a build that must succeed, and returns the image.
    pub fn build(&self, build: &Build<'_>) -> Built {
        let folder = tempfile::tempdir().unwrap();
        let output = build.run(folder.path());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let config = image_config(&folder.path().join("image.tar"), folder.path());
        Built { folder, config }
    }

    /// Builds an image in the engine, with additional arguments of `docker build`, and returns its ID.
    pub fn image(&self, build: &Build<'_>, more: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let output = run(build.command(folder.path()).arg("-q").args(more).arg(build.context));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs a build that must fail, and returns Docker's messages.
    pub fn fails(&self, build: &Build<'_>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let output = build.run(folder.path());
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

/// A stand-in for several platforms, which only the builds that it is passed to find.
pub struct Index {
    image: String,
    folder: tempfile::TempDir,
}

impl Index {
    /// The argument of `docker buildx build` that passes the image.
    pub fn argument(&self) -> String {
        format!("--build-context={}=oci-layout://{}:latest", self.image, self.folder.path().join("layout").display())
    }
}

/// The maximum length of a variable's value in Linux, with room for its name.
const LONGEST_VARIABLE: usize = 128 * 1024 - 100;

/// A build of a plan's Dockerfile with plain `docker build`.
pub struct Build<'a> {
    pub plan: &'a str,
    pub context: &'a Path,
    /// The ids and values of secrets. Values are passed in the environment, or in a file if they are too long for that.
    pub secrets: Vec<(&'a str, &'a str)>,
    /// The ids of further secrets, and the files with their values.
    pub files: Vec<(&'a str, &'a Path)>,
    pub hash: &'a str,
    pub options: Options,
}

impl<'a> Build<'a> {
    pub fn new(plan: &'a str, context: &'a Path, secrets: &[(&'a str, &'a str)]) -> Self {
        Self { plan, context, secrets: secrets.to_vec(), files: Vec::new(), hash: "h1", options: Options::default() }
    }

    /// The `SECRETS_HASH`, different for each context: tests run in parallel in one engine, which would reuse the
    /// cached hash stage for an equal `SECRETS_HASH`, whatever the values.
    fn secrets_hash(&self) -> String {
        if self.hash.is_empty() { String::new() } else { format!("{} {}", self.hash, self.context.display()) }
    }

    /// Runs the build. If it succeeds, writes the files of the image to `files` in the folder, and the image to
    /// `image.tar`.
    fn run(&self, folder: &Path) -> Output {
        let mut command = self.command(folder);
        command.args(["--progress=plain", "--provenance=false"]);
        command.arg(format!("--output=type=local,dest={}", folder.join("files").display()));
        let archive = folder.join("image.tar");
        if exports_archives() {
            command.arg(format!("--output=type=oci,dest={}", archive.display()));
        }
        let output = command.arg(self.context).output().unwrap();
        if output.status.success() && !exports_archives() {
            // the same layers, from the cache of the build
            let id = run(self.command(folder).arg("-q").arg(self.context)).stdout;
            let id = String::from_utf8(id).unwrap();
            run(Command::new("docker").arg("save").arg("--output").arg(archive).arg(id.trim()));
        }
        output
    }

    /// `docker build` without its output and its context.
    fn command(&self, folder: &Path) -> Command {
        let dockerfile = folder.join("Dockerfile");
        // the engine's own frontend: no other can be pulled
        let mut options = self.options.clone();
        options.syntax = None;
        let made = transpile(self.plan, &options).unwrap();
        fs::write(&dockerfile, &made.dockerfile).unwrap();
        if let Some(dockerignore) = made.dockerignore {
            fs::write(folder.join("Dockerfile.dockerignore"), dockerignore).unwrap();
        }
        for asset in &made.assets {
            write_private(&self.context.join(&asset.path_in_context), &asset.text);
        }
        let mut command = Command::new("docker");
        command.args(["build", "--build-arg"]);
        command.arg(format!("SECRETS_HASH={}", self.secrets_hash())).arg("-f").arg(&dockerfile);
        for (id, value) in &self.secrets {
            if value.len() < LONGEST_VARIABLE {
                command.env(id, value).arg(format!("--secret=id={id},env={id}"));
            } else {
                let file = folder.join(id);
                fs::write(&file, value).unwrap();
                command.arg(format!("--secret=id={id},src={}", file.display()));
            }
        }
        for (id, file) in &self.files {
            command.arg(format!("--secret=id={id},src={}", file.display()));
        }
        command
    }
}

/// The output of `docker build --check` for a Dockerfile.
pub fn check(dockerfile: &str, context: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Dockerfile");
    fs::write(&path, dockerfile).unwrap();
    let output = Command::new("docker").args(["build", "--check", "-f"]).arg(&path).arg(context).output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// An image that was built, with its files unpacked.
pub struct Built {
    folder: tempfile::TempDir,
    pub config: Value,
}

impl Built {
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("files").join(path.trim_start_matches('/'))
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn environment(&self) -> Vec<&str> {
        self.config["Env"].as_array().unwrap().iter().map(|pair| pair.as_str().unwrap()).collect()
    }
}

/// Writes a file with the mode that a strict umask gives it.
fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// Runs a build, which must succeed. If the engine can't build for several platforms, reports that the test is skipped,
/// or fails with `REQUIRE_DOCKER=1`.
fn build_for_platforms(mut docker: Command) -> Option<()> {
    let output = docker.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let has_one_platform = said.contains("Multi-platform build is not supported");
    if has_one_platform || said.contains("OCI exporter is not supported") {
        const WHY: &str = "the Docker Engine builds for one platform only";
        // only the classic image store can't
        if exports_archives() {
            crate::skip(WHY, "REQUIRE_DOCKER");
        } else {
            crate::report_skipped(WHY);
        }
        return None;
    }
    assert!(output.status.success(), "{said}");
    Some(())
}

fn write_executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Reads the config of an image from its OCI layout: from the index to the manifest to the config.
fn image_config(image: &Path, folder: &Path) -> Value {
    let layout = folder.join("layout");
    fs::create_dir(&layout).unwrap();
    run(Command::new("tar").arg("-xf").arg(image).arg("-C").arg(&layout));
    let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let blob =
        |descriptor: &Value| read(&layout.join("blobs").join(descriptor["digest"].as_str().unwrap().replace(':', "/")));
    let manifest = blob(&read(&layout.join("index.json"))["manifests"][0]);
    blob(&manifest["config"])["config"].clone()
}
