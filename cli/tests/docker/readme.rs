//! The README's `docker` command, run on the plan that the README shows.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use fs_err as fs;

use crate::engine::engine;

#[test]
fn the_readme_s_build_command_builds() {
    let Some(engine) = engine() else { return };
    let readme = fs::read_to_string("README.md").unwrap();
    let plan = readme.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let plan = plan.replace("mise-2026.8.6", "railpack2docker-readme");
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("docker build ")).collect();
    assert_eq!(commands.len(), 1);
    for image in ["builder", "runtime"] {
        engine.stand_in(&format!("ghcr.io/railwayapp/railpack-{image}:railpack2docker-readme"), &BTreeMap::new());
    }

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("railpack-plan.json"), plan).unwrap();
    fs::write(folder.path().join("server.js"), "").unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_railpack2docker"));
    // the engine's own frontend: no other can be pulled
    let script = format!("'{}' --syntax none -o Dockerfile && {}", binary.display(), commands[0]);
    let output =
        Command::new("sh").args(["-euc", &script]).current_dir(folder.path()).env("NPM_TOKEN", "t").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
