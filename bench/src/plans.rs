//! Plans of different shapes and sizes, for benchmarks. Their text is the same every time.

use serde_json::{Map, Value, json};

const BUILDER: &str = "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6";
const RUNTIME: &str = "ghcr.io/railwayapp/railpack-runtime:mise-2026.8.6";

/// A kind of plan.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The name of the shape.
    pub name: &'static str,
    /// Creates a plan with this number of steps.
    pub plan: fn(usize) -> Value,
    /// The maximum number of steps. A larger plan may have no Dockerfile.
    pub largest: usize,
}

impl Shape {
    const fn new(name: &'static str, plan: fn(usize) -> Value) -> Self {
        Self { name, plan, largest: 100_000 }
    }

    const fn up_to(self, largest: usize) -> Self {
        Self { largest, ..self }
    }
}

/// All shapes. They differ in the dependencies between steps, and in the content of each step.
pub const SHAPES: [Shape; 11] = [
    Shape::new("chain", chain),
    Shape::new("fan", fan),
    Shape::new("diamonds", diamonds),
    Shape::new("inputs", inputs),
    Shape::new("environment", environment),
    // each step has a longer PATH than the one before
    Shape::new("paths", paths).up_to(1_000),
    Shape::new("unreachable", unreachable),
    Shape::new("secrets", secrets),
    Shape::new("caches", caches),
    Shape::new("commands", commands),
    // its steps are large
    Shape::new("application", application).up_to(10_000),
];

/// Finds a shape by name.
#[must_use]
pub fn shape(name: &str) -> Option<Shape> {
    SHAPES.into_iter().find(|shape| shape.name == name)
}

/// Each step starts from the one before it.
fn chain(steps: usize) -> Value {
    plan(&(0..steps).map(|id| step(id, &json!([below(id)]))).collect::<Vec<_>>(), &last(steps))
}

/// All steps start from the builder image, and the final image copies from each of them.
fn fan(steps: usize) -> Value {
    let taken: Vec<Value> = (0..steps).map(taken_from).collect();
    plan(&(0..steps).map(|id| step(id, &json!([{ "image": BUILDER }]))).collect::<Vec<_>>(), &taken)
}

/// Two steps start from one, and a third one joins them.
fn diamonds(steps: usize) -> Value {
    let inputs = |id: usize| match id % 3 {
        _ if id == 0 => json!([{ "image": BUILDER }]),
        0 => json!([{ "step": name(id - 2) }, taken_from(id - 1)]),
        1 => json!([{ "step": name(id - 1) }]),
        _ => json!([{ "step": name(id - 2) }]),
    };
    plan(&(0..steps).map(|id| step(id, &inputs(id))).collect::<Vec<_>>(), &last(steps))
}

/// Each step copies from the first one, from some just before it, and from some far away.
fn inputs(steps: usize) -> Value {
    let inputs = |id: usize| {
        let mut others: Vec<usize> = [1, 2, 3, 5, 8].iter().filter_map(|back| id.checked_sub(*back)).collect();
        others.extend([0, id / 3, id / 2, id * 7 % (id + 3)].iter().filter(|other| **other < id));
        others.sort_unstable();
        others.dedup();
        let taken = others.into_iter().map(taken_from);
        Value::Array([json!({ "image": BUILDER })].into_iter().chain(taken).collect())
    };
    plan(&(0..steps).map(|id| step(id, &inputs(id))).collect::<Vec<_>>(), &last(steps))
}

/// A chain in which each step has its own variable, and a PATH entry that other steps have too.
fn environment(steps: usize) -> Value {
    chain_with_paths(steps, |id| id % 10)
}

/// A chain in which each step has its own variable and PATH entry, so that each stage has a longer PATH than the
/// stage before.
fn paths(steps: usize) -> Value {
    chain_with_paths(steps, |id| id)
}

fn chain_with_paths(steps: usize, entry: impl Fn(usize) -> usize) -> Value {
    let with_paths = |id: usize| {
        let mut step = step(id, &json!([below(id)]));
        step["variables"] = json!({ format!("VALUE_{id}"): format!("of step {id}") });
        step["commands"] = json!([{ "path": format!("/opt/{}/bin", entry(id)) }, { "cmd": format!("make part-{id}") }]);
        step
    };
    plan(&(0..steps).map(with_paths).collect::<Vec<_>>(), &last(steps))
}

/// Steps of which only the first reaches the image.
fn unreachable(steps: usize) -> Value {
    plan(&(0..steps).map(|id| step(id, &json!([{ "image": BUILDER }]))).collect::<Vec<_>>(), &last(1))
}

