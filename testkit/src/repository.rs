//! The files of the repository that tests read.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use railpack2docker::builder::Builder;
use railpack2docker::{Code, Files, ImageCommand, Options};

/// The folder of the workspace. Tests of different packages run in different folders.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The name and the plan of each example, by name. A directory without a plan is not an example.
pub fn examples() -> Vec<(String, String)> {
    let mut names: Vec<String> = fs::read_dir(root().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("plan.json").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names.into_iter().map(|name| (name.clone(), example(&name))).collect()
}

/// The plan of an example.
pub fn example(name: &str) -> String {
    fs::read_to_string(root().join("examples").join(name).join("plan.json")).unwrap()
}

/// The plan in `tests/lint` whose finding has this code.
pub fn plan_with(code: Code) -> PathBuf {
    root().join("tests/lint").join(format!("{code}.json"))
}

/// The command-line options that cause the finding with this code in its plan.
pub fn arguments_with(code: Code) -> &'static [&'static str] {
    match code {
        Code::FixedArchitecture => &["--platforms=linux/amd64,linux/arm64"],
        Code::OverriddenStartCommand => &["--command=node server.js"],
        Code::OverriddenVariable => &["--env=NODE_ENV=development"],
        Code::PortMismatch => &["--expose=3000"],
        Code::UnappliedExec => &["--exec"],
        Code::SecretInBuildArg => &["--builder=railway"],
        Code::UnpinnedImage => &["--warn=unpinned-image"],
        Code::UnwritableApp => &["--user=1001"],
        _ => &[],
    }
}

/// The same options, for the library.
pub fn options_with(code: Code) -> Options {
    let mut options = Options::default();
    for argument in arguments_with(code) {
        let (name, value) = argument.split_once('=').unwrap_or((argument, ""));
        let value = value.to_owned();
        match name {
            "--command" => options.image.command = Some(ImageCommand::parse(&value)),
            "--env" => {
                let (name, value) = value.split_once('=').unwrap();
                options.image.env.insert(name.to_owned(), value.to_owned());
            }
            "--expose" => options.image.expose.push(value),
            "--exec" => options.image.exec = true,
            "--builder" => options = Options::for_builder(Builder::parse(&value).unwrap()),
            "--platforms" => options.platforms = value.split(',').map(str::to_owned).collect(),
            "--user" => options.image.user = Some(value),
            "--warn" => drop(options.warn.insert(value)),
            other => panic!("{other} is not known here"),
        }
    }
    options
}

/// The file names for a plan that is read from `plan.json`.
pub fn plan_file() -> Files {
    let mut files = Files::default();
    files.plan = Some("plan.json".to_owned());
    files
}

/// Settings for snapshots in a folder of `snapshots/`, each in a file with its own name.
pub fn settings(folder: &str) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots").join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// Whether a test that can't run here must fail, according to an environment variable such as `REQUIRE_DOCKER=1`.
pub fn is_required(switch: &str) -> bool {
    std::env::var(switch).is_ok_and(|value| value == "1")
}

/// Reports that a test is skipped, and why. Panics if the environment variable `switch` requires the test.
pub fn skip(why: &str, switch: &str) {
    assert!(!is_required(switch), "{why}, and {switch}=1");
    report_skipped(why);
}

/// Reports that a test, or a part of it, is skipped, because what it tests does not exist here.
pub fn report_skipped(why: &str) {
    // if a test passes, the output of `eprintln!` is not shown
    std::io::stderr().write_all(format!("SKIPPED: {why}\n").as_bytes()).unwrap();
}

/// The text of a file in `../shared`, which is not part of the repository. If the file does not exist, the test is
/// skipped, or fails with `REQUIRE_SHARED=1`.
pub fn shared(path: &str) -> Option<String> {
    let path = root().join("../shared").join(path);
    if path.exists() {
        return Some(fs::read_to_string(path).unwrap());
    }
    skip(&format!("there is no {}", path.display()), "REQUIRE_SHARED");
    None
}

/// The texts of the Rust files in `src`, by path relative to it.
pub fn sources() -> BTreeMap<String, String> {
    let src = root().join("src");
    let file = |path: PathBuf| {
        let name = path.strip_prefix(&src).unwrap().iter().map(|part| part.to_str().unwrap());
        (name.collect::<Vec<_>>().join("/"), fs::read_to_string(&path).unwrap())
    };
    files_in(src.clone(), "rs").into_iter().map(file).collect()
}

/// The files with an extension in a folder and its subfolders, in no particular order.
pub(crate) fn files_in(folder: PathBuf, extension: &str) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                files.push(path);
            }
        }
    }
    files
}

/// Runs cargo in a folder, without a network, and returns its standard output.
pub fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    // the variables of the package under test are not meant for the package in the folder
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" {
            command.env_remove(name);
        }
    }
    let output = command.args(arguments).arg("--offline").current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
