//! Fragments of plans become the instructions in `snapshots/rules`, which has a snapshot for each rule.
//!
//! A fragment is the steps of a plan, or a whole plan if it has `deploy`. A snapshot shows the Dockerfile without its
//! header.

mod builders;

use railpack2docker::{
    AppendFile, AssetsDirectory, Code, Options, SecretMount, SecretsHash, SecretsScope, Ssh, transpile,
};
use serde_json::{Value, json};
use testkit::options;

const BUILDER: &str = "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6";

fn shows(name: &str, fragment: &Value) {
    shows_with(name, fragment, Options::default());
}

fn shows_with(name: &str, fragment: &Value, mut options: Options) {
    options.files = testkit::plan_file();
    let text = match transpile(&whole(fragment).to_string(), &options) {
        Ok(made) => {
            let mut found = String::new();
            for finding in &made.findings {
                found.push_str(&format!("{}: {}\n", finding.severity, finding.message));
            }
            let (_, stages) = made.dockerfile.split_once("\n\n").unwrap();
            let assets = made.assets.iter().map(|asset| format!("──── {}\n{}", asset.path, asset.text));
            format!("{found}{stages}{}{}", made.dockerignore.unwrap_or_default(), assets.collect::<String>())
        }
        Err(diagnostics) => format!("{diagnostics}\n"),
    };
    let shown = format!("{}\n\n──── becomes\n{text}", testkit::compact(fragment));
    testkit::settings("rules").bind(|| insta::assert_snapshot!(name, shown));
}

/// Completes a plan: without `deploy`, the image copies `/app` from the last step.
fn whole(fragment: &Value) -> Value {
    if fragment.get("deploy").is_some() {
        return fragment.clone();
    }
    let steps = fragment.as_array().unwrap();
    let last = &steps.last().unwrap()["name"];
    json!({
        "steps": steps,
        "deploy": { "base": { "image": BUILDER }, "inputs": [{ "step": last, "include": ["."] }] },
        "caches": { "npm": { "directory": "/root/.npm" }, "target": { "directory": "target", "type": "locked" } },
    })
}

fn step(name: &str, commands: &Value) -> Value {
    json!({ "name": name, "inputs": [{ "image": BUILDER }], "commands": commands })
}

#[test]
fn commands_have_shell_form_if_the_argv_is_the_same() {
    shows(
        "exec",
        &json!([step(
            "build",
            &json!([
                { "cmd": "npm ci" },
                { "cmd": "sh -c 'npm ci && npm run build'", "customName": "install and build" },
                { "cmd": "rm -rf src target/x*" },
                { "cmd": "npm run \"$HOME\"" },
                { "cmd": "echo a" },
                { "cmd": "sh -c 'cat <<X\nhi\nX'" },
                { "cmd": "COMPOSER_ALLOW_SUPERUSER=1 composer install" },
                { "cmd": "mise install", "customName": "mise install" },
                { "cmd": "npm a 'unfinished" },
            ])
        )]),
    );
}

#[test]
fn long_lines_are_broken_where_the_argv_stays_the_same() {
    let tools = "--with=bindings --with=documentation --with=examples --with=fixtures --with=tests";
    let build = |commands: &Value| json!({ "name": "build", "inputs": [{ "image": BUILDER }], "caches": ["npm"], "commands": commands });
    shows(
        "long-lines",
        &json!([
            step(
                "packages",
                &json!([
                    { "cmd": "sh -c 'apt-get update && apt-get install -y a b c d e f g && rm -rf /var/lib/apt/lists/*'",
                      "customName": "install apt packages: ca-certificates default-libmysqlclient-dev libmagickwand-dev libvips-dev libxml2-dev" },
                    { "cmd": "sh -c 'apk add --no-cache --virtual .build-dependencies ca-certificates build-base libffi-dev openssl-dev'" },
                    { "cmd": format!("sh -c 'set -e; npm ci {tools}; npm run build -- \"a  b\" | tee build.log || npm run clean # {tools}'") },
                    { "cmd": format!("sh -c 'if [ -f package-lock.json ]; then npm ci {tools}; else npm install {tools}; fi'") },
                    { "cmd": format!("echo {tools} \"a  b\" {tools}") },
                    { "cmd": format!("sh -c 'npm run build -- \"{tools} {tools}\"'") },
                ])
            ),
            build(&json!([
                { "cmd": "go build -ldflags=\"-w -s\" -o out" },
                { "cmd": format!("npm ci {tools} && npm run build -- \"a  b\" {tools}") },
                { "cmd": "sh -c 'apt-get update && apt-get install -y a b c d e f g'" },
            ])),
            { "name": "result", "inputs": [
                { "step": "build" },
                { "step": "packages", "include": ["/usr/local/share/documentation-of-packages"],
                  "exclude": ["*.map", "node_modules", "examples", "fixtures", "tests", "documentation", "bindings"] },
            ] },
        ]),
    );
}

