//! Length limits of Linux and Docker: a text up to the limit is accepted, and a longer one is refused with its
//! location.

use railpack2docker::{Options, SecretMount, Severity, transpile};
use serde_json::{Value, json};
use testkit::options;

const BUILDER: &str = "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6";

/// A plan of one step, with these keys added or replaced in the step.
fn with_step(more: &Value) -> Value {
    let mut plan = json!({
        "steps": [{ "name": "a", "inputs": [{ "image": BUILDER }], "commands": [{ "cmd": "npm a" }] }],
        "deploy": { "base": { "image": BUILDER }, "inputs": [{ "step": "a", "include": ["."] }] },
    });
    plan["steps"][0].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    plan
}

fn with_command(command: &Value) -> Value {
    with_step(&json!({ "commands": [command, { "cmd": "npm a" }] }))
}

fn with_file(path: &str, content: &str) -> Value {
    with_step(&json!({ "assets": { "f": content }, "commands": [{ "path": path, "name": "f" }] }))
}

fn with_deploy(more: &Value) -> Value {
    let mut plan = json!({ "steps": [], "deploy": { "base": { "image": BUILDER } } });
    plan["deploy"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    plan
}

fn with_cache(directory: &str) -> Value {
    let mut plan = with_step(&json!({ "caches": ["c"] }));
    plan["caches"] = json!({ "c": { "directory": directory } });
    plan
}

fn with_exclude(pattern: &str) -> Value {
    json!({ "exclude": [pattern], "steps": [], "deploy": { "base": { "image": BUILDER } } })
}

/// The code and the location of each error.
fn errors(plan: &Value, options: &Options) -> Vec<(&'static str, String)> {
    let Err(found) = transpile(&plan.to_string(), options) else { return Vec::new() };
    let errors = found.0.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|error| (error.code.name(), error.location.as_ref().unwrap().path().to_string())).collect()
}

/// Checks that a text of `longest` bytes is accepted, and that one more byte is refused.
fn holds(longest: usize, location: &str, text: impl Fn(usize) -> String, plan: impl Fn(&str) -> Value) {
    let errors = |length| errors(&plan(&text(length)), &Options::default());
    assert_eq!(errors(longest), [], "{location}: {longest}");
    assert_eq!(errors(longest + 1), [("inexpressible", location.to_owned())], "{location}: {longest}");
}

fn name(length: usize) -> String {
    "n".repeat(length)
}

/// A path of many short names.
fn path(length: usize) -> String {
    (0..length).map(|at| if at % 100 == 0 { '/' } else { 'n' }).collect()
}

#[test]
fn variables_with_their_names_are_limited() {
    let longest = 131_071 - "A=".len();
    let variables = |text: &str| json!({ "variables": { "A": text } });
    holds(longest, "steps[0].variables.A", name, |text| with_step(&variables(text)));
    holds(longest, "deploy.variables.A", name, |text| with_deploy(&variables(text)));
    let under_image = |text: &str| {
        let mut plan = with_step(&variables(text));
        plan["deploy"] = json!({ "base": { "step": "a" } });
        plan
    };
    holds(longest, "steps[0].variables.A", name, under_image);
}

#[test]
fn path_with_its_default_is_limited() {
    let longest = 131_071 - "PATH=:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".len();
    holds(longest, "steps[0].commands[0].path", path, |text| with_command(&json!({ "path": text })));
    holds(longest, "deploy.paths[0]", path, |text| with_deploy(&json!({ "paths": [text] })));
}

#[test]
fn arguments_are_limited() {
    let command = |text: &str| with_command(&json!({ "cmd": format!("npm {text}") }));
    holds(131_071, "steps[0].commands[0].cmd", name, command);
    holds(131_071, "deploy.startCommand", name, |text| with_deploy(&json!({ "startCommand": text })));
}

#[test]
fn paths_and_their_names_are_limited() {
    let include =
        |text: &str| with_step(&json!({ "inputs": [{ "image": BUILDER }, { "image": "x", "include": [text] }] }));
    holds(255, "steps[0].inputs[1].include[0]", name, include);
    holds(4_095, "steps[0].inputs[1].include[0]", path, include);
    let source = |text: &str| with_command(&json!({ "src": text, "dest": "x" }));
    holds(255, "steps[0].commands[0].src", name, source);
    holds(4_095, "steps[0].commands[0].src", path, source);
    let destination = |text: &str| with_command(&json!({ "src": "x", "dest": text }));
    holds(255, "steps[0].commands[0].dest", name, destination);
    holds(4_095, "steps[0].commands[0].dest", path, destination);
    let file = |text: &str| with_file(text, "x");
    holds(255, "steps[0].commands[0].path", name, file);
    holds(4_095, "steps[0].commands[0].path", path, file);
    holds(255, "caches.c.directory", name, with_cache);
    holds(4_095, "caches.c.directory", path, with_cache);
}

#[test]
fn lines_of_files_are_limited() {
    holds(65_535, "steps[0].assets.f", name, |text| with_file("/f", text));
    holds(65_000, "exclude[0]", name, with_exclude);
}

#[test]
fn scripts_that_read_secrets_are_limited() {
    let plan = |secrets: usize| {
        let secrets: Vec<String> = (0..secrets).map(|number| format!("SECRET_{number:057}")).collect();
        let mut plan = with_step(&json!({ "secrets": ["*"] }));
        plan["secrets"] = json!(secrets);
        plan
    };
    let options = options! { secret_mount: SecretMount::File };
    let at = |location: &str| ("inexpressible", location.to_owned());
    assert_eq!(errors(&plan(400), &options), []);
    assert_eq!(errors(&plan(500), &options), [at("steps[0].commands[0].cmd")]);
    assert_eq!(errors(&plan(500), &Options::default()), []);
}
