//! Plans that `lint` must not warn about although they look like mistakes, each next to a similar plan that is one.

use railpack2docker::{Options, SecretMount, SecretsScope, lint};
use serde_json::{Value, json};
use testkit::options;

/// The codes of the findings.
fn found(plan: &Value) -> Vec<&'static str> {
    lint(&plan.to_string(), &Options::default()).into_iter().map(|found| found.code.name()).collect()
}

/// A plan with these steps, and with these inputs of the image.
fn plan(steps: &Value, inputs: &Value) -> Value {
    json!({
        "steps": steps,
        "caches": {
            "apt": { "directory": "/var/cache/apt", "type": "locked" },
            "npm": { "directory": "/root/.npm" },
            "target": { "directory": "target" },
        },
        "deploy": { "base": { "image": "debian:13" }, "inputs": inputs, "startCommand": "./app" },
    })
}

fn step(name: &str, base: &Value, more: &Value) -> Value {
    let mut step = json!({ "name": name, "inputs": [base], "commands": [{ "cmd": "make" }] });
    let members = step.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    step
}

fn debian() -> Value {
    json!({ "image": "debian:13" })
}

fn copying(exclude: &Value, src: &str) -> Vec<&'static str> {
    let commands = json!([{ "src": src, "dest": "x" }]);
    let build = step("build", &debian(), &json!({ "commands": commands }));
    let mut plan = plan(&json!([build]), &json!([{ "step": "build", "include": ["."] }]));
    plan["exclude"] = exclude.clone();
    found(&plan)
}

#[test]
fn copies_of_re_included_files_are_fine() {
    assert_eq!(copying(&json!(["docs"]), "docs"), ["excluded-copy"]);
    assert_eq!(copying(&json!(["docs"]), "./docs/x"), ["excluded-copy"]);
    assert_eq!(copying(&json!(["**/*.md"]), "/docs/README.md"), ["excluded-copy"]);
    for (exclude, src) in [
        (json!(["docs", "!docs/README.md"]), "docs"),
        (json!(["*", "!package.json"]), "package.json"),
        (json!(["docs/*"]), "docs"),
        (json!(["docs"]), "docs*"),
        (json!(["*"]), "."),
        (json!(["docs2", "doc"]), "docs"),
        (json!([]), "docs"),
    ] {
        assert!(copying(&exclude, src).is_empty(), "{exclude} {src}");
    }
    assert_eq!(copying(&json!(["/docs"]), "docs"), ["absolute-exclude"]);
}

#[test]
fn inputs_that_copy_excluded_files_are_found() {
    let taking = |input: Value| {
        let build = step("build", &debian(), &json!({ "inputs": [debian(), input] }));
        let other = step("other", &debian(), &json!({}));
        let mut plan = plan(&json!([other, build]), &json!([{ "step": "build", "include": ["."] }]));
        plan["exclude"] = json!(["docs"]);
        let codes = found(&plan);
        codes.into_iter().filter(|code| *code != "unused-step").collect::<Vec<_>>()
    };
    assert_eq!(taking(json!({ "local": true, "include": ["docs"] })), ["excluded-copy"]);
    assert_eq!(taking(json!({ "step": "other", "include": ["."], "exclude": ["**"] })), ["excluded-copy"]);
    assert!(taking(json!({ "step": "other", "include": ["docs"] })).is_empty());
    assert!(taking(json!({ "step": "other", "include": ["docs"], "exclude": ["docs"] })).is_empty());
    assert!(taking(json!({ "step": "other", "include": ["."], "exclude": ["*", "!dist"] })).is_empty());
    assert!(taking(json!({ "step": "other", "include": ["."], "exclude": ["*.md"] })).is_empty());
}

#[test]
fn few_secrets_are_fine_and_many_with_an_option_are() {
    let with = |count: usize, commands: Value, options: &Options| {
        let secrets: Vec<String> = (0..count).map(|number| format!("SECRET_{number}")).collect();
        let build = step("build", &debian(), &json!({ "secrets": ["*"], "commands": commands }));
        let mut plan = plan(&json!([build]), &json!([{ "step": "build", "include": ["."] }]));
        plan["secrets"] = json!(secrets);
        lint(&plan.to_string(), options).into_iter().map(|found| found.code.name()).collect::<Vec<_>>()
    };
    let (run, none) = (json!([{ "cmd": "make" }]), Options::default());
    assert_eq!(with(11, run.clone(), &none), ["many-secrets"]);
    assert_eq!(with(11, run.clone(), &options! { secret_mount: SecretMount::File }), ["many-secrets"]);
    assert!(with(10, run.clone(), &none).is_empty());
    assert!(with(11, run.clone(), &options! { secrets_scope: SecretsScope::Step }).is_empty());
    assert!(with(11, run, &options! { secret_mount: SecretMount::Bundle("ALL".to_owned()) }).is_empty());
    assert!(with(11, json!([{ "src": "x", "dest": "x" }]), &none).is_empty());
}

