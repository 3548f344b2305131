//! The layers that `BuildKit` rebuilds after a plan changed are exactly those that were predicted.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use fs_err as fs;
use railpack2docker::diff::{Layer, Status, compare};
use railpack2docker::{Options, SecretMount, SecretsHash, SecretsScope, transpile};
use serde_json::{Value, json};

use testkit::engine::{Engine, build_stand_in, engine, exports_archives};
use testkit::options;
use testkit::pairs::PAIRS;

/// A change to a step.
type Edit = fn(&mut Value);

/// The stand-in that all images start from. Its name is one of Railpack's, so it has no user and shell of its own.
const IMAGE: &str = "ghcr.io/railwayapp/railpack-builder:railpack2docker-test-predicts";

/// Pairs that share a layer with an earlier pair. They start with fresh images.
const SHARE: [&str; 2] = ["command-moved", "secret-of-a-step"];

/// A program that writes something different each time to every folder that the plans copy from.
const PROGRAM: &str = "#!/bin/sh\nmkdir -p /app/site /app/api /mise /srv\n\
    for folder in /app /app/site /app/api /mise /srv; do cat /proc/sys/kernel/random/uuid >> $folder/ran; done\n";

/// Images for a single run of the test: one for each image of the plans, with a tag of its own.
struct Images {
    folder: tempfile::TempDir,
    token: String,
    names: Vec<String>,
}

impl Images {
    fn new(engine: &Engine) -> Self {
        let programs = ["npm", "mise", "apt-get"].map(|name| (format!("/usr/local/bin/{name}"), PROGRAM.to_owned()));
        engine.stand_in(IMAGE, &BTreeMap::from(programs));
        let token = fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap().trim().to_owned();
        let mut images = Self { folder: tempfile::tempdir().unwrap(), token, names: Vec::new() };
        for image in ["builder:mise-2026.8.6", "runtime:mise-2026.8.6", "runtime:mise-2026.9.1"] {
            images.add(&format!("ghcr.io/railwayapp/railpack-{image}"));
        }
        images
    }

    fn add(&mut self, name: &str) {
        let own = self.own(name);
        fs::write(self.folder.path().join("Dockerfile"), format!("FROM {IMAGE}\nCOPY token /token\n")).unwrap();
        fs::write(self.folder.path().join("token"), &own).unwrap();
        build_stand_in(&own, self.folder.path());
        self.names.push(own);
    }

    /// A plan with the images of this run. `THIS RUN`, which is in parts that depend on no image, is replaced too.
    fn own(&self, plan: &str) -> String {
        let plan = plan.replace("THIS RUN", &self.token);
        plan.replace(":mise-", &format!(":railpack2docker-{}-", self.token))
    }
}

impl Drop for Images {
    fn drop(&mut self) {
        Command::new("docker").args(["rmi", "--force"]).args(&self.names).output().unwrap();
    }
}

/// A layer that was built or cached: its stage, its number in the stage, the number of the stage's layers, and
/// whether it was cached.
#[derive(Debug)]
struct Vertex {
    stage: String,
    number: usize,
    of: usize,
    text: String,
    cached: bool,
}

/// Builds a plan, and returns the layers that `BuildKit` reports.
fn build(plan: &str, options: &Options, context: &Path) -> Vec<Vertex> {
    let folder = tempfile::tempdir().unwrap();
    let dockerfile = folder.path().join("Dockerfile");
    let made = transpile(plan, options).unwrap();
    fs::write(&dockerfile, &made.dockerfile).unwrap();
    if let Some(dockerignore) = made.dockerignore {
        fs::write(folder.path().join("Dockerfile.dockerignore"), dockerignore).unwrap();
    }
    let mut docker = Command::new("docker");
    docker.args(["buildx", "build", "--progress=rawjson", "--provenance=false", "--build-arg=SECRETS_HASH=1"]);
    for secret in ["NPM_TOKEN", "SENTRY_TOKEN", "MAPS_TOKEN"] {
        docker.env(secret, secret).arg(format!("--secret=id={secret},env={secret}"));
    }
    let output = docker.arg("--output=type=cacheonly").arg("-f").arg(&dockerfile).arg(context).output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let said: Vec<&str> = log.lines().filter(|line| !line.starts_with('{')).collect();
    assert!(output.status.success(), "{}", said.join("\n"));
    vertices(&log)
}

