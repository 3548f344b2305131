//! Builds for several platforms: no image gets the files of another platform, and each platform hashes the secrets.
//!
//! The base image has the same programs for every platform, so nothing is emulated, and a file with the platform.

use std::collections::BTreeMap;

use fs_err as fs;
use railpack2docker::transpile;
use serde_json::{Value, json};

use testkit::command::{Folder, anything};
use testkit::engine::{self, Build, Index, engine};
use testkit::options;

/// An image for several platforms.
const IMAGE: &str = "railpack2docker-test/platforms:1";

/// An image for the platform of the engine.
const ONE_PLATFORM: &str = "railpack2docker-test/platform-args:1";

const ALL: &str = "linux/amd64,linux/arm64,linux/arm/v6,linux/arm/v7";

/// A plan as Railpack writes it for Rust: a command builds into a cache, unless the cache has the result, and another
/// one copies the result out of it. The step starts from a step that uses the same cache.
fn plan(image: &str) -> Value {
    let step = |name: &str, input: Value, scripts: &[&str]| {
        let commands: Vec<Value> = scripts.iter().map(|script| json!({ "cmd": format!("sh -c '{script}'") })).collect();
        json!({ "name": name, "inputs": [input], "caches": ["target"], "commands": commands })
    };
    let tools = ["test -e target/tool || cp /etc/platform target/tool"];
    let build = [
        "test -e target/binary || cp /etc/platform target/binary",
        "mkdir bin && cp target/tool target/binary bin && echo \"$TARGETARCH$TARGETVARIANT\" > bin/seen",
    ];
    json!({
        "caches": { "target": { "directory": "target" } },
        "steps": [step("tools", json!({ "image": image }), &tools), step("build", json!({ "step": "tools" }), &build)],
        "deploy": { "base": { "image": image }, "inputs": [{ "step": "build", "include": ["bin"] }] },
    })
}

/// A folder to build in, and a base image for several platforms.
struct World {
    folder: Folder,
    base: Index,
}

impl World {
    /// `None` if there is no engine that builds for several platforms.
    fn new() -> Option<Self> {
        let base = engine()?.stand_in_for(IMAGE, ALL)?;
        Some(Self { folder: crate::folder(), base })
    }

    /// Builds a plan with `railpack2docker build` into the folder `files`, which has a folder for each platform. The
    /// build shares no layer with a build of another `run`, and no cache with a build of another `cache`.
    fn build(&self, plan: &Value, [run, cache, files]: [&str; 3], options: &[&str], more: &[&str]) {
        let mut plan = plan.clone();
        plan["steps"][0]["variables"] = json!({ "RUN": format!("{run} {}", self.folder.root().display()) });
        self.folder.write("app/plan.json", plan.to_string());
        let cache = format!("--cache-prefix={cache}{}", self.folder.root().display());
        let output = format!("--output=type=local,platform-split=true,dest=../{files}");
        let base = self.base.argument();
        let build = ["build", "plan.json", "--syntax=none", &cache];
        let arguments = [&build, options, &["--", &base, &output], more].concat();
        self.folder.run(arguments).within("app").with_docker().stdout(anything()).stderr(anything()).check();
    }

    /// The content of a file in the image of a platform.
    fn read(&self, files: &str, platform: &str, path: &str) -> String {
        self.folder.read(format!("{files}/{}{path}", platform.replace('/', "_"))).trim().to_owned()
    }
}

/// The platform as the base image has it in a file: `armv7` for linux/arm/v7.
fn in_base(platform: &str) -> String {
    platform.trim_start_matches("linux/").replace('/', "")
}