#[test]
fn pinned_images_are_fine() {
    let of = |image: &str| {
        let build = step("build", &json!({ "image": image }), &json!({}));
        found(&plan(&json!([build]), &json!([{ "step": "build", "include": ["."] }])))
    };
    for image in ["debian", "debian:latest", "localhost:5000/debian", "localhost:5000/debian:latest"] {
        assert_eq!(of(image), ["latest-image"], "{image}");
    }
    let digest = format!("@sha256:{}", "0".repeat(64));
    for image in ["debian:13", "localhost:5000/debian:13", "latest:1"].map(str::to_owned) {
        assert!(of(&image).is_empty(), "{image}");
        assert!(of(&format!("{image}{digest}")).is_empty(), "{image}");
    }
    assert!(of(&format!("debian{digest}")).is_empty());
}

/// The findings for these inputs of the image, in a plan with the steps `install`, `build`, which starts from
/// `install`, and `other`.
fn deploying(inputs: &Value) -> Vec<&'static str> {
    let steps = json!([
        step("install", &debian(), &json!({})),
        step("build", &json!({ "step": "install" }), &json!({})),
        step("other", &debian(), &json!({})),
    ]);
    let of_use = |code: &&str| *code != "unused-step";
    found(&plan(&steps, inputs)).into_iter().filter(of_use).collect()
}

#[test]
fn overlapping_inputs_are_found() {
    for inputs in [
        json!([{ "step": "build", "include": ["node_modules"] }, { "step": "build", "include": ["."] }]),
        json!([{ "step": "build", "include": [".", "lib/"] }]),
        json!([{ "step": "build", "include": ["."] }, { "step": "build", "include": ["/app"], "exclude": ["x"] }]),
        json!([{ "step": "install", "include": ["."] }, { "step": "build", "include": ["."] }]),
        json!([{ "step": "install", "include": ["a", "b"] }, { "step": "build", "include": ["."] }]),
        json!([{ "step": "build", "include": ["a"] }, { "step": "install", "include": ["a"] }]),
        json!([{ "image": "alpine:3.22", "include": ["/x"] }, { "image": "alpine:3.22", "include": ["/x/y"] }]),
        json!([{ "step": "build", "include": ["a/b"] }, { "step": "build", "include": ["."], "exclude": ["a/b/c"] }]),
    ] {
        assert_eq!(deploying(&inputs), ["overlapping-inputs"], "{inputs}");
    }
}

#[test]
fn disjoint_inputs_are_fine() {
    for inputs in [
        json!([{ "step": "build", "include": ["node_modules"] }, { "step": "build", "include": ["."], "exclude": ["node_modules"] }]),
        json!([{ "step": "build", "include": ["a/b"] }, { "step": "build", "include": ["."], "exclude": ["a/*"] }]),
        json!([{ "step": "build", "include": ["a/b"] }, { "step": "build", "include": ["."], "exclude": ["a/b/*"] }]),
        json!([{ "step": "build", "include": ["a*"] }, { "step": "build", "include": ["."], "exclude": ["a1"] }]),
        json!([{ "step": "build", "include": ["."], "exclude": ["a"] }, { "step": "build", "include": ["."], "exclude": ["b"] }]),
        // unrelated steps, whose common files are unknown
        json!([{ "step": "build", "include": ["."] }, { "step": "other", "include": ["."] }]),
        json!([{ "step": "other", "include": ["dist"] }, { "step": "build", "include": ["."] }]),
        // files that `build` made
        json!([{ "step": "install", "include": ["."] }, { "step": "build", "include": ["dist"] }]),
        json!([{ "step": "build", "include": ["dist"] }, { "step": "install", "include": ["."] }]),
        // everything of `build` except one folder
        json!([{ "step": "install", "include": ["."] }, { "step": "build", "include": ["."], "exclude": ["a"] }]),
        json!([{ "step": "build", "include": ["a"] }, { "step": "build", "include": ["ab", "b/a"] }]),
    ] {
        assert!(deploying(&inputs).is_empty(), "{inputs}");
    }
}

#[test]
fn findings_name_all_overlapping_paths() {
    let steps =
        json!([step("install", &debian(), &json!({})), step("build", &json!({ "step": "install" }), &json!({}))]);
    let both = json!(["/opt/a", "/opt/b", "/opt/c", "/opt/d"]);
    let inputs = json!([{ "step": "install", "include": both }, { "step": "build", "include": both }]);
    let found = lint(&plan(&steps, &inputs).to_string(), &Options::default());
    assert_eq!(found.len(), 1);
    assert!(found.first().unwrap().message.starts_with("`/opt/a`, `/opt/b`, `/opt/c` and others are copied from"));
}

fn caching(more: &Value, include: &str) -> Vec<&'static str> {
    let build = step("build", &debian(), more);
    found(&plan(&json!([build]), &json!([{ "step": "build", "include": [include] }])))
}