fn vertices(log: &str) -> Vec<Vertex> {
    let mut by_digest: BTreeMap<String, (String, bool, bool)> = BTreeMap::new();
    for line in log.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        for vertex in message["vertexes"].as_array().into_iter().flatten() {
            let name = vertex["name"].as_str().unwrap().to_owned();
            let state = by_digest.entry(vertex["digest"].as_str().unwrap().to_owned()).or_insert((name, false, false));
            state.1 |= vertex["started"].is_string();
            state.2 |= vertex["cached"].as_bool() == Some(true);
        }
    }
    by_digest
        .into_values()
        .filter(|(_, started, _)| *started)
        .filter_map(|(name, _, cached)| vertex(&name, cached))
        .collect()
}

/// Parses a name such as `[build 2/3] RUN …`. Returns `None` for anything but a layer of a stage, and for the step
/// that only puts a linked layer on top of others.
fn vertex(name: &str, cached: bool) -> Option<Vertex> {
    let (location, text) = name.strip_prefix('[')?.split_once("] ")?;
    let (stage, numbers) = location.split_once(' ')?;
    let (number, of) = numbers.trim().split_once('/')?;
    let is_layer = !text.starts_with("FROM ") && !text.starts_with("LINK ");
    let (number, of) = (number.parse().ok()?, of.parse().ok()?);
    is_layer.then(|| Vertex { stage: stage.to_owned(), number, of, text: text.to_owned(), cached })
}

/// A line for each layer that was cached although a rebuild was predicted, or the other way around.
fn surprises(old: &str, new: &str, options: &Options, built: &[Vertex], files_differ: bool) -> Vec<String> {
    let comparison = compare(old, new, options).unwrap();
    let mut surprises = Vec::new();
    let mut seen = 0;
    for (at, stage) in comparison.stages.iter().enumerate() {
        let name = stage.name.clone().unwrap_or_else(|| format!("stage-{at}"));
        for (number, layer) in stage.layers.iter().enumerate() {
            let is_here = |vertex: &&Vertex| {
                // if a stage starts from an image, its FROM has the first number
                vertex.stage == name && vertex.number == number + 1 + vertex.of - stage.layers.len()
            };
            // BuildKit runs an instruction that two stages share only once, under the name of one of them
            let is_same = |vertex: &&Vertex| vertex.text == layer.instruction;
            let found = built.iter().find(is_here).or_else(|| built.iter().find(is_same));
            let expected = layer.status == Status::Cached || (layer.status == Status::IfFilesDiffer && !files_differ);
            seen += 1;
            // the classic image store has no linked layers, so it repeats other copies (docs/builders.md)
            if !exports_archives() && layer.instruction.starts_with("COPY --") {
                continue;
            }
            match found {
                Some(vertex) if vertex.cached == expected => {}
                found => {
                    let was = found.map_or("not there", |vertex| if vertex.cached { "cached" } else { "built" });
                    surprises.push(format!("{name}: {}: predicted: {}, was: {was}", layer.instruction, layer.status));
                }
            }
        }
    }
    assert!(seen > 5 && built.len() > 5, "{seen} {}", built.len());
    surprises
}

/// Options for the engine's own frontend, since no other can be pulled.
fn plain() -> Options {
    options! { syntax: None }
}

fn context() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("docs")).unwrap();
    for file in ["package.json", "package-lock.json", "README.md", "docs/index.md", "x.log"] {
        fs::write(folder.path().join(file), file).unwrap();
    }
    folder
}

