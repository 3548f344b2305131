//! `--check`, `where` and `railpack2docker.toml`: what keeps a Dockerfile in a repository true.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fs_err as fs;
use tempfile::TempDir;

const PLAN: &str = r#"{
  "steps": [
    { "name": "build", "inputs": [{ "image": "node:22" }, { "local": true, "include": ["."] }], "commands": [{ "cmd": "npm ci" }] }
  ],
  "exclude": ["*.md"],
  "deploy": { "base": { "image": "node:22-slim" }, "inputs": [{ "step": "build", "include": ["."] }] }
}"#;

/// A repository with a plan and the Dockerfile that was made of it.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(options: &[&str]) -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        this.write("railpack-plan.json", PLAN);
        let arguments: Vec<&str> = ["-o", "Dockerfile"].iter().chain(options).copied().collect();
        this.passes(&arguments);
        this
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "{text}");
        self.write(name, text.replace(old, new));
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let binary = env!("CARGO_BIN_EXE_railpack2docker");
        Command::new(binary).current_dir(self.0.path()).args(arguments).env_clear().output().unwrap()
    }

    /// Runs it, and gives standard output and standard error.
    fn ends(&self, status: i32, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    fn passes(&self, arguments: &[&str]) -> String {
        let (out, said) = self.ends(0, arguments);
        assert_eq!(said, "", "{arguments:?}");
        out
    }

    /// Checks, finds something, and leaves everything as it is. Gives the diff and the reasons.
    fn is_stale(&self, arguments: &[&str]) -> (String, String) {
        let before = snapshot(self.0.path());
        let all: Vec<&str> = ["--check"].iter().chain(arguments).copied().collect();
        let ended = self.ends(1, &all);
        assert_eq!(snapshot(self.0.path()), before);
        ended
    }
}

/// All files and what is in them.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn what_was_just_written_passes() {
    let repository = Repository::new();
    assert_eq!(repository.passes(&["--check"]), "");
    assert_eq!(repository.passes(&["railpack-plan.json", "--check", "-o", "Dockerfile"]), "");
}

#[test]
fn a_changed_plan_is_told_by_its_digest() {
    let repository = Repository::new();
    repository.replace("railpack-plan.json", "npm ci", "npm install");
    let (diff, said) = repository.is_stale(&[]);
    assert!(diff.contains("\n-RUN npm ci\n+RUN npm install\n"), "{diff}");
    assert!(
        said.contains("error[changed-plan]: the plan changed since `Dockerfile` was made: its sha256 was "),
        "{said}"
    );
    assert!(!said.contains("by hand"), "{said}");
    assert!(said.contains("= help: run `railpack2docker railpack-plan.json -o Dockerfile`\n"), "{said}");
    // the header of the ignore file has the digest as well
    assert!(said.contains("since `Dockerfile.dockerignore` was made"), "{said}");
}

#[test]
fn an_edit_by_hand_is_told_by_the_checksum() {
    let repository = Repository::new();
    repository.replace("Dockerfile", "RUN npm ci", "RUN npm install");
    let (diff, said) = repository.is_stale(&[]);
    assert!(diff.starts_with("--- Dockerfile\n+++ Dockerfile as the plan gives it\n@@ "), "{diff}");
    assert!(diff.contains("\n-RUN npm install\n+RUN npm ci\n"), "{diff}");
    assert!(said.contains("error[edited-file]: `Dockerfile` was edited by hand"), "{said}");
    assert!(
        said.contains("change the plan instead, then run `railpack2docker railpack-plan.json -o Dockerfile`"),
        "{said}"
    );

    repository.replace("railpack-plan.json", "npm ci", "npm install");
    let (_, said) = repository.is_stale(&[]);
    assert!(said.contains("error[changed-plan]") && said.contains("the file was edited by hand, too"), "{said}");
}

#[test]
fn another_version_of_the_tool_is_told_by_what_is_left() {
    let repository = Repository::new();
    // what an earlier version wrote: another text, and the checksum of it
    let text = repository.read("Dockerfile").replace("# the image\n", "# the final image\n");
    let line = text.lines().find(|line| line.contains("of this text")).unwrap();
    let rest: String = text.split_inclusive('\n').filter(|other| other.trim_end() != line).collect();
    let checksum = railpack2docker::header::checksum(&rest);
    let (before, _) = line.rsplit_once(", of this text ").unwrap();
    let sealed = format!("{before}, of this text {checksum}).");
    repository.write("Dockerfile", text.replace(line, &sealed));
    let (diff, said) = repository.is_stale(&[]);
    assert!(diff.contains("-# the final image\n+# the image\n"), "{diff}");
    assert!(said.contains("error[changed-output]: another version of railpack2docker wrote `Dockerfile`"), "{said}");
}

