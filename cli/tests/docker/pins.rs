//! Digests from a registry on loopback, and images that are built through a mirror with these digests.

use std::process::Command;

use serde_json::Value;
use testkit::command::{Folder, Run, anything};
use testkit::engine::{Engine, engine};
use testkit::registry::Registry;

const PLATFORMS: &str = "linux/amd64,linux/arm64";

/// Docker Hub's names for the images of the registry.
const PLAN: &str = r#"{
  "steps": [{ "name": "build", "inputs": [{ "image": "pinned:1" }], "commands": [{ "cmd": "cp /etc/version built" }] }],
  "deploy": {
    "base": { "image": "pinned:1" },
    "inputs": [{ "step": "build", "include": ["built"] }, { "image": "copied:1", "include": ["/etc/version"] }]
  }
}"#;

struct World {
    engine: Engine,
    registry: Registry,
    folder: Folder,
}

impl World {
    /// A registry with two images for two platforms, and a folder with a plan. `None` if something is missing.
    fn new() -> Option<Self> {
        let engine = engine()?;
        let registry = Registry::start()?;
        let world = Self { engine, registry, folder: crate::folder().file("app/railpack-plan.json", PLAN) };
        world.push("pinned:1", "first")?;
        world.push("copied:1", "copied")?;
        let mirror = format!("mirror = {{ \"docker.io\" = \"{}/hub\" }}", world.registry.host());
        world.folder.write("app/railpack2docker.toml", format!("[transpile]\nsyntax = \"none\"\n{mirror}\n"));
        Some(world)
    }

    /// The reference of an image in the registry.
    fn source(&self, image: &str) -> String {
        format!("{}/hub/library/{image}", self.registry.host())
    }

    fn push(&self, image: &str, version: &str) -> Option<()> {
        self.engine.push(&self.source(image), version, Some(PLATFORMS))
    }