#[test]
fn strings_are_scripts() {
    shows(
        "string-commands",
        &json!([step("build", &json!(["npm ci", "PATH:/x/bin", "COPY:a b", "RUN#name:npm it's"]))]),
    );
}

#[test]
fn variables_are_grouped_with_path() {
    shows(
        "environment",
        &json!([
            { "name": "a", "inputs": [{ "image": BUILDER }], "variables": { "B": "it's \"$x\" \\", "A": "1" },
              "commands": [{ "path": "/a/bin" }, { "src": "x", "dest": "x" }, { "path": "/b/bin" }, { "cmd": "npm a" },
                           { "path": "/c/bin" }, { "cmd": "npm b" }] },
            { "name": "b", "inputs": [{ "step": "a" }], "variables": { "A": "1", "C": "2" }, "commands": [{ "cmd": "npm c" }] },
        ]),
    );
}

#[test]
fn variables_are_set_only_where_they_are_used() {
    let stages_with = |variable: &str, command: &Value, deploy: &Value| {
        let a =
            json!({ "name": "a", "inputs": [{ "image": BUILDER }], "variables": { "A": "1" }, "commands": [command] });
        let b = json!({ "name": "b", "inputs": [{ "step": "a" }], "commands": [{ "cmd": "npm b" }] });
        let plan = json!({ "steps": [a, b], "deploy": deploy });
        let dockerfile = transpile(&plan.to_string(), &Options::default()).unwrap().dockerfile;
        let stages = dockerfile.split("\nFROM ").skip(1).filter(|stage| stage.contains(variable));
        stages.map(|stage| stage.lines().next().unwrap().rsplit(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (copy, run) = (json!({ "src": "x", "dest": "x" }), json!({ "cmd": "npm a" }));
    let takes = |step: &str| json!({ "base": { "image": BUILDER }, "inputs": [{ "step": step, "include": ["."] }] });
    assert_eq!(stages_with(" A=", &copy, &takes("a")), ["runtime"], "the image");
    assert_eq!(stages_with(" A=", &run, &takes("a")), ["a", "runtime"]);
    assert_eq!(stages_with(" A=", &copy, &takes("b")), ["a", "runtime"], "`b` starts from there");
    assert_eq!(stages_with("PATH=", &copy, &takes("b")), ["b", "runtime"], "only a command needs it");
}

#[test]
fn steps_that_add_nothing_have_no_stage() {
    let empty = |name: &str, base: &Value| json!({ "name": name, "inputs": [base] });
    let plan = json!({
        "steps": [
            empty("packages", &json!({ "image": BUILDER })),
            empty("copied", &json!({ "image": BUILDER })),
            empty("setup", &json!({ "step": "packages" })),
            { "name": "build", "inputs": [{ "step": "setup" }, { "step": "copied", "include": ["/etc/x"] }],
              "commands": [{ "cmd": "make" }] },
            empty("done", &json!({ "step": "build" })),
        ],
        "deploy": { "base": { "step": "setup" }, "inputs": [{ "step": "done", "include": ["."] }] },
    });
    shows("empty-steps", &plan);
}

#[test]
fn variables_with_line_feeds_are_set_by_env() {
    shows(
        "line-feed-in-variable",
        &json!({
            "steps": [{ "name": "a", "inputs": [{ "image": BUILDER }], "variables": { "KEY_FILE": "1\n2" },
                        "commands": [{ "cmd": "npm a" }] }],
            "deploy": { "base": { "step": "a" } },
        }),
    );
}

#[test]
fn line_feeds_in_the_environment_of_the_image_are_refused() {
    shows(
        "line-feed-in-image",
        &json!({ "steps": [], "deploy": { "base": { "image": BUILDER }, "variables": { "A": "1\n2" }, "paths": ["/x\ny"] } }),
    );
}

#[test]
fn copies_keep_directory_names() {
    shows(
        "copy-commands",
        &json!([step(
            "build",
            &json!([
                { "src": "package.json", "dest": "package.json" },
                { "src": "lib*", "dest": "." },
                { "src": "config/prod.exs*", "dest": "config/" },
                { "src": "config/*", "dest": "x/" },
                { "src": "prisma", "dest": "y/" },
                { "src": ".", "dest": "." },
                { "src": "*.csproj", "dest": "*.csproj" },
                { "src": "my file", "dest": "a$b" },
                { "src": "/usr/bin/composer", "dest": "/usr/bin/composer", "image": "composer:latest" },
            ])
        )]),
    );
}

#[test]
fn files_keep_modes_and_parents() {
    shows(
        "file-commands",
        &json!([{
            "name": "build",
            "inputs": [{ "image": BUILDER }],
            "assets": { "plain": "a\n", "tricky": "EOF\n$x <<EOF2", "empty": "" },
            "commands": [
                { "path": "/etc/plain", "name": "plain", "customName": "write it" },
                { "path": "/start.sh", "name": "tricky", "mode": 493 },
                { "path": "deep/secret", "name": "plain", "mode": 384 },
                { "path": "deep/other", "name": "plain", "mode": 384 },
                { "path": "/with space/x", "name": "empty", "mode": 256 },
            ],
        }]),
    );
}

/// A plan that writes files, and copies from the build context.
fn plan_with_files() -> Value {
    json!({
        "steps": [{
            "name": "build",
            "inputs": [{ "image": BUILDER }, { "local": true, "include": ["."], "exclude": ["*.tmp"] }],
            "assets": { "plain": "a\n", "tricky": "EOF\n$x <<EOF2", "other": "b\r\n", "empty": "" },
            "commands": [
                { "path": "/etc/plain.ini", "name": "plain", "customName": "write it" },
                { "path": "/start.sh", "name": "tricky", "mode": 493 },
                { "path": "deep/plain.ini", "name": "plain", "mode": 384 },
                { "path": "deep/Plain.ini", "name": "other" },
                { "path": "/with space/.x", "name": "empty", "mode": 256 },
                { "path": "/line\nfeed/x", "name": "plain" },
                { "src": "lib*", "dest": "." },
                { "src": "src", "dest": "src" },
            ],
        }],
        "exclude": ["*.md", "docker"],
        "deploy": { "base": { "image": BUILDER }, "inputs": [{ "step": "build", "include": ["."] }] },
    })
}

fn assets(path: &str) -> AssetsDirectory {
    AssetsDirectory { path: path.to_owned(), path_in_context: path.to_owned(), embedded: false }
}

#[test]
fn files_can_be_copied_from_a_directory() {
    let options = options! { assets: Some(assets("docker")) };
    shows_with("files-in-a-directory", &plan_with_files(), options);
}

#[test]
fn directory_is_left_out_even_if_the_dockerfile_contains_the_files() {
    let assets = Some(AssetsDirectory { embedded: true, ..assets("docker/files") });
    shows_with("embedded-files", &plan_with_files(), options! { assets });
}

#[test]
fn plan_cannot_copy_the_directory_for_its_files() {
    for (directory, code) in [
        ("docker", None),
        ("src", Some(Code::AssetsDirectory)),
        ("src/files", None),
        ("library", None),
        ("../docker", Some(Code::InvalidOption)),
        ("/docker", Some(Code::InvalidOption)),
        ("docker files", Some(Code::InvalidOption)),
    ] {
        let options = options! { assets: Some(assets(directory)) };
        let errors = transpile(&plan_with_files().to_string(), &options).err();
        assert_eq!(errors.map(|errors| errors.0[0].code), code, "{directory}");
    }
}

#[test]
fn directory_without_files_is_not_left_out() {
    let mut plan = plan_with_files();
    plan["steps"][0]["commands"] = json!([]);
    let of = |options: Options| {
        let made = transpile(&plan.to_string(), &options).unwrap();
        (made.dockerfile, made.dockerignore, made.assets)
    };
    assert_eq!(of(options! { assets: Some(assets("docker")) }), of(Options::default()));
}

#[test]
fn own_instructions_come_last() {
    let text = "# the port of the app\r\nEXPOSE 3000\r\n\r\nCMD [\"x\"]\r\nLABEL a=b \\\r\n    c=d\r\n";
    let name = "image.Dockerfile".to_owned();
    let append = Some(AppendFile { path: format!("docker/{name}"), name, text: text.to_owned() });
    shows_with("append", &json!([step("build", &json!([{ "cmd": "make" }]))]), options! { append });
}

#[test]
fn own_instructions_that_end_the_stage_are_refused() {
    let text = "LABLE a=b\n# syntax=x\nFROM x\n";
    let (path, name) = ("image.Dockerfile".to_owned(), "docker/image.Dockerfile".to_owned());
    let append = Some(AppendFile { path, name, text: text.to_owned() });
    shows_with("append-refused", &json!([step("build", &json!([{ "cmd": "make" }]))]), options! { append });
}

#[test]
fn disjoint_inputs_are_linked() {
    shows(
        "merged-inputs",
        &json!([
            step("a", &json!([{ "cmd": "npm a" }])),
            { "name": "b", "inputs": [
                { "image": BUILDER },
                { "step": "a", "include": ["/app/dist", "out"] },
                { "step": "a", "include": ["."], "exclude": ["dist", "out", "a b"] },
                { "image": "composer:latest", "include": ["/usr/bin/composer"] },
            ] },
        ]),
    );
}

#[test]
fn overlapping_inputs_are_copied_in_order() {
    shows(
        "copied-inputs",
        &json!([
            step("a", &json!([{ "cmd": "npm a" }])),
            { "name": "b", "inputs": [
                { "image": BUILDER },
                { "step": "a", "include": ["/app/dist"] },
                { "local": true, "include": [".", "packages/x", "*.json"] },
                { "step": "a" },
            ] },
        ]),
    );
}

#[test]
fn caches_are_mounted_on_each_exec() {
    shows(
        "caches",
        &json!([{ "name": "build", "inputs": [{ "image": BUILDER }], "caches": ["npm", "target"],
                  "commands": [{ "cmd": "npm a" }, { "cmd": "npm b" }] }]),
    );
}

#[test]
fn odd_caches_are_quoted() {
    let caches = json!({ "a b,c": { "directory": "/my cache" }, "é": { "directory": "/é" } });
    shows_with(
        "odd-caches",
        &json!({
            "steps": [{ "name": "build", "inputs": [{ "image": BUILDER }], "caches": ["a b,c", "é"], "commands": [{ "cmd": "npm a" }] }],
            "deploy": { "base": { "step": "build" } },
            "caches": caches,
        }),
        options! { cache_prefix: "app-".to_owned() },
    );
}

/// A plan whose steps use caches: `tools` after a command without one, `build` on top of `tools`, and `site` next to
/// them. `plain` uses none.
fn cached() -> Value {
    let step = |name: &str, input: Value, caches: Value| {
        json!({ "name": name, "inputs": [input], "caches": caches,
                "commands": [{ "cmd": format!("npm {name}") }, { "cmd": "npm test" }] })
    };
    json!({
        "steps": [
            step("plain", json!({ "image": BUILDER }), json!([])),
            step("tools", json!({ "step": "plain" }), json!(["npm"])),
            step("build", json!({ "step": "tools" }), json!(["npm", "é"])),
            step("site", json!({ "image": BUILDER }), json!(["npm"])),
        ],
        "caches": { "npm": { "directory": "/root/.npm" }, "é": { "directory": "/é" } },
        "deploy": { "base": { "step": "build" }, "inputs": [{ "step": "site", "include": ["."] }] },
    })
}

fn platforms(platforms: &[&str]) -> Options {
    options! { platforms: platforms.iter().map(|platform| (*platform).to_owned()).collect() }
}

#[test]
fn platforms_have_their_own_caches() {
    shows_with("platforms", &cached(), platforms(&["linux/amd64", "linux/arm64"]));
}

#[test]
fn platforms_of_one_architecture_are_told_apart() {
    shows_with("platform-variants", &cached(), platforms(&["linux/arm/v6", "linux/arm/v7", "linux/amd64"]));
}

#[test]
fn a_single_platform_changes_only_the_header() {
    let stages = |options: Options| {
        let dockerfile = transpile(&cached().to_string(), &options).unwrap().dockerfile;
        dockerfile.split_once("\n\n").map(|(header, stages)| (header.to_owned(), stages.to_owned())).unwrap()
    };
    let (header, of_one) = stages(platforms(&["linux/arm64"]));
    assert!(header.contains("#   docker build \\\n#     --platform linux/arm64 ."), "{header}");
    assert_eq!(of_one, stages(Options::default()).1);
}

#[test]
fn variables_cannot_have_the_names_of_platform_args() {
    let mut plan = cached();
    plan["variables"] = json!({ "TARGETVARIANT": "plan" });
    plan["steps"][0]["variables"] = json!({ "TARGETARCH": "plain" });
    plan["steps"][2]["variables"] = json!({ "TARGETARCH": "1\n2" });
    shows_with("platform-variables", &plan, platforms(&["linux/amd64", "linux/arm64"]));
    // without caches, and with one platform, there are no args
    assert!(transpile(&plan.to_string(), &platforms(&["linux/amd64"])).is_ok());
    for at in 0..4 {
        plan["steps"][at]["caches"] = json!([]);
    }
    assert!(transpile(&plan.to_string(), &platforms(&["linux/amd64", "linux/arm64"])).is_ok());
}

#[test]
fn secrets_can_have_the_names_of_platform_args() {
    let mut plan = cached();
    plan["secrets"] = json!(["TARGETARCH"]);
    let made = transpile(&plan.to_string(), &platforms(&["linux/amd64", "linux/arm64"])).unwrap();
    assert!(made.dockerfile.contains("id=TARGETARCH,env=TARGETARCH"), "{}", made.dockerfile);
}

#[test]
fn invalid_platforms_are_refused() {
    let options = platforms(&["linux/x86_64", "linux/adm64", "windows/amd64", "linux/arm", "linux/arm/v7"]);
    shows_with("refused-platforms", &cached(), options);
}

fn secrets() -> Value {
    let build = |name: &str, secrets: Value| json!({ "name": name, "inputs": [{ "image": BUILDER }], "secrets": secrets, "commands": [{ "cmd": format!("npm {name}") }] });
    json!({
        "secrets": ["A", "lower-case", "C"],
        "steps": [
            build("all", json!(["*"])), build("one", json!(["A"])), build("two", json!(["C", "A"])),
            build("none", json!([])), build("unknown", json!(["D"])),
        ],
        "deploy": { "base": { "image": BUILDER }, "inputs": [
            { "step": "all", "include": ["/a"] }, { "step": "one", "include": ["/b"] }, { "step": "two", "include": ["/c"] },
            { "step": "none", "include": ["/d"] }, { "step": "unknown", "include": ["/e"] },
        ] },
    })
}

#[test]
fn each_set_of_secrets_has_a_hash_stage() {
    shows("secrets", &secrets());
}

#[test]
fn in_step_scope_commands_see_only_listed_secrets() {
    let options = options! { secrets_scope: SecretsScope::Step, optional_secrets: true };
    shows_with("secrets-of-step", &secrets(), options);
}

#[test]
fn the_hash_layer_can_have_a_key() {
    let ids = [("A".to_owned(), "prod/a".to_owned()), ("C".to_owned(), ".c".to_owned())].into();
    let options =
        options! { secrets_hash_key: Some("HASH_KEY".to_owned()), secret_ids: ids, require_secrets_hash: true };
    shows_with("secrets-hash-key", &secrets(), options);
    let options = options! { secrets_hash_key: Some("HASH_KEY".to_owned()), optional_secrets: true };
    shows_with("secrets-hash-key-optional", &secrets(), options);
}

#[test]
fn the_hash_arg_can_be_mounted() {
    shows_with("secrets-hash-arg", &secrets(), options! { secrets_hash: SecretsHash::Arg });
}

#[test]
fn the_hash_can_be_left_out() {
    shows_with("secrets-hash-off", &secrets(), options! { secrets_hash: SecretsHash::Off });
}

/// A plan with secrets. Its commands are a script, a program, a namesake of a builtin, and words and scripts that need
/// the exec form; a variable has a line feed.
fn commands_with_secrets() -> Value {
    json!({
        "secrets": ["A", "B"],
        "steps": [
            { "name": "build", "inputs": [{ "image": BUILDER }], "secrets": ["A"], "commands": [
                { "cmd": "sh -c 'npm ci; npm run build'" }, { "cmd": "npm run $HOME" }, { "cmd": "echo a" },
                { "cmd": "sh -c 'cat <<X\nhi\nX'" }, { "cmd": "npm 'a\nb'" }, { "cmd": "mise install" },
            ] },
            { "name": "more", "inputs": [{ "step": "build" }], "variables": { "V": "1\n2" }, "commands": [{ "cmd": "npm x" }] },
        ],
        "deploy": { "base": { "step": "more" } },
    })
}

#[test]
fn secrets_can_be_mounted_as_files() {
    let options = options! {
    secret_mount: SecretMount::File,
    secret_ids: [("A".to_owned(), "a_file".to_owned())].into(),
    require_secrets_hash: true };
    shows_with("secrets-as-files", &commands_with_secrets(), options);
}

#[test]
fn secrets_can_come_in_a_bundle() {
    let options = options! { secret_mount: SecretMount::Bundle("ALL_SECRETS".to_owned()) };
    shows_with("secrets-in-a-bundle", &commands_with_secrets(), options);
}

#[test]
fn thirty_secrets_can_come_in_a_bundle() {
    let names: Vec<String> = (1..=30).map(|number| format!("SECRET_{number}")).collect();
    let step = |name: &str, secrets: &[String]| {
        let command = json!({ "cmd": "npm ci --no-audit --no-fund --prefer-offline --cache /tmp/cache" });
        json!({ "name": name, "inputs": [{ "image": BUILDER }], "secrets": secrets, "commands": [command] })
    };
    let plan = json!({
        "secrets": names,
        "steps": [step("all", &["*".to_owned()]), step("some", &names[..14])],
        "deploy": { "base": { "step": "all" }, "inputs": [{ "step": "some", "include": ["/a"] }] },
    });
    let options = options! {
    secret_mount: SecretMount::Bundle("ALL_SECRETS".to_owned()),
    secrets_hash_key: Some("prod/key".to_owned()),
    require_secrets_hash: true };
    shows_with("thirty-secrets-in-a-bundle", &plan, options);
}

#[test]
fn secrets_that_a_shell_can_not_export_are_not_bundled() {
    let mut plan = secrets();
    plan["secrets"] = json!(["A", "lower-case", "é", "UID", "IFS", "C"]);
    let options = options! { secret_mount: SecretMount::Bundle("ALL_SECRETS".to_owned()) };
    shows_with("unbundlable-secrets", &plan, options);
}

#[test]
fn ssh_agents_and_github_tokens_are_mounted() {
    let ssh = Ssh { id: "work".to_owned(), steps: vec!["build".to_owned()] };
    let options = options! { ssh: Some(ssh), github_token: true };
    shows_with("ssh-and-github-token", &commands_with_secrets(), options);
}

#[test]
fn invalid_options_are_refused() {
    let options = options! {
    secret_mount: SecretMount::Bundle("ALL".to_owned()),
    secrets_scope: SecretsScope::Step,
    optional_secrets: true,
    require_secrets_hash: true,
    secrets_hash_key: Some("ALL".to_owned()),
    secrets_hash: SecretsHash::Arg,
    secret_ids: [("AA".to_owned(), "x".to_owned()), ("A".to_owned(), "B".to_owned())].into(),
    ssh: Some(Ssh { id: "é".to_owned(), steps: vec!["biuld".to_owned()] }),
    syntax: Some("two words".to_owned()) };
    shows_with("refused-options", &commands_with_secrets(), options);
}

#[test]
fn variables_of_base_steps_stay_in_the_build() {
    shows(
        "deploy-base-step",
        &json!({
            "steps": [{ "name": "packages:image", "inputs": [{ "image": "debian:trixie" }], "variables": { "LEAK": "no", "API_KEY": "x" },
                        "commands": [{ "path": "/x/bin" }, { "cmd": "npm a" }] }],
            "deploy": { "base": { "step": "packages:image" }, "startCommand": "node \"x y\"", "variables": { "B": "1" },
                        "paths": ["/z", "/a"] },
        }),
    );
}

#[test]
fn foreign_images_are_reset_to_root_and_sh() {
    shows(
        "foreign-image",
        &json!({
            "steps": [{ "name": "alpine", "inputs": [{ "image": "alpine" }], "commands": [{ "cmd": "npm a" }] }],
            "deploy": { "base": { "image": "node:22" }, "inputs": [{ "step": "alpine", "include": ["."] }] },
        }),
    );
}

#[test]
fn unreachable_steps_are_left_out() {
    shows(
        "unreachable",
        &json!({
            "steps": [step("used", &json!([{ "cmd": "npm a" }])), step("unused", &json!([{ "cmd": "npm b" }]))],
            "deploy": { "base": { "image": BUILDER }, "inputs": [{ "step": "used", "include": ["."] }] },
        }),
    );
}

#[test]
fn excludes_are_in_the_ignore_file() {
    shows(
        "exclude",
        &json!({
            "steps": [], "exclude": ["*.md", "!README.md", "# x", "/rooted"],
            "deploy": { "base": { "image": BUILDER } },
        }),
    );
}

#[test]
fn documented_plans_are_read() {
    shows(
        "documentation-shape",
        &json!({
            "env": { "TZ": "UTC", "A": "top" },
            "steps": { "b": { "inputs": ["$a", "."], "commands": ["npm b"] },
                       "a": { "inputs": [{ "image": BUILDER }], "env": { "A": "step" }, "commands": ["npm a"] } },
            "deploy": { "base": { "image": BUILDER }, "inputs": [{ "step": "b", "include": ["."] }], "env": { "B": "run" } },
        }),
    );
}

#[test]
fn a_new_step_changes_few_lines() {
    let plan = |steps: &[&str]| {
        let steps: Vec<Value> =
            steps.iter().map(|name| step(name, &json!([{ "cmd": format!("npm {name}") }]))).collect();
        let inputs: Vec<Value> = steps
            .iter()
            .map(|step| json!({ "step": step["name"], "include": [format!("/{}", step["name"].as_str().unwrap())] }))
            .collect();
        json!({ "steps": steps, "deploy": { "base": { "image": BUILDER }, "inputs": inputs } })
    };
    let text = |plan: &Value| transpile(&plan.to_string(), &Options::default()).unwrap().dockerfile;
    let (before, after) = (text(&plan(&["a", "c:d"])), text(&plan(&["a", "b", "c:d"])));

    let diff = similar::TextDiff::from_lines(&before, &after);
    let changed: Vec<String> = diff
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| format!("{}{}", change.tag(), change.value().trim_end()))
        .filter(|line| !line.contains("# plan: "))
        .collect();
    assert_eq!(
        changed,
        [
            "+FROM ghcr.io/railwayapp/railpack-builder:mise-2026.8.6 AS b",
            "+WORKDIR /app",
            "+ENV PATH=\"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"",
            "+RUN npm b",
            "+",
            "+# Setup",
            "+COPY --link --from=b /b /b",
        ]
    );
}

#[test]
fn variables_do_not_silence_checks() {
    for base in [json!({ "image": BUILDER }), json!({ "step": "a" })] {
        let plan = json!({
            "steps": [{ "name": "a", "inputs": [{ "image": BUILDER }], "variables": { "API_KEY": "x" }, "commands": [{ "cmd": "npm a" }] }],
            "deploy": { "base": base, "inputs": [{ "step": "a", "include": ["."] }], "variables": { "API_KEY": "x" } },
        });
        let made = transpile(&plan.to_string(), &Options::default()).unwrap();
        assert!(!made.dockerfile.contains("# check="), "{}", made.dockerfile);
        assert!(!made.dockerfile.contains("hadolint"), "{}", made.dockerfile);
        assert!(made.findings.iter().any(|found| found.code == Code::SecretInVariable), "{:?}", made.findings);
    }
}