#[test]
fn a_checkout_with_other_line_ends_passes_with_a_note() {
    let repository = Repository::new();
    for file in ["Dockerfile", "Dockerfile.dockerignore"] {
        let text = repository.read(file);
        repository.write(file, text.replace('\n', "\r\n"));
    }
    let (diff, said) = repository.ends(0, &["--check"]);
    assert_eq!(diff, "");
    assert!(said.contains("note[line-endings]: `Dockerfile` is what the plan gives, but for its line ends"), "{said}");
    assert!(said.contains("note[line-endings]: `Dockerfile.dockerignore` is"), "{said}");
    assert!(said.contains("put `Dockerfile text eol=lf` into `.gitattributes`"), "{said}");

    repository.replace("Dockerfile", "RUN npm ci", "RUN npm install");
    let (diff, said) = repository.is_stale(&[]);
    assert_eq!(diff.lines().filter(|line| line.starts_with(['-', '+'])).count(), 4, "{diff}");
    assert!(said.contains("error[edited-file]: `Dockerfile`"), "{said}");
}

#[test]
fn a_file_without_a_header_is_someone_elses() {
    let repository = Repository::new();
    repository.write("Dockerfile", "FROM scratch\n");
    let (diff, said) = repository.is_stale(&[]);
    assert_eq!(diff, "");
    assert!(said.contains("error[not-generated]: `Dockerfile` was not made by railpack2docker"), "{said}");
    assert!(said.contains("run `railpack2docker railpack-plan.json -o Dockerfile --force`"), "{said}");
    repository.write("Dockerfile", [0xff, 0xfe, 0]);
    assert!(repository.is_stale(&[]).1.contains("error[not-generated]"));
}

#[test]
fn a_missing_file_is_named_with_the_command_that_writes_it() {
    let repository = Repository::new();
    let (_, said) = repository.is_stale(&["-o", "deploy/App.Dockerfile"]);
    assert!(said.contains("error[missing-file]: `deploy/App.Dockerfile` does not exist"), "{said}");
    assert!(said.contains("run `railpack2docker railpack-plan.json -o deploy/App.Dockerfile`"), "{said}");

    let (_, said) = repository.is_stale(&["-o", "App.Dockerfile", "--syntax", "none"]);
    assert!(said.contains("run `railpack2docker railpack-plan.json -o App.Dockerfile --syntax none`\n"), "{said}");

    fs::remove_file(repository.path("Dockerfile.dockerignore")).unwrap();
    let (diff, said) = repository.is_stale(&[]);
    assert!(said.contains("error[missing-file]: `Dockerfile.dockerignore` does not exist"), "{said}");
    assert!(diff.contains("+*.md\n"), "{diff}");
}

#[test]
fn an_ignore_file_that_the_plan_no_longer_needs_is_named() {
    let repository = Repository::new();
    repository.replace("railpack-plan.json", "\"exclude\": [\"*.md\"],", "");
    let (diff, said) = repository.is_stale(&[]);
    assert!(said.contains("`Dockerfile.dockerignore` excludes what the plan no longer does"), "{said}");
    assert!(diff.contains("-*.md\n"), "{diff}");
    // someone's own is left alone
    repository.write("Dockerfile.dockerignore", "*.md\n");
    assert!(!repository.is_stale(&[]).1.contains("Dockerfile.dockerignore"));
}