#[test]
fn no_image_gets_the_files_of_another_platform() {
    let Some(world) = World::new() else { return };
    let plan = plan(IMAGE);
    for (platforms, has_variants) in
        [(&["linux/amd64", "linux/arm64"][..], false), (&["linux/arm/v6", "linux/arm/v7", "linux/arm64"], true)]
    {
        let option = format!("--platforms={}", platforms.join(","));
        let check = |files: &str, platform: &str| {
            for path in ["/app/bin/tool", "/app/bin/binary"] {
                assert_eq!(world.read(files, platform, path), in_base(platform), "{path} in {files} for {platform}");
            }
            let architecture = platform.split('/').nth(1).unwrap();
            let seen = if has_variants { in_base(platform) } else { architecture.to_owned() };
            assert_eq!(world.read(files, platform, "/app/bin/seen"), seen);
        };
        let at_once = format!("at-once-{has_variants}");
        world.build(&plan, [&at_once; 3], &[&option], &[]);
        for platform in platforms {
            check(&at_once, platform);
        }
        let one_by_one = format!("one-by-one-{has_variants}");
        for platform in platforms {
            let files = in_base(platform);
            world.build(&plan, [&one_by_one, &one_by_one, &files], &[&option], &["--platform", platform]);
            check(&files, platform);
        }
    }
}

#[test]
fn shared_caches_are_found() {
    let Some(world) = World::new() else { return };
    let binary = |platform| {
        world.build(&plan(IMAGE), ["shared", "shared", "files"], &[], &["--platform", platform]);
        world.read("files", platform, "/app/bin/binary")
    };
    assert_eq!(["linux/amd64", "linux/arm64"].map(binary), ["amd64", "amd64"]);
}

#[test]
fn each_platform_hashes_the_secrets() {
    let Some(world) = World::new() else { return };
    let platforms = ["linux/amd64", "linux/arm64"];
    let script = "cat /proc/sys/kernel/random/uuid > /ran; echo \"$TOKEN\" > /saw";
    let plan = json!({
        "secrets": ["TOKEN"],
        "steps": [{ "name": "build", "inputs": [{ "image": IMAGE }], "secrets": ["TOKEN"],
                    "commands": [{ "cmd": format!("sh -c '{script}'") }] }],
        "deploy": { "base": { "image": IMAGE }, "inputs": [{ "step": "build", "include": ["/ran", "/saw"] }] },
    });
    world.folder.write("app/one.key", "one");
    world.folder.write("app/two.key", "two");
    let build = |token: &str, key: &str| {
        let token = format!("--secret=TOKEN={token}");
        let options = ["--platforms=linux/amd64,linux/arm64", &token, "--key-file", key];
        world.build(&plan, ["secrets", "secrets", "files"], &options, &[]);
        platforms.map(|platform| ["/ran", "/saw"].map(|path| world.read("files", platform, path)))
    };
    let first = build("1", "one.key");
    assert_ne!(first[0][0], first[1][0], "each platform runs the command");
    assert_eq!(first.clone().map(|[_, saw]| saw), ["1", "1"]);
    assert_eq!(build("1", "two.key"), first, "only the hash changed");
    let changed = build("2", "one.key");
    assert_eq!(changed.clone().map(|[_, saw]| saw), ["2", "2"]);
    assert!(changed.iter().zip(&first).all(|(after, before)| after[0] != before[0]), "{changed:?}");
}

#[test]
fn images_do_not_have_the_build_args() {
    let Some(engine) = engine() else { return };
    engine.stand_in(ONE_PLATFORM, &BTreeMap::from([("/etc/platform".to_owned(), "any".to_owned())]));
    let context = tempfile::tempdir().unwrap();
    let mut plan = plan(ONE_PLATFORM);
    plan["deploy"]["base"] = json!({ "step": "build" });
    let platforms = ["linux/arm/v6", "linux/arm/v7"].map(str::to_owned).to_vec();
    let options = options! { platforms, syntax: None, cache_prefix: context.path().display().to_string() };
    let checked = engine::check(&transpile(&plan.to_string(), &options).unwrap().dockerfile, context.path());
    assert!(checked.contains("no warnings found"), "{checked}");
    let built = engine.build(&Build { options, ..Build::new(&plan.to_string(), context.path(), &[]) });
    assert!(!fs::read_to_string(built.path("/app/bin/seen")).unwrap().trim().is_empty());
    let environment = built.environment();
    assert!(environment.iter().all(|variable| !variable.starts_with("TARGET")), "{environment:?}");
}
