//! Pairs of plans: a base plan, and that plan with a change.
#![allow(clippy::enum_glob_use, reason = "a row is a line")]

use railpack2docker::diff::ChangeKind::{self, *};
use serde_json::{Value, json};

const BASE: &str = include_str!("pairs.json");

/// The indexes of the base plan's steps.
const PACKAGES: usize = 0;
const INSTALL: usize = 1;
const BUILD: usize = 2;
const DOCS: usize = 3;
const RUNTIME: usize = 4;

/// A change of the base plan, or a few changes that belong together.
pub struct Pair {
    /// The name of the pair.
    pub name: &'static str,
    /// The expected changes. Empty if the plans are equivalent.
    pub kinds: &'static [ChangeKind],
    edit: fn(&mut Value),
}

impl Pair {
    /// The old plan and the new one.
    pub fn plans(&self) -> (Value, Value) {
        let old: Value = serde_json::from_str(BASE).unwrap();
        let mut new = old.clone();
        (self.edit)(&mut new);
        assert_ne!(old, new, "{}", self.name);
        (old, new)
    }
}

fn step(plan: &mut Value, at: usize) -> &mut Value {
    &mut plan["steps"][at]
}

fn commands(plan: &mut Value, at: usize) -> &mut Vec<Value> {
    plan["steps"][at]["commands"].as_array_mut().unwrap()
}

fn push(list: &mut Value, item: Value) {
    list.as_array_mut().unwrap().push(item);
}

/// Renames a step, and updates the inputs that refer to it.
fn rename(plan: &mut Value, old: &str, new: &str) {
    let text = plan.to_string();
    let renamed = text.replace(&format!("\"name\":\"{old}\""), &format!("\"name\":\"{new}\""));
    *plan =
        serde_json::from_str(&renamed.replace(&format!("\"step\":\"{old}\""), &format!("\"step\":\"{new}\""))).unwrap();
}

