//! The installation of the tool: from a release, or compiled.

use std::path::PathBuf;

use fs_err as fs;
use sha2::{Digest, Sha256};
use testkit::command::{Folder, anything};
use testkit::root;

use super::server::{self, Files};

/// The programs that a runner has. Some systems have one of `sha256sum` and `shasum`, or no `unzip`.
const PROGRAMS: &str = "awk bash cat chmod curl cut dirname gzip head mkdir mktemp mv od rm sed sh sha256sum shasum sort \
                        tail tar tr unzip";

/// A stand-in for `cargo install`: installs a program of its own.
const CARGO: &str = r#"#!/bin/sh
echo "cargo $*" >>"$ASKED"
for word; do root=$word; done
mkdir -p "$root/bin"
printf '#!/bin/sh\necho railpack2docker 0.0.1\n' >"$root/bin/$EXE"
chmod +x "$root/bin/$EXE"
"#;

/// A stand-in for `gh`: verifies everything, unless it is told to refuse.
const GH: &str = r#"#!/bin/sh
echo "gh $* token=$GH_TOKEN" >>"$ASKED"
[ -z "$REFUSES" ] || { echo "::error::no attestations found" >&2; exit 1; }
"#;

/// A release on the server.
struct Release {
    tag: &'static str,
    target: &'static str,
    /// The output of the binary.
    output: &'static str,
    files: Files,
}

/// A runner with a checkout of the action.
struct Runner {
    folder: Folder,
    /// OWNER/NAME/REF, or nothing for a local action.
    checkout: &'static str,
    server: String,
}

/// The results of a run.
struct Ran {
    log: String,
    /// What cargo and gh were asked for.
    asked: String,
    /// The version that the action reports.
    output: String,
    /// What the installed program prints, if there is one.
    installed: Option<String>,
}

impl Release {
    /// A release for Linux on x86-64.
    fn new(tag: &'static str, output: &'static str) -> Self {
        let release = Self { tag, target: "x86_64-unknown-linux-musl", output, files: Files::new() };
        let archive = release.archive();
        release.with("railpack2docker-x86_64-unknown-linux-musl.tar.gz", archive)
    }

    /// The archive, which `tar` packs.
    fn archive(&self) -> Vec<u8> {
        let folder = self.unpacked("railpack2docker");
        let name = format!("railpack2docker-{}", self.target);
        folder.run_program("tar", ["-czf", "archive", &name]).check();
        folder.bytes("archive")
    }

    /// The archive for Windows, which Python packs.
    fn zip(&self) -> Vec<u8> {
        let folder = self.unpacked("railpack2docker.exe");
        let name = format!("railpack2docker-{}", self.target);
        let script = "import shutil, sys; shutil.make_archive('archive', 'zip', '.', sys.argv[1])";
        folder.run_program("python3", ["-c", script, &name]).check();
        folder.bytes("archive.zip")
    }

    /// The folder of the archive, with a program.
    fn unpacked(&self, program: &str) -> Folder {
        let folder = crate::folder();
        let path = format!("railpack2docker-{}/{program}", self.target);
        folder.write_program(&path, &format!("#!/bin/sh\necho {}\n", self.output));
        folder
    }

    fn path(&self, name: &str) -> String {
        format!("/someone/tool/releases/download/{}/{name}", self.tag)
    }

    /// Adds an asset, and its line in `SHA256SUMS`.
    fn with(mut self, name: &str, content: Vec<u8>) -> Self {
        let sum = data_encoding::HEXLOWER.encode(&Sha256::digest(&content));
        let sums = self.files.entry(self.path("SHA256SUMS")).or_default();
        sums.extend(format!("{sum}  {name}\n").bytes());
        self.files.insert(self.path(name), content);
        self
    }

    /// Changes an existing file.
    fn change(mut self, name: &str, content: &[u8]) -> Self {
        let path = self.path(name);
        assert!(self.files.insert(path, content.to_vec()).is_some());
        self
    }

    fn without(mut self, name: &str) -> Self {
        let path = self.path(name);
        assert!(self.files.remove(&path).is_some());
        self
    }
}

impl Runner {
    /// A runner on which a workflow uses the action as `someone/tool@REF`.
    fn new(checkout: &'static str, release: Release) -> Self {
        Self::at(checkout, server::serve(release.files))
    }