    fn run<'f>(&'f self, arguments: &[&'f str]) -> Run<'f> {
        self.folder.run(arguments).within("app").with_docker()
    }

    fn lock(&self) -> String {
        self.folder.read("app/railpack2docker.lock")
    }

    /// The raw manifest of an image, by its reference.
    fn manifest(source: &str) -> Value {
        let inspect = ["buildx", "imagetools", "inspect", "--raw", source];
        let output = Command::new("docker").args(inspect).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Builds the Dockerfile, and returns the content of the two files of the image that tell its bases apart.
    fn built(&self, environment: &[(&str, &str)]) -> [String; 2] {
        let output = format!("type=local,dest={}", self.folder.path("files").display());
        let docker = ["build", "--no-cache", "--output", &output, "."];
        let run = self.folder.run_program("docker", docker).within("app").with_docker();
        run.envs(environment.iter().copied()).stdout(anything()).stderr(anything()).check();
        ["files/app/built", "files/etc/version"].map(|file| self.folder.read(file).trim().to_owned())
    }
}

/// The digest of an image in a lock.
fn digest(lock: &str, image: &str) -> String {
    let line = lock.lines().find_map(|line| line.strip_prefix(image)?.strip_prefix('@'));
    line.unwrap_or_else(|| panic!("no {image} in {lock}")).to_owned()
}

#[test]
fn build_uses_the_digests_of_indexes_in_the_mirror() {
    let Some(world) = World::new() else { return };
    world.run(&["pin"]).stderr("wrote railpack2docker.lock: 2 images, 2 added\n".to_owned()).check();
    let lock = world.lock();
    let pinned = format!("{}@{}", world.source("pinned:1"), digest(&lock, "pinned:1"));
    let index = World::manifest(&pinned);
    let platforms: Vec<_> =
        index["manifests"].as_array().unwrap().iter().map(|manifest| &manifest["platform"]["architecture"]).collect();
    assert_eq!(platforms, ["amd64", "arm64"]);
    // the tag moves, and the digest does not
    world.push("pinned:1", "second");
    world.run(&["-o", "Dockerfile", "--locked"]).stderr(anything()).check();
    let dockerfile = world.folder.read("app/Dockerfile");
    assert_eq!(dockerfile.matches(&format!("FROM {pinned} ")).count(), 2, "{dockerfile}");
    assert_eq!(world.built(&[]), ["first", "copied"]);
    world.run(&["pin"]).stderr("railpack2docker.lock is unchanged: 2 images\n".to_owned()).check();
    world.run(&["pin", "--update"]).stderr(["2 images, 1 updated"]).check();
    assert_eq!(digest(&world.lock(), "copied:1"), digest(&lock, "copied:1"));
    let said = ["the digests of images changed in `railpack2docker.lock`"];
    world.run(&["--check"]).status(1).stdout(anything()).stderr(said).check();
    world.run(&["-o", "Dockerfile", "--locked"]).stderr(anything()).check();
    assert_eq!(world.built(&[]), ["second", "copied"]);
}

#[test]
fn failures_leave_the_lock() {
    let Some(world) = World::new() else { return };
    world.run(&["pin", "-q"]).check();
    let lock = world.lock();
    // a missing tag
    world.folder.replace("app/railpack-plan.json", "copied:1", "copied:2");
    let said = ["image `copied:2` does not exist at `127.0.0.1:", "--> railpack-plan.json:5:70\n"];
    world.run(&["pin"]).status(2).stderr(said).check();
    world.run(&["--locked"]).status(2).stderr(["error[missing-pin]: image `copied:2` has no digest"]).check();
    assert_eq!(world.lock(), lock);
    // a registry that does not answer
    let nowhere = ["pin", "--syntax=none", "--mirror=docker.io=127.0.0.1:1/hub"];
    world
        .run(&nowhere)
        .status(75)
        .stderr(["can't resolve image `copied:2` at `127.0.0.1:1/hub/library/copied:2`"])
        .check();
    assert_eq!(world.lock(), lock);
    // a digest that the registry does not have
    world.folder.replace("app/railpack-plan.json", "copied:2", "copied:1");
    world.folder.write(
        "app/railpack2docker.lock",
        lock.replace(&digest(&lock, "copied:1"), &format!("sha256:{}", "0".repeat(64))),
    );
    world.run(&["-o", "Dockerfile"]).stderr(anything()).check();
    let run = world.folder.run_program("docker", ["build", "."]).within("app").with_docker().status(1);
    run.stdout(anything()).stderr([&format!("{}: not found", "0".repeat(64))[..]]).check();
    // a digest that nothing can have
    world.folder.write("app/railpack2docker.lock", lock.replace("pinned:1@sha256:", "pinned:1@sha256:0"));
    let said = ["error[invalid-lock]: `railpack2docker.lock`, line 3, column 10"];
    world.run(&["-o", "Dockerfile"]).status(2).stderr(said).check();
}

#[test]
fn killed_run_leaves_the_lock() {
    let Some(world) = World::new() else { return };
    world.run(&["pin", "-q"]).check();
    let lock = world.lock();
    world.push("pinned:1", "second");
    // a listener that never answers
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mirror = format!("--mirror=docker.io/library/pinned={}/pinned", silent.local_addr().unwrap());
    let arguments = ["pin", "--update", "--syntax=none", &mirror];
    let mut started = world.run(&arguments).killed().stderr(anything()).start();
    let connection = silent.accept().unwrap();
    started.child().kill().unwrap();
    let _ = started.check();
    drop(connection);
    assert_eq!(world.lock(), lock);
    assert_eq!(world.folder.names_in("app"), ["railpack-plan.json", "railpack2docker.lock", "railpack2docker.toml"]);
    world.run(&["pin", "--update"]).stderr(["1 updated"]).check();
}

#[test]
fn builds_obey_the_source_policy() {
    let Some(world) = World::new() else { return };
    world.run(&["pin", "-q", "--policy=policy.json"]).check();
    world.push("pinned:1", "second");
    // the names of the plan, which no registry has
    let plain = ["-o", "Dockerfile", "--config=none", "--syntax=none"];
    world.folder.remove("app/railpack2docker.lock");
    world.run(&plain).stderr(anything()).check();
    assert!(world.folder.read("app/Dockerfile").contains("FROM pinned:1 AS build\n"));
    assert_eq!(world.built(&[("EXPERIMENTAL_BUILDKIT_SOURCE_POLICY", "policy.json")]), ["first", "copied"]);
}
