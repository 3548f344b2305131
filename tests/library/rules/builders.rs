//! Rules for builders other than Docker.

use railpack2docker::builder::Builder;

use super::*;

/// The default options for a builder.
fn builder(text: &str) -> Options {
    Options::for_builder(Builder::parse(text).unwrap())
}

/// A plan that uses every construct that a builder may lack or interpret differently.
fn all_constructs() -> Value {
    json!({
        "secrets": ["A", "B"],
        "caches": { "npm": { "directory": "/root/.npm" } },
        "steps": [
            { "name": "install", "inputs": [{ "image": BUILDER }], "secrets": ["A"], "caches": ["npm"], "assets": { "x": "1" }, "commands": [
                { "src": "package.json", "dest": "." }, { "src": "lib*", "dest": "." }, { "src": "Cargo.lock*", "dest": "." },
                { "src": "config/prod.exs*", "dest": "config/" }, { "src": "config/rel*", "dest": "x/" }, { "src": "*", "dest": "." },
                { "src": "/etc/x*", "dest": "/etc/", "image": "alpine" }, { "path": "/etc/x", "name": "x" },
                { "cmd": "npm ci" }, { "cmd": "npm run build" },
            ] },
            { "name": "build", "inputs": [
                { "step": "install" },
                { "local": true, "include": ["packages/a"], "exclude": ["*.md", "/x", "!README.md"] },
            ], "commands": [{ "cmd": "npm run all" }] },
            { "name": "check", "inputs": [{ "step": "build" }], "secrets": ["A"], "commands": [{ "cmd": "npm test" }] },
            { "name": "whole", "inputs": [{ "image": "alpine" }], "secrets": ["B"], "commands": [{ "cmd": "npm x" }] },
            { "name": "runtime", "inputs": [{ "image": BUILDER }], "secrets": ["*"], "commands": [{ "cmd": "npm y" }] },
        ],
        "deploy": { "base": { "step": "runtime" }, "inputs": [
            { "step": "check", "include": ["/root/.cache", "."], "exclude": ["node_modules", "**/*.log", "../x", "./src/"] },
            { "step": "build", "include": ["/mise/*/pkg"], "exclude": ["doc"] },
            { "step": "whole", "include": ["/"], "exclude": ["tmp"] },
        ] },
    })
}

#[test]
fn buildah_gets_forms_that_it_interprets_as_docker_does() {
    shows_with("buildah", &all_constructs(), builder("buildah@1.43"));
    let podman = transpile(&all_constructs().to_string(), &builder("podman@5.8")).unwrap().dockerfile;
    let buildah = transpile(&all_constructs().to_string(), &builder("buildah@1.43")).unwrap().dockerfile;
    let stages = |text: &str| text.split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(stages(&podman), stages(&buildah));
    assert!(
        podman.contains("\n#   podman build --format docker --layers -f Dockerfile \\\n#     --secret id=A,env=A \\\n"),
        "{podman}"
    );
}

#[test]
fn buildah_has_the_hash_arg_in_each_stage() {
    let mut options = builder("buildah@1.44");
    options.secrets_hash = SecretsHash::Arg;
    shows_with("buildah-hash-arg", &secrets(), options.clone());
    options.secrets_hash = SecretsHash::Off;
    let off = transpile(&secrets().to_string(), &options).unwrap().dockerfile;
    assert!(!off.contains("SECRETS_HASH"), "{off}");
}

