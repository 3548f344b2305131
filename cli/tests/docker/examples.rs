//! Each example is built, and its image has the files, environment and command that it should.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Once;

use railpack2docker::{Options, transpile};
use serde_json::{Value, json};

use testkit::engine::{self, Build, Built, Engine, engine};
use testkit::{options, root};

const TAG: &str = "railpack2docker-test";

/// The expected content of an example's image.
struct Expected {
    example: &'static str,
    secrets: &'static [(&'static str, &'static str)],
    command: &'static str,
    /// Variables of the image, PATH among them.
    environment: &'static [&'static str],
    /// Files, each with a text that it must contain.
    files: &'static [(&'static str, &'static str)],
    /// Paths that must not exist.
    absent: &'static [&'static str],
}

const EXPECTED: [Expected; 9] = [
    Expected {
        example: "secrets",
        secrets: &[("DATABASE_URL", "postgres://x"), ("API_KEY", "k"), ("STRIPE_LIVE_KEY", "s")],
        command: "node server.mjs",
        environment: &[
            "TZ=Europe/Oslo",
            "CATALOG_LIMIT=50",
            "NODE_ENV=production",
            "PATH=/mise/shims:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ],
        files: &[("/app/server.mjs", ""), ("/app/.ran", "node scripts/payments.mjs")],
        absent: &["/secrets-hash", "/run/secrets-hash"],
    },
    Expected {
        example: "nextjs-database-url",
        secrets: &[("DATABASE_URL", "postgres://x")],
        command: "npm run start",
        environment: &["NODE_ENV=production"],
        files: &[("/app/package.json", "next"), ("/app/.ran", "npm run build")],
        absent: &["/secrets-hash"],
    },
    Expected {
        example: "node-private-registry",
        secrets: &[("NPM_TOKEN", "t")],
        command: "node dist/server.js",
        environment: &["NODE_ENV=production"],
        files: &[("/app/package.json", "")],
        absent: &["/app/.npmrc", "/secrets-hash"],
    },
    Expected {
        example: "python-uv",
        secrets: &[],
        command: "gunicorn --bind 0.0.0.0:${PORT:-8000} main:app",
        environment: &["TIDES_STATION=harbour", "VIRTUAL_ENV=/app/.venv"],
        files: &[("/app/main.py", "Flask"), ("/app/.venv/stand-in", "")],
        absent: &[],
    },
    Expected {
        example: "rust",
        secrets: &[],
        command: "hits",
        environment: &[],
        files: &[("/app/bin/hits", "binary")],
        absent: &[],
    },
    Expected {
        example: "elixir",
        secrets: &[],
        command: "/app/_build/prod/rel/greeter/bin/greeter start",
        environment: &["MIX_ENV=prod"],
        files: &[("/app/_build/prod/rel/stand-in", "")],
        absent: &["/app/lib"],
    },
    Expected {
        example: "php",
        secrets: &[],
        command: "/start-container.sh",
        environment: &["APP_ENV=production", "SERVER_NAME=:80"],
        files: &[
            ("/start-container.sh", "exec docker-php-entrypoint"),
            ("/Caddyfile", "{$PORT:80}"),
            ("/app/public/index.php", ""),
        ],
        absent: &[],
    },
    Expected {
        example: "static-caddy",
        secrets: &[],
        command: "caddy run --config Caddyfile --adapter caddyfile 2>&1",
        environment: &[],
        files: &[("/app/Caddyfile", "{$PORT:80}")],
        absent: &[],
    },
    Expected {
        example: "monorepo",
        secrets: &[],
        command: "node apps/api/dist/server.js",
        environment: &["NODE_ENV=production"],
        files: &[("/app/apps/api/public/stand-in", ""), ("/app/.ran", "npm prune --omit=dev")],
        absent: &["/app/README.md", "/app/docs"],
    },
];

#[test]
fn examples_build() {
    let Some(engine) = engine() else { return };
    make_stand_ins(&engine);
    for expected in &EXPECTED {
        let folder = root().join("examples").join(expected.example);
        let plan = plan_of(expected.example);
        let built = engine.build(&Build::new(&plan, &folder, expected.secrets));
        check(expected, &built);
    }
    assert_eq!(testkit::examples().len(), EXPECTED.len());
}

fn check(expected: &Expected, built: &Built) {
    let example = expected.example;
    assert_eq!(built.config["Entrypoint"], json!(["/bin/bash", "-c"]), "{example}");
    assert_eq!(built.config["Cmd"], json!([expected.command]), "{example}");
    assert_eq!(built.config["WorkingDir"], "/app", "{example}");
    assert_eq!(built.config["User"].as_str().unwrap_or_default(), "", "{example}");
    for variable in expected.environment {
        assert!(built.environment().contains(variable), "{example}: no {variable} in {:?}", built.environment());
    }
    for (path, line) in expected.files {
        assert!(built.path(path).exists(), "{example}: no {path}");
        assert!(line.is_empty() || built.read(path).contains(line), "{example}: no {line} in {path}");
    }
    for path in expected.absent {
        assert!(!built.path(path).exists(), "{example}: {path} is there");
    }
    for (name, value) in expected.secrets {
        let leaked =
            built.environment().iter().any(|pair| pair.starts_with(&format!("{name}=")) || pair.contains(value));
        assert!(value.len() < 4 || !leaked, "{example}: {name} is in the environment");
    }
}

#[test]
fn examples_run_as_a_user() {
    let Some(engine) = engine() else { return };
    make_stand_ins(&engine);
    for expected in &EXPECTED {
        let folder = root().join("examples").join(expected.example);
        let plan = plan_of(expected.example);
        let mut options = options! { syntax: None };
        let size = |options: &Options| {
            let build = Build { options: options.clone(), ..Build::new(&plan, &folder, expected.secrets) };
            let image = engine.image(&build, &[]);
            let size =
                Command::new("docker").args(["image", "inspect", "--format={{.Size}}", &image]).output().unwrap();
            (image, String::from_utf8(size.stdout).unwrap().trim().parse::<u64>().unwrap())
        };
        let (_, of_root) = size(&options);
        options.image.user = Some("app".to_owned());
        let (image, of_user) = size(&options);
        assert!(of_user <= of_root + of_root / 100, "{}: {of_user} bytes, {of_root} without", expected.example);

        let files = expected.files.iter().map(|(path, _)| *path).filter(|path| path.starts_with("/app/"));
        let written: Vec<&str> = files.chain(["/app/new", "/home/app/new"]).collect();
        let script = format!(
            "whoami; for file in {} /etc/new /etc/passwd; do if (echo >> $file) 2>/dev/null; then echo $file; fi; done",
            written.join(" ")
        );
        let run = ["run", "--rm", "--network=none", "--entrypoint=sh", &image, "-c", &script];
        let output = Command::new("docker").args(run).output().unwrap();
        let wrote = String::from_utf8(output.stdout).unwrap();
        assert_eq!(wrote.trim(), format!("app\n{}", written.join("\n")), "{}", expected.example);
    }
}

#[test]
fn examples_pass_dockers_checks() {
    let Some(engine) = engine() else { return };
    make_stand_ins(&engine);
    for expected in &EXPECTED {
        let folder = root().join("examples").join(expected.example);
        let plan = plan_of(expected.example);
        let options = options! { syntax: None };
        let said = engine::check(&transpile(&plan, &options).unwrap().dockerfile, &folder);
        assert!(said.contains("no warnings found"), "{}: {said}", expected.example);
    }
}

/// An example's plan, with tags of these tests for its images, so that no other build on the machine finds a stand-in
/// under the name of a real image.
pub(crate) fn plan_of(example: &str) -> String {
    let mut plan: Value = serde_json::from_str(&testkit::example(example)).unwrap();
    retag(&mut plan);
    plan.to_string()
}

fn retag(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(image)) = object.get_mut("image") {
                let name = image.rsplit_once(':').map_or(image.as_str(), |(name, _)| name);
                *image = format!("{name}:{TAG}");
            }
            object.values_mut().for_each(retag);
        }
        Value::Array(items) => items.iter_mut().for_each(retag),
        _ => {}
    }
}

