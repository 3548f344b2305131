//! Options of the image: the last stage that they give, and what comparisons and lints make of them.

use railpack2docker::diff::{Status, compare};
use railpack2docker::explain::{explain, json, text};
use railpack2docker::{Healthcheck, ImageCommand, ImageOptions, Options, lint, transpile};
use serde_json::{Value, json};
use testkit::options;

const BUILDER: &str = "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6";
const RUNTIME: &str = "ghcr.io/railwayapp/railpack-runtime:mise-2026.8.6";

/// A plan as Railpack writes it, with an image that starts from `base`.
fn plan(base: &Value) -> Value {
    json!({
        "steps": [
            {
                "name": "packages:apt:runtime",
                "inputs": [{ "image": RUNTIME }],
                "commands": [{ "cmd": "sh -c 'apt-get update && apt-get install -y libpq5'" }],
            },
            { "name": "packages:mise", "inputs": [{ "image": BUILDER }], "commands": [{ "cmd": "mise install" }] },
            {
                "name": "build",
                "inputs": [{ "step": "packages:mise" }, { "local": true, "include": ["."] }],
                "commands": [{ "path": "/root/.local/bin" }, { "cmd": "npm run build" }],
                "variables": { "NODE_ENV": "production" },
            },
        ],
        "deploy": {
            "base": base,
            "inputs": [
                { "step": "packages:mise", "include": ["/mise/shims", "/root/.local/state/mise"] },
                { "step": "build", "include": ["/root/.cache", "/root/.yarn", "/data/seed", "."], "exclude": ["tmp"] },
            ],
            "startCommand": "node server.js 2>&1",
        },
    })
}

/// A step on the runtime image, as Railpack writes it for packages of apt.
fn apt() -> Value {
    json!({ "step": "packages:apt:runtime" })
}

fn runtime() -> Value {
    json!({ "image": RUNTIME })
}

fn image(set: impl FnOnce(&mut ImageOptions)) -> Options {
    let mut options = options! { files: testkit::plan_file() };
    set(&mut options.image);
    options
}