#[test]
fn constructs_that_a_builder_lacks_are_refused() {
    let mut plan = all_constructs();
    plan["steps"][0]["assets"]["x"] = json!("1\r\n2\n");
    plan["steps"][4]["variables"] = json!({ "SECRETS_HASH": "1" });
    let mut options = builder("buildah@1.33");
    options.syntax = Some("docker/dockerfile:1".to_owned());
    options.secret_mount = SecretMount::Env;
    options.github_token = true;
    options.reproducible = true;
    shows_with("builder-refused", &plan, options);
    let mut options = builder("buildah@1.43");
    options.require_secrets_hash = true;
    shows_with("buildah-unchecked-hash", &commands_with_secrets(), options);
    let mut old = builder("docker@24.0");
    old.secret_mount = SecretMount::Env;
    shows_with("docker-refused", &all_constructs(), old);
    let mut options = builder("buildah@1.43");
    options.assets = Some(AssetsDirectory { path: "d".to_owned(), path_in_context: "d".to_owned(), embedded: false });
    plan["steps"][4]["variables"] = json!({});
    let made = transpile(&plan.to_string(), &options).unwrap();
    assert!(made.dockerfile.contains("COPY --exclude=packages/a/*.md"), "{}", made.dockerfile);
}

#[test]
fn kaniko_gets_the_hash_as_a_build_arg() {
    shows_with("kaniko", &secrets(), builder("kaniko"));
    let mut options = builder("kaniko@1.28");
    options.secrets_hash = SecretsHash::Layer;
    options.ssh = Some(Ssh { id: "default".to_owned(), steps: Vec::new() });
    shows_with("kaniko-refused", &all_constructs(), options);
}

/// The default options for a Railway service.
fn railway() -> Options {
    let mut options = builder("railway");
    options.service_id = Some("4cb9c6c7-e563-42f5".to_owned());
    options
}

#[test]
fn railway_gets_secrets_as_build_args() {
    let mut plan = all_constructs();
    plan["steps"][4]["secrets"] = json!([]);
    plan["caches"]["é"] = json!({ "directory": "/root/é, x", "type": "locked" });
    plan["steps"][1]["caches"] = json!(["é"]);
    shows_with("railway", &plan, railway());
}

#[test]
fn railway_refuses_what_would_leak_or_fail_there() {
    let mut plan = all_constructs();
    plan["secrets"] = json!(["A", "B", "a-b"]);
    plan["steps"][0]["secrets"] = json!(["A", "a-b"]);
    plan["steps"][3]["variables"] = json!({ "B": "1" });
    let mut options = builder("railway");
    options.secret_mount = SecretMount::Env;
    options.secrets_scope = SecretsScope::Plan;
    options.secrets_hash = SecretsHash::Layer;
    options.cache_prefix = "x/".to_owned();
    options.platforms = vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()];
    options.github_token = true;
    shows_with("railway-refused-options", &plan, options);
    let mut options = railway();
    options.secrets_scope = SecretsScope::Plan;
    options.secrets_hash = SecretsHash::Arg;
    options.service_id = Some("a b".to_owned());
    shows_with("railway-refused", &plan, options);
    let options = options! { secret_mount: SecretMount::Arg, service_id: Some("x".to_owned()) };
    shows_with("docker-refuses-build-args", &secrets(), options);
}

#[test]
fn parents_are_copied_where_the_frontend_can() {
    let commands = json!([
        { "src": "lib*", "dest": "." }, { "src": "Cargo.lock*", "dest": "." }, { "src": "config/rel*", "dest": "x/" },
        { "src": "/etc/x*", "dest": "/etc/", "image": "alpine" },
    ]);
    shows_with("copy-parents", &json!([step("build", &commands)]), builder("buildkit@0.32"));
    let mut options = builder("buildkit@0.32");
    options.assets = Some(AssetsDirectory { path: "d".to_owned(), path_in_context: "d".to_owned(), embedded: false });
    let made = transpile(&whole(&json!([step("build", &commands)])).to_string(), &options).unwrap();
    assert!(!made.dockerfile.contains("--parents"), "the directory would be copied: {}", made.dockerfile);
}

#[test]
fn docker_without_a_version_is_the_default() {
    assert_eq!(builder("docker"), Options::default());
    let versioned = transpile(&all_constructs().to_string(), &builder("docker@28.5")).unwrap().dockerfile;
    let default = transpile(&all_constructs().to_string(), &Options::default()).unwrap().dockerfile;
    let stages = |text: &str| text.split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(stages(&versioned), stages(&default));
    assert!(default.starts_with("# syntax=") && !versioned.contains("# syntax="));
}