/// Builds stand-ins for the images of all examples, once: tests run in parallel and share the names of images.
pub(crate) fn make_stand_ins(engine: &Engine) {
    static MADE: Once = Once::new();
    MADE.call_once(|| {
        let mut images = BTreeSet::new();
        let mut files = BTreeMap::new();
        for expected in &EXPECTED {
            needs(&serde_json::from_str(&plan_of(expected.example)).unwrap(), &mut images, &mut files);
        }
        for image in &images {
            engine.stand_in(image, &files);
        }
    });
}

/// Collects the images of a plan, and the files that they need: one for each path that is copied.
fn needs(plan: &Value, images: &mut BTreeSet<String>, files: &mut BTreeMap<String, String>) {
    visit(plan, &mut |object| {
        images.extend(object.get("image").and_then(Value::as_str).map(str::to_owned));
        let is_local = object.get("local") == Some(&json!(true));
        for include in object.get("include").and_then(Value::as_array).into_iter().flatten().filter(|_| !is_local) {
            files.extend(location(include.as_str().unwrap()));
        }
        if let (Some(_), Some(source)) = (object.get("image"), object.get("src").and_then(Value::as_str)) {
            files.insert(source.to_owned(), "stand-in\n".to_owned());
        }
    });
}

/// A file for a path that a plan copies, unless the build creates it.
fn location(include: &str) -> Option<(String, String)> {
    let made = ["/etc/mise/config.toml", "/usr/local/bin/mise", "/app/Caddyfile"];
    let path = if include.starts_with('/') { include.to_owned() } else { format!("/app/{include}") };
    let is_file =
        path.rsplit('/').next().is_some_and(|name| name.contains('.') && !name.starts_with('.') && name != ".");
    let has_pattern = path.contains('*');
    if made.contains(&path.as_str()) || path.ends_with("/.") || has_pattern || path == "/app/bin" {
        return None;
    }
    let path = if is_file { path } else { format!("{}/stand-in", path.trim_end_matches('/')) };
    Some((path, "stand-in\n".to_owned()))
}

fn visit(value: &Value, seen: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            seen(object);
            object.values().for_each(|value| visit(value, seen));
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, seen)),
        _ => {}
    }
}
