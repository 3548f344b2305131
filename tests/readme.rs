//! What the README says is true: its commands run, and what it shows is what comes out. Its
//! `docker` commands are run by the tests that need Docker, and `cargo test` by whoever runs this.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;
use std::process::{Command, Output};

use fs_err as fs;

/// The blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string("README.md").unwrap();
    let fence = format!("```{language}\n");
    readme.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

fn run(folder: &Path, script: &str) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_railpack2docker"));
    let path = format!("{}:/usr/bin:/bin", binary.parent().unwrap().display());
    Command::new("sh").args(["-euc", script]).current_dir(folder).env_clear().env("PATH", path).output().unwrap()
}

#[test]
fn each_command_runs() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("railpack-plan.json"), &blocks("json")[0]).unwrap();
    fs::write(folder.path().join(".env.build"), "NPM_TOKEN='t$'\n").unwrap();
    let mut ran = 0;
    for block in blocks("sh") {
        for line in block.lines() {
            let (place, script) = match line.split_once(" -- ") {
                Some(("cargo run --release --quiet", arguments)) => {
                    (Path::new("."), format!("railpack2docker {arguments}"))
                }
                _ => (folder.path(), line.to_owned()),
            };
            if ["cargo test", "docker "].iter().any(|other| line.starts_with(other)) {
                continue;
            }
            assert!(script.starts_with("railpack2docker "), "{line}");
            let output = run(place, &script);
            assert!(output.status.success(), "{line}: {output:?}");
            ran += 1;
        }
    }
    assert_eq!(ran, 8);
    assert!(folder.path().join("Dockerfile").exists());
}

#[test]
fn the_plan_it_shows_becomes_the_dockerfile_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("railpack-plan.json"), &blocks("json")[0]).unwrap();
    let made = String::from_utf8(run(folder.path(), "railpack2docker").stdout).unwrap();
    assert_eq!(blocks("dockerfile"), [made]);
}

#[test]
fn the_message_it_shows_is_the_message() {
    let folder = tempfile::tempdir().unwrap();
    let plan = r#"{
  "steps": [
    { "name": "install", "inputs": [{ "image": "node:22" }], "commands": ["npm ci"] },
    { "name": "build", "inputs": [{ "step": "instal" }], "commands": ["npm run build"] }
  ],
  "deploy": { "base": { "step": "build" } }
}"#;
    fs::write(folder.path().join("misspelt.json"), plan).unwrap();
    let said = run(folder.path(), "railpack2docker misspelt.json");
    let said = format!("$ railpack2docker misspelt.json\n{}", String::from_utf8(said.stderr).unwrap());
    assert_eq!(blocks("console"), [said]);
}

#[test]
fn each_option_is_in_the_table() {
    let readme = fs::read_to_string("README.md").unwrap();
    let help = String::from_utf8(run(Path::new("."), "railpack2docker --help").stdout).unwrap();
    let (_, options) = help.split_once("Options:").unwrap();
    let (options, _) = options.split_once("Examples:").unwrap();
    let flags: Vec<&str> = options
        .lines()
        .filter(|line| line.trim_start().starts_with('-') && !line.trim_start().starts_with("- "))
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")))
        .filter_map(|flag| flag.split('[').next())
        .collect();
    assert!(flags.len() > 10, "{flags:?}");
    for flag in flags {
        assert!(readme.contains(&format!("`{flag}")), "{flag} is not in the README");
    }
}

#[test]
fn the_options_it_shows_are_options() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("railpack-plan.json"), &blocks("json")[0]).unwrap();
    let shown = blocks("toml");
    assert_eq!(shown.len(), 1);
    fs::write(folder.path().join("railpack2docker.toml"), &shown[0]).unwrap();
    let output = run(folder.path(), "railpack2docker");
    let said = String::from_utf8(output.stderr).unwrap();
    // the plan has no such secret, and that is the only complaint
    assert_eq!(said.matches("error").count(), 1, "{said}");
    assert!(said.contains("DATABASE_URL"), "{said}");
}