    fn at(checkout: &'static str, server: String) -> Self {
        let this = Self { folder: crate::folder(), checkout, server };
        this.folder.write_program("programs/cargo", CARGO);
        this.folder.write_program("programs/gh", GH);
        this.folder.make("temp");
        for program in PROGRAMS.split_whitespace() {
            if let Some(found) = find_program(program) {
                std::os::unix::fs::symlink(found, this.folder.path(format!("programs/{program}"))).unwrap();
            }
        }
        for name in ["install", "lib.sh"] {
            let script = fs::read_to_string(root().join("action").join(name)).unwrap();
            this.folder.write_program(&format!("{}/action/{name}", this.action()), &script);
        }
        let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        let version = concat!("\nversion = \"", env!("CARGO_PKG_VERSION"), "\"\n");
        assert_eq!(manifest.matches(version).count(), 1);
        this.folder
            .write(&format!("{}/Cargo.toml", this.action()), manifest.replace(version, "\nversion = \"1.2.3\"\n"));
        this
    }

    /// The directory of the action.
    fn action(&self) -> String {
        match self.checkout {
            "" => "repository".to_owned(),
            checkout => format!("_actions/{checkout}"),
        }
    }

    fn without_program(self, name: &str) -> Self {
        self.folder.remove(&format!("programs/{name}"));
        self
    }

    /// Installs the tool, which must exit with this status.
    fn install(&self, status: i32, variables: &[(&str, &str)]) -> Ran {
        for file in ["path", "output", "asked"] {
            self.folder.write(file, "");
        }
        let action = self.folder.path(self.action());
        let is_windows = variables.contains(&("RUNNER_OS", "Windows"));
        let exe = if is_windows { "railpack2docker.exe" } else { "railpack2docker" };
        let run = self
            .folder
            .run_program("bash", [action.join("action/install")])
            .env("PATH", self.folder.path("programs"))
            .env("GITHUB_ACTION_PATH", &action)
            .env("GITHUB_PATH", self.folder.path("path"))
            .env("GITHUB_OUTPUT", self.folder.path("output"))
            .env("ASKED", self.folder.path("asked"))
            .env("RUNNER_TEMP", self.folder.path("temp"))
            .envs([("RUNNER_OS", "Linux"), ("RUNNER_ARCH", "X64"), ("GITHUB_SERVER_URL", self.server.as_str())])
            .envs([("VERSION", ""), ("ATTESTATION", "true"), ("GH_TOKEN", "t"), ("EXE", exe)])
            .envs(variables.iter().copied())
            .status(status);
        let output = run.stdout(anything()).stderr(anything()).check();
        let bin = self.folder.read("path");
        let installed = (!bin.is_empty()).then(|| {
            let program = PathBuf::from(bin.trim_end()).join(exe);
            self.folder.run_program(program, [""; 0]).stdout(anything()).check().stdout
        });
        assert!(self.folder.has_no_temporary_files());
        Ran {
            log: format!("{}{}", output.stdout, output.stderr),
            asked: self.folder.read("asked"),
            output: self.folder.read("output"),
            installed,
        }
    }

    /// Installs the binary of a release.
    fn takes_binary(&self, variables: &[(&str, &str)], version: &str) -> Ran {
        let ran = self.install(0, variables);
        assert_eq!(ran.installed.as_deref(), Some(format!("railpack2docker {version}\n").as_str()), "{}", ran.log);
        assert_eq!(ran.output, format!("version={version}\n"));
        assert!(!ran.asked.contains("cargo"), "{}", ran.asked);
        ran
    }

    /// Compiles the tool, for this reason.
    fn compiles(&self, variables: &[(&str, &str)], reason: &str) {
        let ran = self.install(0, variables);
        assert_eq!(ran.installed.as_deref(), Some("railpack2docker 0.0.1\n"), "{}", ran.log);
        assert!(
            ran.log.contains(&format!("::notice title=railpack2docker::{reason} The tool is compiled")),
            "{}",
            ran.log
        );
        let cargo =
            format!("cargo install --quiet --locked --path {}/cli --root ", self.folder.path(self.action()).display());
        assert!(ran.asked.starts_with(&cargo), "{}", ran.asked);
        assert!(!ran.asked.contains("gh "), "{}", ran.asked);
    }