#[test]
fn cached_outputs_are_found() {
    let cached = json!({ "caches": ["target"] });
    assert_eq!(caching(&cached, "target/release/x"), ["cached-output"]);
    assert_eq!(caching(&cached, "/app/target"), ["cached-output"]);
    assert_eq!(caching(&cached, "target/*/x"), ["cached-output"]);
    assert!(caching(&cached, "targets").is_empty());
    assert!(caching(&cached, ".").is_empty());
    assert!(caching(&json!({}), "target").is_empty());
    // files that do not come only from the cache
    for (commands, inputs) in [
        (json!([{ "src": "x", "dest": "target/x" }, { "cmd": "make" }]), json!([debian()])),
        (json!([{ "path": "target/x", "name": "x" }, { "cmd": "make" }]), json!([debian()])),
        (json!([{ "cmd": "make" }]), json!([debian(), { "image": "alpine:3.22", "include": ["/app"] }])),
        (json!([{ "src": "x", "dest": "x" }]), json!([debian()])),
    ] {
        let more = json!({ "caches": ["target"], "assets": { "x": "" }, "commands": commands, "inputs": inputs });
        assert!(caching(&more, "target/x").is_empty(), "{more}");
    }
}

#[test]
fn an_earlier_step_may_have_created_the_cached_path() {
    let steps = json!([
        step("compile", &debian(), &json!({})),
        step("build", &json!({ "step": "compile" }), &json!({ "caches": ["target"] })),
    ]);
    assert!(found(&plan(&steps, &json!([{ "step": "build", "include": ["target"] }]))).is_empty());
}

#[test]
fn shareable_caches_are_fine() {
    let on = |first: &str, second: &str, cache: &str, run: bool| {
        let commands = if run { json!([{ "cmd": "make" }]) } else { json!([]) };
        let steps = json!([
            step("a", &json!({ "image": first }), &json!({ "caches": [cache] })),
            step("b", &json!({ "image": second }), &json!({ "caches": [cache], "commands": commands })),
        ]);
        found(&plan(&steps, &json!([{ "step": "a", "include": ["/a"] }, { "step": "b", "include": ["/b"] }])))
    };
    let (builder, runtime) =
        ["builder", "runtime"].map(|kind| format!("ghcr.io/railwayapp/railpack-{kind}:mise-2026.8.6")).into();
    assert_eq!(on("debian:13", "alpine:3.22", "target", true), ["mixed-cache"]);
    assert!(on("debian:13", "debian:13", "target", true).is_empty());
    assert!(on("debian:13", "alpine:3.22", "apt", true).is_empty());
    assert!(on("debian:13", "alpine:3.22", "npm", true).is_empty());
    assert!(on(&builder, &runtime, "target", true).is_empty());
    assert!(on("debian:13", "alpine:3.22", "target", false).is_empty());
}

#[test]
fn unused_caches_need_no_lock() {
    let with = |commands: Value| {
        let build = step("build", &debian(), &json!({ "caches": ["lists"], "commands": commands }));
        let mut plan = plan(&json!([build]), &json!([{ "step": "build", "include": ["."] }]));
        plan["caches"]["lists"] = json!({ "directory": "/var/lib/apt/lists/" });
        found(&plan)
    };
    assert_eq!(with(json!([{ "cmd": "make" }])), ["unlocked-cache"]);
    assert!(with(json!([{ "src": "a", "dest": "a" }])).is_empty());
}

#[test]
fn braces_are_fine_where_sh_is_bash() {
    let on = |image: &str| {
        let commands = json!([{ "cmd": "sh -c 'mkdir {a,b}'" }]);
        let build = step("build", &json!({ "image": image }), &json!({ "commands": commands }));
        found(&plan(&json!([build]), &json!([{ "step": "build", "include": ["."] }])))
    };
    assert_eq!(on("ghcr.io/railwayapp/railpack-builder:mise-2026.8.6"), ["brace-expansion-in-sh"]);
    assert_eq!(on("php:8.4-cli-bookworm"), ["brace-expansion-in-sh"]);
    assert!(on("fedora:42").is_empty());
}

#[test]
fn allowed_warnings_are_left_out_but_errors_stay() {
    let allowing = |codes: &[&str]| options! { allow: codes.iter().map(|code| (*code).to_owned()).collect() };
    let plan = r#"{ "steps": [], "x": 1, "deploy": { "base": { "image": "debian" } } }"#;
    let codes =
        |options: &Options| -> Vec<&str> { lint(plan, options).into_iter().map(|found| found.code.name()).collect() };
    assert_eq!(codes(&allowing(&[])), ["unknown-key", "no-start-command", "latest-image"]);
    assert_eq!(codes(&allowing(&["latest-image", "unknown-key"])), ["no-start-command"]);
    assert_eq!(codes(&allowing(&["cycle"])), ["unknown-key", "no-start-command", "latest-image", "invalid-option"]);
    let mut strict = allowing(&["unknown-key"]);
    strict.strict = true;
    assert_eq!(codes(&strict), ["unknown-key"]);
}

#[test]
fn unknown_checks_are_refused() {
    let plan = r#"{ "deploy": { "base": { "image": "debian:13" }, "startCommand": "x" } }"#;
    let with = |code: &str| -> Vec<&str> {
        lint(plan, &options! { warn: [code.to_owned()].into() }).into_iter().map(|found| found.code.name()).collect()
    };
    assert_eq!(with("unpinned-image"), ["unpinned-image"]);
    assert!(with("latest-image").is_empty());
    assert_eq!(with("undigested"), ["invalid-option"]);
}