/// All pairs.
#[rustfmt::skip]
pub const PAIRS: &[Pair] = &[
    Pair { name: "command", kinds: &[CommandChanged], edit: |plan| {
        commands(plan, INSTALL)[2]["cmd"] = json!("npm ci --omit=dev");
    } },
    Pair { name: "long-command", kinds: &[CommandChanged], edit: |plan| {
        commands(plan, BUILD)[1]["cmd"] = json!("sh -c 'npm run lint -- --max-warnings=0 --cache --cache-location=/tmp/eslint && npm run test'");
    } },
    Pair { name: "command-added", kinds: &[CommandAdded], edit: |plan| {
        commands(plan, BUILD).insert(2, json!({ "cmd": "npm run check" }));
    } },
    Pair { name: "command-removed", kinds: &[CommandRemoved], edit: |plan| {
        commands(plan, BUILD).remove(1);
    } },
    Pair { name: "command-moved", kinds: &[CommandMoved], edit: |plan| {
        commands(plan, BUILD).swap(1, 2);
    } },
    Pair { name: "command-name", kinds: &[CommandRenamed], edit: |plan| {
        commands(plan, BUILD)[2]["customName"] = json!("build the site");
    } },
    Pair { name: "copy", kinds: &[CommandChanged], edit: |plan| {
        commands(plan, INSTALL)[1]["dest"] = json!("lock.json");
    } },
    Pair { name: "path-entry", kinds: &[PathAdded], edit: |plan| {
        commands(plan, INSTALL).insert(0, json!({ "path": "/app/node_modules/.bin" }));
    } },
    Pair { name: "file-mode", kinds: &[CommandChanged], edit: |plan| {
        commands(plan, BUILD)[0]["mode"] = json!(0o700);
    } },
    Pair { name: "asset", kinds: &[AssetChanged], edit: |plan| {
        step(plan, BUILD)["assets"]["start.sh"] = json!("#!/bin/sh\nset -e\nexport PORT=80\nexec node --enable-source-maps server.js\n");
    } },
    Pair { name: "asset-renamed", kinds: &[], edit: |plan| {
        let content = step(plan, BUILD)["assets"]["start.sh"].take();
        step(plan, BUILD)["assets"] = json!({ "run": content });
        commands(plan, BUILD)[0]["name"] = json!("run");
    } },
    Pair { name: "mise-package", kinds: &[PackageChanged], edit: |plan| {
        step(plan, PACKAGES)["assets"]["mise.toml"] = json!("[tools]\n  [tools.node]\n    version = \"24.11.1\"\n");
    } },
    Pair { name: "mise-package-added", kinds: &[PackageAdded], edit: |plan| {
        step(plan, PACKAGES)["assets"]["mise.toml"] = json!("[tools]\n  [tools.node]\n    version = \"22.21.1\"\n  [tools.python]\n    version = \"3.13.9\"\n");
        commands(plan, PACKAGES)[2]["customName"] = json!("install mise packages: node, python");
    } },
    Pair { name: "apt-package", kinds: &[PackageAdded], edit: |plan| {
        commands(plan, RUNTIME)[0] = json!({ "cmd": "sh -c 'apt-get update && apt-get install -y curl libatomic1'", "customName": "install apt packages: curl libatomic1" });
    } },
    Pair { name: "step-added", kinds: &[StepAdded], edit: |plan| {
        push(&mut plan["steps"], json!({ "name": "assets", "inputs": [{ "step": "install" }], "commands": [{ "cmd": "npm run assets" }] }));
        push(&mut plan["deploy"]["inputs"], json!({ "step": "assets", "include": ["/srv"] }));
    } },
    Pair { name: "step-removed", kinds: &[StepRemoved], edit: |plan| {
        plan["steps"].as_array_mut().unwrap().remove(DOCS);
        plan["deploy"]["inputs"].as_array_mut().unwrap().remove(2);
    } },
    Pair { name: "step-renamed", kinds: &[StepRenamed], edit: |plan| rename(plan, "install", "dependencies") },
    Pair { name: "steps-in-another-order", kinds: &[], edit: |plan| plan["steps"].as_array_mut().unwrap().reverse() },
    Pair { name: "image", kinds: &[ImageChanged], edit: |plan| {
        step(plan, RUNTIME)["inputs"][0]["image"] = json!("ghcr.io/railwayapp/railpack-runtime:mise-2026.9.1");
    } },
    Pair { name: "base", kinds: &[BaseChanged], edit: |plan| {
        step(plan, DOCS)["inputs"][0] = json!({ "step": "packages" });
    } },
    Pair { name: "input-include", kinds: &[InputChanged], edit: |plan| {
        plan["deploy"]["inputs"][2]["include"] = json!(["site", "api"]);
    } },
    Pair { name: "input-exclude", kinds: &[InputChanged], edit: |plan| {
        step(plan, BUILD)["inputs"][1]["exclude"] = json!(["docs", "*.md"]);
    } },
    Pair { name: "input-added", kinds: &[InputAdded], edit: |plan| {
        push(&mut step(plan, DOCS)["inputs"], json!({ "step": "packages", "include": ["/etc/mise"] }));
    } },
    Pair { name: "input-removed", kinds: &[InputRemoved], edit: |plan| {
        plan["deploy"]["inputs"].as_array_mut().unwrap().remove(0);
    } },
    Pair { name: "inputs-in-another-order", kinds: &[InputsReordered], edit: |plan| {
        plan["deploy"]["inputs"].as_array_mut().unwrap().swap(0, 1);
    } },
    Pair { name: "variable", kinds: &[VariableChanged], edit: |plan| {
        step(plan, INSTALL)["variables"]["CI"] = json!("1");
    } },
    Pair { name: "variable-of-the-image", kinds: &[VariableAdded], edit: |plan| {
        plan["deploy"]["variables"]["PORT"] = json!("3000");
    } },
    Pair { name: "variable-of-the-plan", kinds: &[VariableRemoved], edit: |plan| {
        plan["variables"] = json!({});
    } },
    Pair { name: "credential", kinds: &[VariableChanged], edit: |plan| {
        step(plan, INSTALL)["variables"]["API_KEY"] = json!("k-2");
    } },
    Pair { name: "secret", kinds: &[SecretAdded], edit: |plan| push(&mut plan["secrets"], json!("MAPS_TOKEN")) },
    Pair { name: "secret-of-a-step", kinds: &[SecretAdded], edit: |plan| {
        push(&mut plan["secrets"], json!("MAPS_TOKEN"));
        push(&mut step(plan, INSTALL)["secrets"], json!("MAPS_TOKEN"));
    } },
    Pair { name: "secret-list", kinds: &[SecretListChanged], edit: |plan| {
        step(plan, INSTALL)["secrets"] = json!(["SENTRY_TOKEN"]);
    } },
    Pair { name: "secrets-by-name", kinds: &[], edit: |plan| {
        step(plan, BUILD)["secrets"] = json!(["SENTRY_TOKEN", "NPM_TOKEN"]);
    } },
    Pair { name: "secrets-in-another-order", kinds: &[SecretsReordered], edit: |plan| {
        plan["secrets"].as_array_mut().unwrap().reverse();
    } },
    Pair { name: "cache", kinds: &[CacheChanged], edit: |plan| plan["caches"]["npm"]["directory"] = json!("/var/npm") },
    Pair { name: "cache-type", kinds: &[CacheChanged], edit: |plan| plan["caches"]["npm"]["type"] = json!("locked") },
    Pair { name: "cache-added", kinds: &[CacheAdded], edit: |plan| {
        plan["caches"]["eslint"] = json!({ "directory": ".cache" });
        step(plan, BUILD)["caches"] = json!(["eslint"]);
    } },
    Pair { name: "cache-renamed", kinds: &[CacheRenamed], edit: |plan| {
        plan["caches"]["packages"] = plan["caches"]["npm"].take();
        plan["caches"].as_object_mut().unwrap().remove("npm");
        step(plan, INSTALL)["caches"] = json!(["packages"]);
    } },
    Pair { name: "cache-use", kinds: &[CacheUseAdded], edit: |plan| step(plan, BUILD)["caches"] = json!(["npm"]) },
    Pair { name: "exclude", kinds: &[ExcludeAdded], edit: |plan| push(&mut plan["exclude"], json!("*.md")) },
    Pair { name: "exclude-removed", kinds: &[ExcludeRemoved], edit: |plan| plan["exclude"] = json!([]) },
    Pair { name: "start-command-removed", kinds: &[StartCommandChanged], edit: |plan| {
        plan["deploy"].as_object_mut().unwrap().remove("startCommand");
    } },
    Pair { name: "cache-removed", kinds: &[CacheRemoved], edit: |plan| {
        plan["caches"].as_object_mut().unwrap().remove("npm");
        step(plan, INSTALL).as_object_mut().unwrap().remove("caches");
    } },
    Pair { name: "input-source", kinds: &[InputChanged], edit: |plan| {
        plan["deploy"]["inputs"][2] = json!({ "step": "install", "include": ["site"] });
    } },
    Pair { name: "start-command", kinds: &[StartCommandChanged], edit: |plan| {
        plan["deploy"]["startCommand"] = json!("node server.js");
    } },
    Pair { name: "path-of-the-image", kinds: &[PathRemoved], edit: |plan| plan["deploy"]["paths"] = json!([]) },
    Pair { name: "documentation-shape", kinds: &[], edit: |plan| {
        let steps = plan["steps"].as_array().unwrap().clone();
        plan["steps"] = json!({});
        for mut step in steps {
            let name = step.as_object_mut().unwrap().remove("name").unwrap();
            if let Some(variables) = step.as_object_mut().unwrap().remove("variables") {
                step["env"] = variables;
            }
            plan["steps"][name.as_str().unwrap()] = step;
        }
        plan["steps"]["build"]["commands"][1] = json!("npm run lint && npm run test");
        plan["steps"]["install"]["inputs"] = json!(["$packages"]);
    } },
    Pair { name: "step-renamed-and-changed", kinds: &[StepRenamed, CommandChanged], edit: |plan| {
        rename(plan, "install", "dependencies");
        commands(plan, INSTALL)[2]["cmd"] = json!("npm ci --force");
    } },
    Pair { name: "steps-renamed", kinds: &[StepRenamed, StepRenamed], edit: |plan| {
        rename(plan, "install", "dependencies");
        rename(plan, "build", "compile");
    } },
    Pair { name: "another-step", kinds: &[StepAdded, StepRemoved], edit: |plan| {
        rename(plan, "docs", "api");
        *step(plan, DOCS) = json!({ "name": "api", "inputs": [{ "image": "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6" }], "commands": [{ "cmd": "npm run openapi" }] });
    } },
    Pair { name: "step-between", kinds: &[StepAdded, BaseChanged], edit: |plan| {
        plan["steps"].as_array_mut().unwrap().insert(BUILD, json!({ "name": "generate", "inputs": [{ "step": "install" }], "commands": [{ "cmd": "npm run generate" }] }));
        step(plan, BUILD + 1)["inputs"][0] = json!({ "step": "generate" });
    } },
];