    /// Installs nothing, for this reason.
    fn refuses(&self, variables: &[(&str, &str)], reason: &str) -> Ran {
        let ran = self.install(1, variables);
        assert!(ran.log.contains(&format!("::error title=railpack2docker::{reason}")), "{}", ran.log);
        assert_eq!((ran.installed.as_deref(), ran.output.as_str()), (None, ""));
        assert!(!ran.asked.contains("cargo"), "{}", ran.asked);
        assert!(!self.folder.has("temp/railpack2docker"), "{}", ran.log);
        ran
    }
}

/// The path of a program.
#[expect(clippy::disallowed_methods, reason = "the programs of this machine")]
fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

const TAR: &str = "railpack2docker-x86_64-unknown-linux-musl.tar.gz";

fn release() -> Release {
    Release::new("v1.2.3", "railpack2docker 1.2.3")
}

#[test]
fn the_binary_of_the_tag_is_verified_and_installed() {
    let ran = Runner::new("someone/tool/v1.2.3", release()).takes_binary(&[], "1.2.3");
    let verify = format!(
        "gh attestation verify {TAR} --repo someone/tool --signer-workflow someone/tool/.github/workflows/release.yml token=t\n"
    );
    assert_eq!(ran.asked, verify);
    assert!(!ran.log.contains("::error") && !ran.log.contains("::notice"), "{}", ran.log);
}

#[test]
fn a_moving_tag_means_the_version_of_its_checkout() {
    for checkout in ["someone/tool/v1", "someone/tool/v1.2"] {
        Runner::new(checkout, release()).takes_binary(&[], "1.2.3");
    }
    Runner::new("someone/tool/v2", release()).compiles(&[], "The checkout of `v2` has the version 1.2.3.");
}

#[test]
fn an_input_chooses_the_version() {
    let runner = Runner::new("someone/tool/main", Release::new("v2.0.0-rc.1", "railpack2docker 2.0.0-rc.1"));
    for version in ["2.0.0-rc.1", "v2.0.0-rc.1"] {
        runner.takes_binary(&[("VERSION", version)], "2.0.0-rc.1");
    }
    for version in ["2", "latest", "2.0.0/../../x", "2.0.0-a b", "02.0.0"] {
        let reason = format!("`{version}` is not a version");
        let fresh = Runner::at("someone/tool/main", runner.server.clone());
        fresh.refuses(&[("VERSION", version)], &reason);
    }
    let local = Runner::at("", runner.server);
    local.refuses(&[("VERSION", "2.0.0-rc.1")], "The input `version` needs an action from a repository");
}

#[test]
fn a_wrong_checksum_is_refused() {
    let other = Release::new("v1.2.3", "something else").archive();
    let ran = Runner::new("someone/tool/v1.2.3", release().change(TAR, &other))
        .refuses(&[], &format!("{TAR} of someone/tool v1.2.3 does not match SHA256SUMS."));
    assert_eq!(ran.asked, "");
    // two lines for a file
    let release = release();
    let sums = release.files[&release.path("SHA256SUMS")].repeat(2);
    let twice = release.change("SHA256SUMS", &sums);
    Runner::new("someone/tool/v1.2.3", twice).refuses(&[], &format!("{TAR} of someone/tool v1.2.3 does not match"));
}

#[test]
fn a_wrong_attestation_is_refused() {
    let runner = Runner::new("someone/tool/v1.2.3", release());
    let ran = runner.refuses(&[("REFUSES", "1")], &format!("The attestation of {TAR} can't be verified"));
    // GitHub ignores commands in the output of gh
    let (before, _) = ran.log.split_once("::error::no attestations found").unwrap();
    assert!(before.contains("::stop-commands::"), "{}", ran.log);

    let ran = runner.takes_binary(&[("REFUSES", "1"), ("ATTESTATION", "false")], "1.2.3");
    assert_eq!(ran.asked, "");
    assert!(ran.log.contains(&format!("::notice title=railpack2docker::The attestation of {TAR} was not verified")));
}