#[test]
fn predicted_layers_rebuild() {
    let Some(engine) = engine() else { return };
    let context = context();
    let mut wrong = Vec::new();
    let mut images: Option<Images> = None;
    for pair in PAIRS {
        if images.is_none() || SHARE.contains(&pair.name) {
            let fresh = Images::new(&engine);
            build(&fresh.own(&pair.plans().0.to_string()), &plain(), context.path());
            images = Some(fresh);
        }
        let own = |plan: &Value| images.as_ref().unwrap().own(&plan.to_string());
        let (old, new) = pair.plans();
        let built = build(&own(&new), &plain(), context.path());
        let found = surprises(&own(&old), &own(&new), &plain(), &built, true);
        wrong.extend(found.into_iter().map(|line| format!("{}: {line}", pair.name)));
        assert!(!pair.kinds.is_empty() || built.iter().all(|vertex| vertex.cached), "{}: {built:?}", pair.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn predictions_hold_for_other_options() {
    let Some(engine) = engine() else { return };
    let context = context();
    for options in [
        options! { syntax: None, secrets_hash: SecretsHash::Arg },
        options! { syntax: None, secrets_hash: SecretsHash::Off, secret_mount: SecretMount::File },
        options! { syntax: None, secrets_scope: SecretsScope::Step },
        options! { syntax: None, platforms: ["linux/amd64", "linux/arm64"].map(str::to_owned).to_vec() },
    ] {
        let images = Images::new(&engine);
        let own = |plan: &Value| images.own(&plan.to_string());
        build(&own(&PAIRS[0].plans().0), &options, context.path());
        for pair in PAIRS.iter().filter(|pair| ["command", "secret", "secret-list", "cache"].contains(&pair.name)) {
            let (old, new) = pair.plans();
            let built = build(&own(&new), &options, context.path());
            assert_eq!(
                surprises(&own(&old), &own(&new), &options, &built, true),
                [""; 0],
                "{}: {options:?}",
                pair.name
            );
        }
    }
}

/// A plan with rare instructions: a stage for a file, a directory that is created for another file, a variable of two
/// lines, a cache whose directory is in an ARG, a copy from an image.
fn odd_plan() -> Value {
    json!({
        "caches": { "c": { "directory": "/é" } },
        "steps": [{
            "name": "odd",
            "inputs": [{ "image": "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6" }],
            "caches": ["c"],
            "variables": { "LINES": "a\nb" },
            "assets": { "a": "one of THIS RUN", "b": "two" },
            "commands": [
                { "path": "/p q/a", "name": "a" },
                { "path": "/p/q/b", "name": "b", "mode": 0o600 },
                { "src": "/token", "dest": "/copied", "image": "ghcr.io/railwayapp/railpack-runtime:mise-2026.8.6" },
                { "cmd": "npm ci" },
            ],
        }],
        "deploy": { "base": { "step": "odd" } },
    })
}

#[test]
fn odd_instructions_are_predicted() {
    let Some(engine) = engine() else { return };
    let context = context();
    let images = Images::new(&engine);
    let old = images.own(&odd_plan().to_string());
    build(&old, &plain(), context.path());
    let edits: [(&str, Edit); 6] = [
        ("a file with a stage of its own", |step| step["assets"]["a"] = json!("another of THIS RUN")),
        ("a file", |step| step["assets"]["b"] = json!("another")),
        ("a mode", |step| step["commands"][1]["mode"] = json!(0o640)),
        ("a directory", |step| step["commands"][1]["path"] = json!("/p/r/b")),
        ("lines", |step| step["variables"]["LINES"] = json!("a\nc")),
        ("an image", |step| {
            step["commands"][2]["image"] = json!("ghcr.io/railwayapp/railpack-runtime:mise-2026.9.1");
        }),
    ];
    for (name, edit) in edits {
        let mut new = odd_plan();
        edit(&mut new["steps"][0]);
        let new = images.own(&new.to_string());
        let built = build(&new, &plain(), context.path());
        assert_eq!(surprises(&old, &new, &plain(), &built, true), [""; 0], "{name}");
    }
}

#[test]
fn copies_of_unchanged_files_stay_cached() {
    let Some(engine) = engine() else { return };
    let images = Images::new(&engine);
    let context = context();
    let plan = |command: &str| {
        let mut plan: Value = PAIRS[0].plans().0;
        plan["steps"][3]["commands"] = json!([{ "cmd": command }]);
        images.own(&plan.to_string())
    };
    let (old, new) = (plan("touch /tmp/a"), plan("touch /tmp/b"));
    build(&old, &plain(), context.path());
    let built = build(&new, &plain(), context.path());
    assert_eq!(surprises(&old, &new, &plain(), &built, false), [""; 0]);
    let comparison = compare(&old, &new, &Options::default()).unwrap();
    let layers: Vec<&Layer> = comparison.stages.iter().flat_map(|stage| &stage.layers).collect();
    assert!(layers.iter().any(|layer| layer.status == Status::IfFilesDiffer));
    assert!(layers.iter().any(|layer| layer.status == Status::Rebuilds));
}
