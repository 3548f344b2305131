//! Files for other tools build: ten plans at once with bake, with a script, and with Compose, if it is installed. No
//! image contains a value of a secret.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::json;
use testkit::command::{Folder, Run, anything};
use testkit::engine::engine;
use testkit::skip;

const IMAGE: &str = "railpack2docker-test/emit:1";

const VALUE: &str = "k7Q2-planted-value-zT91";

/// Directories with all that a format could mistake for syntax.
const NAMES: [&str; 10] =
    ["web", "api", "%{ if }", "${x}", "a: b # c", "$(touch pwned) `touch pwned`", "it's \"q\"", "-dash", "UPPER", "no"];

/// A folder with ten applications, each with its Dockerfile. `None` without an engine.
fn world() -> Option<Folder> {
    engine()?.stand_in(IMAGE, &BTreeMap::new());
    let folder = crate::folder();
    for name in NAMES {
        let step = json!({
            "name": "build",
            "inputs": [{ "image": IMAGE }],
            "secrets": ["TOKEN"],
            "variables": { "RUN": folder.root() },
            "commands": [{ "cmd": "sh -c 'echo ${#TOKEN} > length'" }, { "src": "name.txt", "dest": "name.txt" }],
        });
        let plan = json!({
            "secrets": ["TOKEN"],
            "steps": [step],
            "deploy": { "base": { "step": "build" }, "startCommand": "cat name.txt length" },
        });
        folder.write(&format!("apps/{name}/railpack-plan.json"), plan.to_string());
        folder.write(&format!("apps/{name}/name.txt"), format!("{name}\n"));
        let options = ["railpack-plan.json", "-o", "Dockerfile", "--syntax=none", "-q"];
        folder.run(options).within(format!("apps/{name}")).check();
    }
    Some(folder)
}

fn with_secret(run: Run<'_>) -> Run<'_> {
    run.with_docker().env("TOKEN", VALUE)
}

/// Writes a file for plans, and runs a script that builds it.
fn builds(folder: &Folder, arguments: &[&str], script: &str) {
    let plans: Vec<String> = NAMES.iter().map(|name| format!("./apps/{name}/railpack-plan.json")).collect();
    // Compose can't build in a directory whose name is a template
    let has_templates = !arguments.contains(&"compose");
    let plans = plans.iter().map(String::as_str).filter(|plan| has_templates || !plan.contains('{'));
    let words = ["emit"].into_iter().chain(arguments.iter().copied()).chain(plans);
    folder.run(words.collect::<Vec<_>>()).env("TOKEN", VALUE).check();
    with_secret(folder.run_script(script)).stdout(anything()).stderr(anything()).check();
    assert!(!folder.has("pwned"));
}

/// Checks that the images have the files of their own applications and the secret's length, and not the secret. Removes
/// them.
fn check_images(folder: &Folder, prefix: &str, count: usize) {
    let list = ["images", "--format", "{{.Repository}}", "--filter", &format!("reference={prefix}/*")];
    let output = Command::new("docker").args(list).output().unwrap();
    let images = String::from_utf8(output.stdout).unwrap();
    let images: Vec<&str> = images.lines().collect();
    assert_eq!(images.len(), count, "{images:?}");
    let leaks = [&["leaks", "--plan=none", "--secret=TOKEN"], &images[..]].concat();
    with_secret(folder.run(leaks)).stdout("no leaks found (1 secret searched for)\n").check();
    let mut names: Vec<String> = Vec::new();
    for image in &images {
        // a name is in the context alone, so each image is that of its own directory
        let shown = ["run", "--rm", "--network=none", "--entrypoint=/bin/cat", image, "/app/name.txt", "/app/length"];
        let output = Command::new("docker").args(shown).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (name, length) = text.split_once('\n').unwrap();
        assert_eq!(length.trim(), VALUE.len().to_string(), "{image}: {text}");
        names.push(name.to_owned());
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    Command::new("docker").args(["rmi", "-f"]).args(&images).output().unwrap();
}

/// A prefix for images of this test alone.
fn prefix(kind: &str) -> String {
    format!("railpack2docker-test-emit-{kind}-{}", std::process::id())
}

#[test]
fn bake_builds_ten_plans_at_once() {
    let Some(folder) = world() else { return };
    for (file, targets, count) in [("docker-bake.hcl", "", NAMES.len()), ("bake.json", "x if", 2)] {
        let prefix = prefix(if targets.is_empty() { "hcl" } else { "json" });
        let script = format!("docker buildx bake -f {file} {targets}");
        builds(&folder, &["bake", "-o", file, "-q", &format!("--image={prefix}")], &script);
        check_images(&folder, &prefix, count);
    }
}

#[test]
fn a_script_builds_all_plans() {
    let Some(folder) = world() else { return };
    let prefix = prefix("sh");
    builds(&folder, &["sh", "-o", "build.sh", "-q", &format!("--image={prefix}")], "cd / && sh \"$OLDPWD/build.sh\"");
    check_images(&folder, &prefix, NAMES.len());
    let fails = folder.run_script("sh build.sh").with_docker().status(2);
    fails.stderr(["TOKEN: the secret is missing or empty"]).check();
}

#[test]
fn compose_builds_its_services() {
    let Some(folder) = world() else { return };
    if !Command::new("docker").args(["compose", "version"]).output().is_ok_and(|output| output.status.success()) {
        skip("docker has no Compose plugin", "REQUIRE_DOCKER");
        return;
    }
    let prefix = prefix("compose");
    let script = "SECRETS_HASH=\"$(date +%s)\" docker compose build";
    builds(&folder, &["compose", "-o", "compose.yaml", "-q", &format!("--image={prefix}")], script);
    check_images(&folder, &prefix, NAMES.len() - 2);
}