/// Each step lists a different subset of twenty secrets.
fn secrets(steps: usize) -> Value {
    let secret = |number: usize| format!("TOKEN_{number}");
    let with_secrets = |id: usize| {
        let mut step = step(id, &json!([below(id)]));
        let listed: Vec<String> = (0..20).filter(|bit| (id + 1) >> bit & 1 == 1).map(secret).collect();
        step["secrets"] = json!(listed);
        step
    };
    let mut plan = plan(&(0..steps).map(with_secrets).collect::<Vec<_>>(), &last(steps));
    plan["secrets"] = (0..20).map(secret).collect();
    plan
}

/// Each step has two caches of its own. A mount can't spell the directory of one of them.
fn caches(steps: usize) -> Value {
    let with_caches = |id: usize| {
        let mut step = step(id, &json!([below(id)]));
        step["caches"] = json!([format!("plain-{id}"), format!("é-{id}")]);
        step
    };
    let mut plan = plan(&(0..steps).map(with_caches).collect::<Vec<_>>(), &last(steps));
    let mut caches = Map::new();
    for id in 0..steps {
        caches.insert(format!("plain-{id}"), json!({ "directory": format!("/cache/{id}"), "type": "locked" }));
        caches.insert(format!("é-{id}"), json!({ "directory": format!("/cache/é/{id}") }));
    }
    plan["caches"] = Value::Object(caches);
    plan
}

/// One step with many commands of every kind.
fn commands(count: usize) -> Value {
    let command = |id: usize| match id % 5 {
        0 => {
            json!({ "cmd": format!("sh -c 'make part-{id} && echo \"$HOME\" > log-{id}'"), "customName": format!("part {id}") })
        }
        1 => json!({ "src": format!("src/part {id}"), "dest": format!("/app/part {id}") }),
        2 => json!({ "path": format!("/etc/parts/{id}/secret"), "name": "file", "mode": 384 }),
        3 => json!({ "path": format!("/etc/my parts/{id}"), "name": "file" }),
        _ => json!({ "src": format!("lib{id}*"), "dest": "." }),
    };
    let mut step = step(0, &json!([{ "image": BUILDER }]));
    step["assets"] = json!({ "file": "EOF\n$x\n" });
    step["commands"] = (0..count).map(command).collect();
    plan(&[step], &last(1))
}

/// Applications in one plan, nine steps each, as Railpack plans them.
fn application(steps: usize) -> Value {
    let applications = steps.div_ceil(9);
    let mut all = Vec::new();
    let mut taken = Vec::new();
    for number in 0..applications {
        let of = |step: &str| if number == 0 { step.to_owned() } else { format!("{step}:{number}") };
        all.extend(steps_of_application(&of));
        taken.push(json!({ "step": of("packages:mise"), "include": ["/mise/shims", "/mise/installs", "/usr/local/bin/mise", "/etc/mise/config.toml"] }));
        taken.push(json!({ "step": of("prune:node"), "include": ["/app/node_modules"] }));
        taken.push(json!({ "step": of("build"), "include": ["."], "exclude": ["node_modules"] }));
    }
    json!({
        "steps": all,
        "caches": {
            "apt": { "directory": "/var/cache/apt", "type": "locked" },
            "composer": { "directory": "/opt/cache/composer" },
            "npm": { "directory": "/root/.npm" },
            "vite": { "directory": "node_modules/.vite", "type": "shared" },
        },
        "secrets": ["COMPOSER_AUTH", "NPM_TOKEN", "SENTRY_AUTH_TOKEN"],
        "deploy": {
            "base": { "step": "packages:apt:runtime" },
            "inputs": taken,
            "startCommand": "/start-container.sh",
            "variables": { "PORT": "8080" },
        },
        "exclude": ["node_modules", ".git", ".env*", "vendor"],
    })
}