#[test]
fn a_directory_can_not_be_checked() {
    let repository = Repository::new();
    fs::create_dir(repository.path("deploy")).unwrap();
    let (_, said) = repository.ends(2, &["--check", "-o", "deploy"]);
    assert!(said.contains("can't check `deploy`: it is a directory"), "{said}");
    assert!(said.contains("name the file in it, as in `-o deploy/Dockerfile`"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_can_be_checked_and_not_mended() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;
    let repository = Repository::new();
    let mode = |path: &Path, mode| fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let folder = repository.0.path();
    let binary = repository.path("tool");
    fs::copy(env!("CARGO_BIN_EXE_railpack2docker"), &binary).unwrap();
    mode(folder, 0o555);
    // root can write everywhere, so that root has to become someone else
    let is_root = fs::write(folder.join("probe"), "").is_ok();
    let check = || {
        let mut command = Command::new(&binary);
        command.current_dir(folder).arg("--check").env_clear();
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.output().unwrap()
    };
    let current = check();
    repository.replace("railpack-plan.json", "npm ci", "npm install");
    let stale = check();
    mode(folder, 0o755);
    assert_eq!((current.status.code(), stale.status.code()), (Some(0), Some(1)), "{current:?} {stale:?}");
    let said = String::from_utf8(stale.stderr).unwrap();
    assert!(said.contains("where its folder can be written to: here it is read-only"), "{said}");
}

#[test]
fn the_options_and_the_plan_are_those_of_the_header() {
    let repository = Repository::with(&["--syntax", "none", "--cache-prefix", "a b"]);
    assert_eq!(repository.passes(&["--check"]), "");
    let (diff, said) = repository.is_stale(&["--syntax", "x/y:1"]);
    assert!(diff.contains("\n+# syntax=x/y:1\n"), "{diff}");
    let command = "`railpack2docker railpack-plan.json -o Dockerfile --syntax none --cache-prefix=a b`";
    assert!(
        said.contains(&format!("error[changed-options]: `Dockerfile` was made by another command: {command}")),
        "{said}"
    );
    assert!(said.contains("run `railpack2docker railpack-plan.json -o Dockerfile --syntax x/y:1`"), "{said}");
    // an option as it is by default is one that is given
    assert!(repository.is_stale(&["--syntax", "docker/dockerfile:1"]).1.contains("error[changed-options]"));

    repository.write("plans/app.json", PLAN);
    repository.passes(&["plans/app.json", "-o", "./App.Dockerfile"]);
    repository.passes(&["--check", "-o", "App.Dockerfile"]);
    let elsewhere = repository.run(&["plans/app.json", "-o", "plans/Dockerfile"]);
    assert!(elsewhere.status.success());
    repository.passes(&["--check", "-o", "plans/Dockerfile"]);
}

#[cfg(unix)]
#[test]
fn a_header_leads_to_no_file_elsewhere() {
    let repository = Repository::new();
    let secret = tempfile::tempdir().unwrap();
    fs::write(secret.path().join("secret"), "hunter2").unwrap();
    let absolute = secret.path().join("secret").to_str().unwrap().to_owned();
    let up = format!("{}{absolute}", "../".repeat(40).trim_end_matches('/'));
    std::os::unix::fs::symlink(&absolute, repository.path("link")).unwrap();
    for command in [
        format!("railpack2docker {absolute} -o"),
        format!("railpack2docker {up} -o"),
        "railpack2docker link -o".to_owned(),
        format!("railpack2docker railpack-plan.json --config={absolute} -o"),
        format!("railpack2docker railpack-plan.json --config={up} -o"),
        "railpack2docker railpack-plan.json --config=link -o".to_owned(),
    ] {
        repository.replace("Dockerfile", "railpack2docker railpack-plan.json -o", &command);
        let (_, said) = repository.is_stale(&[]);
        assert!(said.contains("edited by hand") && !said.contains("hunter2"), "{command}: {said}");
        repository.run(&["-o", "Dockerfile"]);
    }
    // in a repository, a plan may be anywhere
    fs::create_dir(repository.path(".git")).unwrap();
    fs::create_dir(repository.path("out")).unwrap();
    repository.passes(&["-o", "out/Dockerfile"]);
    let mut inside = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
    assert!(inside.current_dir(repository.path("out")).arg("--check").status().unwrap().success());
}

#[test]
fn options_come_from_the_nearest_file_and_the_command_line_counts_more() {
    let repository = Repository::new();
    repository.write("railpack2docker.toml", "[transpile]\nsyntax = 'none'\ncache-prefix = 'x/'\n");
    let (_, said) = repository.is_stale(&[]);
    assert!(said.contains("error[changed-output]") && said.contains("or `railpack2docker.toml` changed"), "{said}");
    repository.passes(&["-o", "Dockerfile"]);
    repository.passes(&["--check"]);
    let made = repository.read("Dockerfile");
    assert!(
        !made.contains("# syntax=") && made.contains("railpack2docker railpack-plan.json -o Dockerfile\n"),
        "{made}"
    );

    assert!(repository.ends(0, &["--syntax", "x/y:1"]).0.starts_with("# syntax=x/y:1\n"));
    assert!(repository.ends(0, &["--config", "none"]).0.starts_with("# syntax=docker/dockerfile:1\n"));
    repository.write("app/deep/plan.json", PLAN);
    assert!(!repository.ends(0, &["app/deep/plan.json"]).0.contains("# syntax="));
    repository.write("app/railpack2docker.toml", "");
    assert!(repository.ends(0, &["app/deep/plan.json"]).0.contains("# syntax="));
}

#[test]
fn a_file_of_options_that_was_named_is_named_in_the_header() {
    let repository = Repository::new();
    repository.write("ci/options.toml", "[transpile]\nsyntax = 'none'\n");
    repository.passes(&["-o", "deploy.Dockerfile", "--config", "ci/options.toml"]);
    let made = repository.read("deploy.Dockerfile");
    assert!(made.contains("-o deploy.Dockerfile --config=ci/options.toml\n"), "{made}");
    repository.passes(&["--check", "-o", "deploy.Dockerfile"]);
}

#[test]
fn a_mistake_in_the_file_of_options_has_a_location() {
    let repository = Repository::new();
    for (text, message) in [
        ("[transpile]\nsyntaks = 'x'\n", "line 2, column 1: unknown field `syntaks`, expected one of `syntax`"),
        ("[transpile]\nsecrets-hash = 'lyer'\n", "line 2, column 16: unknown variant `lyer`, expected one of `layer`"),
        ("[transpile]\nsecret-mount = 'x'\n", "line 2, column 16: it is `env`, `file` or `bundle=ID`"),
        ("allow = 1\n", "line 1, column 9: invalid type: integer"),
        ("x = [", "line 1, column 6: "),
    ] {
        repository.write("railpack2docker.toml", text);
        let (_, said) = repository.ends(2, &[]);
        assert!(said.contains("error[invalid-config]: `"), "{said}");
        assert!(said.contains(message), "{said}");
    }
}

#[test]
fn a_line_leads_to_its_place_in_the_plan() {
    let repository = Repository::new();
    let lines = repository.read("Dockerfile");
    let run = lines.lines().position(|line| line == "RUN npm ci").unwrap() + 1;
    let location = format!("Dockerfile:{run}");
    let out = repository.passes(&["where", &location]);
    let message = format!("note[where]: line {run} of `Dockerfile` comes from `steps[0].commands[0].cmd`\n");
    assert!(out.starts_with(&message) && out.contains(" --> railpack-plan.json:3:119\n"), "{out}");
    let json = repository.passes(&["where", &location, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["place"]["path"], "steps[0].commands[0].cmd");
    assert_eq!((json["place"]["line"].as_u64(), json["place"]["column"].as_u64()), (Some(3), Some(119)));
    assert!(repository.passes(&["where", "Dockerfile:1"]).contains("comes from no single place"));
    assert!(repository.ends(2, &["where", "Dockerfile:999"]).1.contains("and no line 999"));

    repository.replace("railpack-plan.json", "npm ci", "npm install");
    let (out, said) = repository.ends(1, &["where", &location]);
    assert!(out.is_empty() && said.contains("`Dockerfile` is not what the plan gives"), "{said}");
}

#[test]
fn a_source_map_answers_without_the_plan() {
    let repository = Repository::new();
    repository.passes(&["-o", "Dockerfile", "--source-map", "Dockerfile.map.json"]);
    let map: serde_json::Value = serde_json::from_str(&repository.read("Dockerfile.map.json")).unwrap();
    let text = repository.read("Dockerfile");
    let mapped: Vec<u64> =
        map["lines"].as_array().unwrap().iter().map(|entry| entry["line"].as_u64().unwrap()).collect();
    let (header, stages) = text.split_once("\n\n").unwrap();
    let begin = header.lines().count() as u64 + 2;
    let blank = |line: u64| stages.lines().nth(usize::try_from(line - begin).unwrap()).unwrap().is_empty();
    let all: Vec<u64> = (begin..=text.lines().count() as u64).filter(|line| !blank(*line)).collect();
    assert_eq!(mapped, all, "each line behind the header has its place");

    let run = text.lines().position(|line| line == "RUN npm ci").unwrap() + 1;
    let location = format!("Dockerfile:{run}");
    fs::remove_file(repository.path("railpack-plan.json")).unwrap();
    let out = repository.passes(&["where", &location, "--source-map", "Dockerfile.map.json"]);
    assert!(out.contains("comes from `steps[0].commands[0].cmd`, at railpack-plan.json:3:119"), "{out}");

    repository.write("Dockerfile", text.replace("RUN npm ci", "RUN npm install"));
    let (_, said) = repository.ends(1, &["where", &location, "--source-map", "Dockerfile.map.json"]);
    assert!(said.contains("`Dockerfile.map.json` is no map of `Dockerfile` as it is"), "{said}");
    repository.write("other.json", "{}");
    let (_, said) = repository.ends(2, &["where", &location, "--source-map", "other.json"]);
    assert!(said.contains("`other.json` is no source map: missing field"), "{said}");
}

#[test]
fn a_source_map_overwrites_nothing_but_source_maps() {
    let repository = Repository::new();
    let (_, said) = repository.ends(2, &["-o", "Dockerfile", "--source-map", "railpack-plan.json"]);
    assert!(said.contains("`railpack-plan.json` is the plan, so it is not overwritten"), "{said}");
    repository.write("package.json", "{}");
    let (_, said) = repository.ends(2, &["-o", "Dockerfile", "--source-map", "package.json"]);
    assert!(said.contains("`package.json` was not made by railpack2docker"), "{said}");
    assert_eq!(repository.read("package.json"), "{}");
}
