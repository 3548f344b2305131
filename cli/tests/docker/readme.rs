//! The README's `docker` command, run on the plan that the README shows.

use std::collections::BTreeMap;

use testkit::command::anything;
use testkit::pages::readme;

use testkit::engine::engine;

#[test]
fn the_readme_builds() {
    let Some(engine) = engine() else { return };
    let readme = readme().text;
    let plan = readme.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let plan = plan.replace("mise-2026.8.6", "railpack2docker-readme");
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("docker build ")).collect();
    assert_eq!(commands.len(), 1);
    for image in ["builder", "runtime"] {
        engine.stand_in(&format!("ghcr.io/railwayapp/railpack-{image}:railpack2docker-readme"), &BTreeMap::new());
    }

    let folder = crate::folder().file("railpack-plan.json", plan).file("server.js", "");
    // the engine's own frontend: no other can be pulled
    let script = format!("railpack2docker --syntax none -o Dockerfile && {}", commands[0]);
    folder.run_script(&script).with_docker().env("NPM_TOKEN", "t").stdout(anything()).stderr(anything()).check();
}