fn steps_of_application(of: &dyn Fn(&str) -> String) -> [Value; 9] {
    let settings = |prefix: &str| -> Map<String, Value> {
        (0..8).map(|number| (format!("{prefix}_{number}"), json!(format!("{prefix}/{number}")))).collect()
    };
    let ini = (0..90).map(|line| format!("setting.of.php.{line} = \"value {line}\"\n")).collect::<Vec<_>>().concat();
    let script = "#!/bin/bash\nset -e\nif [ \"$MIGRATE\" != \"false\" ]; then\n  php artisan migrate --force\nfi\nexec caddy run\n";
    [
        json!({
            "name": of("packages:mise"),
            "inputs": [{ "image": BUILDER }],
            "assets": { "mise.toml": "[tools]\nnode = \"24.1.0\"\nphp = \"8.4.1\"\n" },
            "variables": settings("MISE"),
            "commands": [
                { "path": "/mise/shims" },
                { "path": "/etc/mise/config.toml", "name": "mise.toml", "customName": "create mise config" },
                { "cmd": "mise install", "customName": "install mise packages: node, php" },
            ],
        }),
        json!({
            "name": of("packages:image"),
            "inputs": [{ "image": "dunglas/frankenphp:php8.4-trixie" }],
            "caches": ["apt"],
            "commands": [{ "cmd": "sh -c 'apt-get update && apt-get install -y git zip'", "customName": "install apt packages" }],
        }),
        json!({
            "name": of("prepare"),
            "inputs": [{ "step": of("packages:image") }],
            "assets": { "php.ini": ini, "start.sh": script },
            "variables": settings("APP"),
            "commands": [
                { "cmd": "mkdir -p /usr/local/etc/php/conf.d" },
                { "path": "/usr/local/etc/php/conf.d/php.ini", "name": "php.ini" },
                { "path": "/start-container.sh", "name": "start.sh", "mode": 493, "customName": "create start script" },
            ],
        }),
        json!({
            "name": of("extensions"),
            "inputs": [{ "step": of("prepare") }],
            "caches": ["apt"],
            "commands": [{ "cmd": "install-php-extensions ctype curl dom fileinfo mbstring pdo_pgsql session xml" }],
        }),
        json!({
            "name": of("install:composer"),
            "inputs": [{ "step": of("extensions") }],
            "caches": ["composer"],
            "secrets": ["COMPOSER_AUTH"],
            "variables": { "COMPOSER_CACHE_DIR": "/opt/cache/composer", "COMPOSER_FUND": "0" },
            "commands": [
                { "src": "/usr/bin/composer", "dest": "/usr/bin/composer", "image": "composer:latest" },
                { "src": "composer.json", "dest": "composer.json" },
                { "src": "composer.lock", "dest": "composer.lock" },
                { "cmd": "composer install --optimize-autoloader --no-scripts --no-interaction" },
            ],
        }),
        json!({
            "name": of("install:node"),
            "inputs": [{ "step": of("packages:mise") }],
            "caches": ["npm"],
            "secrets": ["NPM_TOKEN"],
            "variables": settings("NPM_CONFIG"),
            "commands": [
                { "path": "/app/node_modules/.bin" },
                { "src": "package.json", "dest": "package.json" },
                { "src": "package-lock.json", "dest": "package-lock.json" },
                { "cmd": "npm ci" },
            ],
        }),
        json!({
            "name": of("prune:node"),
            "inputs": [{ "step": of("install:node") }],
            "caches": ["npm"],
            "commands": [{ "cmd": "npm prune --omit=dev --ignore-scripts" }],
        }),
        json!({
            "name": of("build"),
            "inputs": [
                { "step": of("install:composer") },
                { "step": of("install:node"), "include": [".", "/mise/shims", "/mise/installs"] },
                { "local": true, "include": ["."] },
            ],
            "caches": ["vite"],
            "secrets": ["*"],
            "commands": [
                { "cmd": "npm run build" },
                { "cmd": "sh -c 'mkdir -p storage/logs bootstrap/cache && chmod -R a+rw storage'", "customName": "make folders" },
                { "cmd": "php artisan config:cache" },
                { "cmd": "php artisan route:cache" },
            ],
        }),
        json!({
            "name": of("packages:apt:runtime"),
            "inputs": [{ "step": of("install:composer") }],
            "caches": ["apt"],
            "commands": [{ "cmd": "sh -c 'apt-get update && apt-get install -y libatomic1'" }],
        }),
    ]
}

fn plan(steps: &[Value], taken: &[Value]) -> Value {
    json!({ "steps": steps, "deploy": { "base": { "image": RUNTIME }, "inputs": taken, "startCommand": "serve" } })
}

fn step(id: usize, inputs: &Value) -> Value {
    json!({ "name": name(id), "inputs": inputs, "commands": [{ "cmd": format!("make part-{id}") }] })
}

fn name(id: usize) -> String {
    format!("step-{id}")
}

/// The base of a step: the step before it, or an image for the first step.
fn below(id: usize) -> Value {
    match id.checked_sub(1) {
        Some(before) => json!({ "step": name(before) }),
        None => json!({ "image": BUILDER }),
    }
}

/// An input that copies the output of a step, which has its own path.
fn taken_from(id: usize) -> Value {
    json!({ "step": name(id), "include": [format!("/out/{id}")] })
}

fn last(steps: usize) -> Vec<Value> {
    steps.checked_sub(1).map(taken_from).into_iter().collect()
}