#[test]
fn a_runner_without_gh_verifies_the_checksum() {
    let runner = Runner::new("someone/tool/v1.2.3", release()).without_program("gh");
    let ran = runner.takes_binary(&[], "1.2.3");
    assert!(ran.log.contains("because this runner has no `gh`. Its checksum was."), "{}", ran.log);
}

#[test]
fn the_tool_is_compiled_where_there_is_no_binary() {
    let compiles = |checkout, release, variables: &[(&str, &str)], reason: &str| {
        Runner::new(checkout, release).compiles(variables, reason);
    };
    let tag = "someone/tool/v1.2.3";
    compiles(tag, release(), &[("VERSION", "source")], "The input `version` is `source`.");
    compiles("someone/tool/v9.9.9", release(), &[], "There is no release v9.9.9 in someone/tool.");
    compiles("other/tool/v1.2.3", release(), &[], "There is no release v1.2.3 in other/tool.");
    compiles(
        "someone/tool/0123abc",
        release(),
        &[],
        "`0123abc` is not the tag of a release; set `version: 1.2.3` to use a binary.",
    );
    compiles("", release(), &[], "The action is in a local directory, which belongs to no release.");
    let no_asset = "The release v1.2.3 has no binary for this runner (Linux, X64).";
    compiles(tag, release().without(TAR), &[], no_asset);
    compiles(tag, release().change("SHA256SUMS", b""), &[], no_asset);
    let arm = "The release v1.2.3 has no binary for this runner (macOS, ARM64).";
    compiles(tag, release(), &[("RUNNER_OS", "macOS"), ("RUNNER_ARCH", "ARM64")], arm);
    for (os, arch) in [("Linux", "ARM"), ("Windows", "X86"), ("Plan9", "X64")] {
        let reason = format!("There are no binaries for this runner ({os}, {arch}).");
        compiles(tag, release(), &[("RUNNER_OS", os), ("RUNNER_ARCH", arch)], &reason);
    }
}

#[test]
fn a_runner_without_cargo_needs_a_binary() {
    let runner = Runner::new("someone/tool/v9.9.9", release()).without_program("cargo");
    runner.refuses(
        &[],
        "There is no release v9.9.9 in someone/tool. The tool can't be compiled either, because this runner has no `cargo`.",
    );
}

#[test]
fn a_server_that_does_not_answer_is_an_error() {
    let server = server::nowhere();
    let runner = Runner::at("someone/tool/v1.2.3", server.clone());
    let ran = runner
        .refuses(&[], &format!("Can't download {server}/someone/tool/releases/download/v1.2.3/SHA256SUMS: curl: "));
    assert!(ran.log.contains("set `version: source` to compile the tool instead."), "{}", ran.log);
    // only a server in a test is asked without TLS
    let runner = Runner::at("someone/tool/v1.2.3", server.replace("127.0.0.1", "localhost"));
    let ran = runner.refuses(&[], "Can't download http://localhost:");
    assert!(ran.log.contains("Protocol \"http\""), "{}", ran.log);
}

#[test]
fn a_binary_of_another_version_is_refused() {
    let runner = Runner::new("someone/tool/v1.2.3", Release::new("v1.2.3", "railpack2docker 1.2.4"));
    runner.refuses(&[], "The binary of v1.2.3 reports another version: railpack2docker 1.2.4");
    let runner = Runner::new("someone/tool/v1.2.3", Release::new("v1.2.3", "; exit 1"));
    runner.refuses(&[], "The binary of v1.2.3 does not run on this runner");
}

#[test]
fn windows_has_an_archive_of_its_own() {
    if find_program("unzip").is_none() || find_program("python3").is_none() {
        testkit::skip("there is no unzip, or no python3", "REQUIRE_SHELLS");
        return;
    }
    let release = Release {
        tag: "v1.2.3",
        target: "x86_64-pc-windows-msvc",
        output: "railpack2docker 1.2.3",
        files: Files::new(),
    };
    let zip = release.zip();
    let release = release.with("railpack2docker-x86_64-pc-windows-msvc.zip", zip);
    let ran = Runner::new("someone/tool/v1.2.3", release).takes_binary(&[("RUNNER_OS", "Windows")], "1.2.3");
    assert!(ran.asked.contains("verify railpack2docker-x86_64-pc-windows-msvc.zip "), "{}", ran.asked);
}