fn pairs(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The last stage, with the findings above it, or the errors.
fn shown(plan: &Value, options: &Options) -> String {
    match transpile(&plan.to_string(), options) {
        Ok(made) => {
            let found = made.findings.iter().map(|found| format!("{}: {}\n", found.severity, found.message));
            let (_, stage) = made.dockerfile.rsplit_once("\n\n").unwrap();
            found.chain([stage.to_owned()]).collect()
        }
        Err(errors) => {
            let help = |help: &Option<String>| help.clone().unwrap_or_default();
            let lines = errors.0.iter().map(|found| format!("{}\n  {}\n", found.message, help(&found.help)));
            lines.collect::<Vec<_>>().concat()
        }
    }
}

fn shows(name: &str, plan: &Value, options: &Options) {
    testkit::settings("image").bind(|| insta::assert_snapshot!(name, shown(plan, options)));
}

#[test]
fn user_owns_what_it_writes() {
    shows("user-number", &plan(&runtime()), &image(|image| image.user = Some("2000:0".into())));
    shows(
        "user-name",
        &plan(&runtime()),
        &image(|image| {
            image.user = Some("app".into());
            image.volumes = vec!["/data".to_owned(), "/data".to_owned()];
        }),
    );
    let home = image(|image| {
        image.user = Some("1001".into());
        image.env = pairs(&[("HOME", "/app")]);
    });
    shows("user-home", &plan(&runtime()), &home);
}

#[test]
fn user_of_a_step_owns_only_what_is_copied() {
    let user = image(|image| image.user = Some("app".into()));
    shows("user-apt-base", &plan(&apt()), &user);
    let mut of_build = plan(&json!({ "step": "build" }));
    of_build["deploy"]["inputs"] = json!([]);
    shows("user-build-base", &of_build, &user);
    of_build["deploy"]["inputs"] = json!([{ "step": "build", "include": ["/"] }]);
    shows("user-whole-root", &of_build, &user);
}

#[test]
fn config_has_the_usual_order_and_replaces_resets() {
    let all = |base: &str| {
        image(|image| {
            image.base = Some(base.into());
            image.user = Some("1001:1001".into());
            image.env = pairs(&[("NODE_ENV", "$x"), ("TZ", "UTC"), ("PATH", "/bin")]);
            image.labels = pairs(&[("org.opencontainers.image.source", "https://x.test/a")]);
            image.label_args =
                pairs(&[("org.opencontainers.image.revision", "REVISION"), ("also", "REVISION"), ("v", "V")]);
            image.expose = vec!["3000".to_owned(), "53/udp".to_owned(), "3000/tcp".to_owned()];
            image.volumes = vec!["/data".to_owned()];
            let mut check = Healthcheck::new(ImageCommand::Shell("curl -f localhost || exit 1".to_owned()));
            (check.interval, check.timeout, check.start_period) =
                (Some("30s".into()), Some("1m30s".into()), Some("500ms".into()));
            check.retries = Some(5);
            image.healthcheck = Some(check);
            image.stop_signal = Some("int".into());
            image.exec = true;
        })
    };
    shows("all", &plan(&runtime()), &all("debian:13"));
    let signal = image(|image| image.stop_signal = Some("SIGINT".into()));
    shows("one-reset", &plan(&json!({ "image": "debian:13" })), &signal);
    let check = |image: &mut ImageOptions| {
        image.healthcheck = Some(Healthcheck::new(ImageCommand::Exec(vec!["/check".to_owned()])));
    };
    shows("other-reset", &plan(&json!({ "image": "debian:13" })), &image(check));
}

#[test]
fn base_replaces_the_image_below_steps() {
    let based = image(|image| image.base = Some("localhost:5000/runtime:1".into()));
    let text = transpile(&plan(&apt()).to_string(), &based).unwrap().dockerfile;
    assert!(text.contains("\nFROM localhost:5000/runtime:1 AS packages-apt-runtime\n"), "{text}");
    assert!(text.contains(&format!("\nFROM {BUILDER} AS packages-mise\n")) && !text.contains(RUNTIME), "{text}");
    assert!(text.contains("\nHEALTHCHECK NONE\n"), "the config of the image is unknown: {text}");
    let explained = explain(&plan(&runtime()).to_string(), &based).unwrap();
    assert!(json::render(&explained, None).contains("\"image\": \"localhost:5000/runtime:1\""));
}

#[test]
fn process_runs_scripts_with_a_shell() {
    let words = |words: &[&str]| Some(ImageCommand::Exec(words.iter().map(|&word| word.to_owned()).collect()));
    let line = |line: &str| Some(ImageCommand::Shell(line.to_owned()));
    let bash = r#"["/bin/bash", "-c"]"#;
    for (entrypoint, command, exec, expected) in [
        (None, None, false, [bash, r#"["node server.js 2>&1"]"#]),
        (None, None, true, [bash, r#"["exec node server.js 2>&1"]"#]),
        (None, line("a && b"), true, [bash, r#"["a && exec b"]"#]),
        (None, line("a | b"), true, [bash, r#"["a | b"]"#]),
        (None, words(&["node", "x y"]), true, ["[]", r#"["node", "x y"]"#]),
        (
            line("tini -- /bin/bash -c"),
            None,
            false,
            [r#"["tini", "--", "/bin/bash", "-c"]"#, r#"["node server.js 2>&1"]"#],
        ),
        (
            line("'/my entry' a"),
            None,
            false,
            [r#"["/my entry", "a"]"#, r#"["/bin/bash", "-c", "node server.js 2>&1"]"#],
        ),
        (words(&["/entry"]), line("x"), false, [r#"["/entry"]"#, r#"["/bin/bash", "-c", "x"]"#]),
        (words(&["/entry"]), words(&["x"]), false, [r#"["/entry"]"#, r#"["x"]"#]),
    ] {
        let options = image(|image| {
            (image.entrypoint, image.command, image.exec) = (entrypoint.clone(), command.clone(), exec);
        });
        let stage = shown(&plan(&runtime()), &options);
        let [entrypoint, command] = expected;
        assert!(stage.ends_with(&format!("\nENTRYPOINT {entrypoint}\nCMD {command}\n")), "{stage}");
    }
    let mut without = plan(&runtime());
    without["deploy"].as_object_mut().unwrap().remove("startCommand");
    let entry = image(|image| image.entrypoint = line("/entry"));
    assert!(shown(&without, &entry).ends_with("\nENTRYPOINT [\"/entry\"]\nCMD [\"/bin/bash\"]\n"));
}

#[test]
fn invalid_options_are_refused() {
    let check = |interval: &str, retries| {
        let mut check = Healthcheck::new(ImageCommand::Shell(" ".to_owned()));
        (check.interval, check.retries) = (Some(interval.into()), Some(retries));
        Some(check)
    };
    let options = image(|image| {
        image.base = Some("Debian".into());
        image.user = Some("App".into());
        image.env = pairs(&[("A", "1\n2"), ("HOME", "/my home")]);
        image.labels = pairs(&[("a b", "c"), ("d", "1\n2"), ("e", "f")]);
        image.label_args = pairs(&[("e", "E"), ("g", "my-arg"), ("h!", "H")]);
        image.expose = vec!["http".to_owned(), "70000".to_owned()];
        image.volumes = vec!["data".to_owned(), "/a:b".to_owned()];
        image.healthcheck = check("30", 0);
        image.stop_signal = Some("SIGNONE".into());
        image.entrypoint = Some(ImageCommand::Shell("a 'b".to_owned()));
        image.command = Some(ImageCommand::Exec(Vec::new()));
    });
    shows("invalid", &plan(&runtime()), &options);
    let context = json!({ "local": true });
    let options = image(|image| (image.base, image.user) = (Some("debian:13".into()), Some("app".into())));
    shows("no-base-image", &plan(&context), &options);
    for user in ["root", "0"] {
        assert!(
            shown(&plan(&runtime()), &image(|image| image.user = Some(user.into()))).contains("can't be root"),
            "{user}"
        );
    }
    let options = image(|image| image.label_args = pairs(&[("a", "NODE_ENV")]));
    assert!(shown(&plan(&runtime()), &options).contains("`NODE_ENV` of a label has the name of a variable"));
    let options = image(|image| image.label_args = pairs(&[("a", "SECRETS_HASH")]));
    let reserved = "`SECRETS_HASH` can't be the build arg for label `a`";
    assert!(shown(&plan(&runtime()), &options).contains(reserved));
    for none in ["NONE", " none "] {
        let options = image(|image| {
            image.healthcheck = Some(Healthcheck::new(ImageCommand::Shell(none.to_owned())));
        });
        assert!(shown(&plan(&runtime()), &options).contains("`--healthcheck` requires a command"), "{none}");
    }
}

#[test]
fn build_args_of_labels_are_in_the_build_command() {
    let options = image(|image| image.label_args = pairs(&[("a", "V"), ("b", "REVISION"), ("c", "V")]));
    let text = transpile(&plan(&runtime()).to_string(), &options).unwrap().dockerfile;
    assert!(text.contains("\n#   docker build \\\n#     --build-arg REVISION \\\n#     --build-arg V .\n"), "{text}");
}

#[test]
fn explanation_describes_the_image() {
    let options = image(|image| {
        image.user = Some("app".into());
        image.expose = vec!["3000".to_owned(), "53/udp".to_owned()];
        image.env = pairs(&[("API_KEY", "s3cret")]);
        image.labels = pairs(&[("a", "b")]);
        image.healthcheck = Some(Healthcheck::new(ImageCommand::Exec(vec!["/check".to_owned(), "-q".to_owned()])));
        image.stop_signal = Some("SIGINT".into());
        image.exec = true;
    });
    let explained = explain(&plan(&runtime()).to_string(), &options).unwrap();
    let tree = text::render(&explained, None, &text::TextOptions { width: 100, color: false, plan: "plan.json" });
    let described: Vec<&str> = tree.lines().skip(1).take_while(|line| line.starts_with("│  ")).collect();
    assert_eq!(
        described,
        [
            "│  start   exec node server.js 2>&1",
            "│  user    app",
            "│  port    3000, 53/udp",
            "│  health  /check -q",
            "│  signal  SIGINT",
            "│  env     API_KEY",
            "│  label   a",
        ]
    );
    let described: Value = serde_json::from_str(&json::render(&explained, None)).unwrap();
    assert_eq!(described["image"]["startCommand"], "exec node server.js 2>&1");
    assert_eq!(described["image"]["options"]["healthcheck"]["command"], json!(["/check", "-q"]));
    assert_eq!(described["image"]["options"]["env"], json!(["API_KEY"]));
    for drawing in [
        railpack2docker::explain::mermaid::render(&explained, None),
        railpack2docker::explain::svg::render(&explained, None, "x").unwrap(),
    ] {
        assert!(
            drawing.contains("user app") && drawing.contains("port 3000") && drawing.contains("health /check"),
            "{drawing}"
        );
        assert!(!drawing.contains("s3cret"));
    }
}

#[test]
fn what_options_override_is_no_change() {
    let (old, mut new) = (plan(&runtime()), plan(&json!({ "image": "debian:13" })));
    new["deploy"]["startCommand"] = json!("node other.js");
    new["deploy"]["variables"] = json!({ "TZ": "CET" });
    let options = image(|image| {
        image.base = Some("debian:14".into());
        image.user = Some("app".into());
        image.env = pairs(&[("TZ", "UTC"), ("API_KEY", "s3cret")]);
        image.command = Some(ImageCommand::Shell("x".to_owned()));
    });
    let same = compare(&old.to_string(), &new.to_string(), &options).unwrap();
    assert_eq!(same.changes, []);
    assert!(same.stages.iter().flat_map(|stage| &stage.layers).all(|layer| layer.status == Status::Cached));
    assert_eq!(same.old, same.new);
    assert!(!same.new.dockerfile.contains("s3cret"), "{}", same.new.dockerfile);
    let changed = compare(&old.to_string(), &new.to_string(), &Options::default()).unwrap();
    assert_eq!(changed.changes.len(), 3, "{:?}", changed.changes);
}

#[test]
fn another_base_rebuilds_the_layers_of_the_user() {
    let options = image(|image| image.user = Some("app".into()));
    let (old, new) = (plan(&runtime()), plan(&json!({ "image": "debian:13" })));
    let compared = compare(&old.to_string(), &new.to_string(), &options).unwrap();
    let layers = &compared.stages.last().unwrap().layers;
    let status = |start: &str| {
        layers.iter().find(|layer| layer.instruction.starts_with(start)).unwrap_or_else(|| panic!("{layers:#?}")).status
    };
    assert_eq!(status("RUN ! grep '^app:' /etc/passwd && echo 'app:x:1001:1001::/home/app:/bin/sh'"), Status::Rebuilds);
    assert_eq!(
        status("COPY --chown=1001:1001 --from=packages-mise /root/.local/state/mise /home/app"),
        Status::Rebuilds
    );
    assert_eq!(status("COPY --link --chown=1001:1001 --from=build --exclude=tmp /app /app"), Status::Cached);
}

/// The codes of the findings of lint.
fn found(plan: &Value, options: &Options) -> Vec<&'static str> {
    lint(&plan.to_string(), options).iter().map(|found| found.code.name()).collect()
}

#[test]
fn options_that_fit_the_plan_have_no_finding() {
    let mut plan = plan(&apt());
    plan["deploy"]["startCommand"] = json!("node server.js");
    plan["deploy"]["variables"] = json!({ "PORT": "3000", "TZ": "UTC" });
    let options = |set: fn(&mut ImageOptions)| image(set);
    for options in [
        options(|image| image.expose = vec!["8080".to_owned(), "3000/tcp".to_owned()]),
        options(|image| image.env = pairs(&[("PORT", "3000"), ("OTHER", "x")])),
        options(|image| image.exec = true),
        options(|image| image.user = Some("app".into())),
        options(|image| image.entrypoint = Some(ImageCommand::Shell("tini --".to_owned()))),
    ] {
        assert_eq!(found(&plan, &options), [""; 0], "{:?}", options.image);
    }
    plan["deploy"]["startCommand"] = json!("node server.js 2>&1");
    assert_eq!(found(&plan, &Options::default()), ["shell-as-pid-1"]);
    assert_eq!(found(&plan, &options(|image| image.exec = true)), [""; 0]);
    assert_eq!(
        found(&plan, &options(|image| image.entrypoint = Some(ImageCommand::Shell("tini --".to_owned())))),
        [""; 0]
    );
    assert_eq!(
        found(&plan, &options(|image| image.command = Some(ImageCommand::Shell("x 2>&1".to_owned())))),
        ["overridden-start-command", "shell-as-pid-1"]
    );
    let port = |plan: &Value| found(plan, &options(|image| image.expose = vec!["80".to_owned()]));
    assert_eq!(port(&plan), ["shell-as-pid-1", "port-mismatch"]);
    plan["deploy"]["variables"]["PORT"] = json!("$PORT");
    assert_eq!(port(&plan), ["shell-as-pid-1"]);
}

#[test]
fn image_without_a_start_command_can_have_one_from_options() {
    let mut plan = plan(&apt());
    plan["deploy"].as_object_mut().unwrap().remove("startCommand");
    assert_eq!(found(&plan, &Options::default()), ["no-start-command"]);
    let command = image(|image| image.command = Some(ImageCommand::Shell("npm start".to_owned())));
    assert_eq!(found(&plan, &command), [""; 0]);
}

#[test]
fn secrets_in_variables_of_options_are_reported() {
    let options = image(|image| image.env = pairs(&[("DB_PASSWORD", "x"), ("URL", "postgres://u:p4ssw0rd@h/d")]));
    let mut plan = plan(&apt());
    plan["deploy"]["startCommand"] = json!("x");
    assert_eq!(found(&plan, &options), ["credential-in-variable", "secret-in-variable"]);
}
