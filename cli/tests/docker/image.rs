//! Options of the image: what `docker inspect` reads back, what containers do, and what stops them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use fs_err as fs;
use railpack2docker::{Healthcheck, ImageCommand, ImageOptions, Options, transpile};
use serde_json::{Value, json};

use testkit::engine::{self, Build, Engine, build_stand_in, engine};

const IMAGE: &str = "ghcr.io/railwayapp/railpack-runtime:railpack2docker-test-image";
const FOREIGN: &str = "railpack2docker-test/image:1";

/// Images of one test each: tests run side by side.
const WITH_A_USER: &str = "railpack2docker-test/image-user:1";
const TAKEN: &str = "railpack2docker-test/image-taken:1";
const HEALTHY: &str = "railpack2docker-test/image-healthy:1";
const STOPPED: &str = "railpack2docker-test/image-stopped:1";

/// Some megabytes in `/app`: stored twice, they would be seen.
const FILES: &str = "mkdir -p sub && dd if=/dev/zero bs=1M count=8 | tr \"\\\\0\" x > sub/large && touch sub/file && \
    mkdir -p /root/.cache/tool /root/.yarn /tools && echo cached > /root/.cache/tool/file && \
    echo kept > /root/.yarn/file && echo tool > /tools/file";

/// A plan whose image starts from `base` and copies what a step left.
fn plan(image: &str, base: &Value, start: &str) -> String {
    json!({
        "steps": [
            { "name": "packages", "inputs": [{ "image": image }], "commands": [{ "cmd": "sh -c 'touch /installed'" }] },
            { "name": "build", "inputs": [{ "image": image }], "commands": [{ "cmd": format!("sh -c '{FILES}'") }] },
        ],
        "deploy": {
            "base": base,
            "inputs": [{ "step": "build", "include": ["/tools", "/root/.cache", "/root/.yarn", "."] }],
            "startCommand": start,
        },
    })
    .to_string()
}

fn on_image(image: &str, start: &str) -> String {
    plan(image, &json!({ "image": image }), start)
}

fn options(set: impl FnOnce(&mut ImageOptions)) -> Options {
    let mut options = testkit::options! { syntax: None };
    set(&mut options.image);
    options
}

/// Runs docker, which has to succeed, and gives its standard output.
fn docker<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The id of the image of a plan, in the engine.
fn image_of(engine: &Engine, plan: &str, options: &Options) -> String {
    let context = tempfile::tempdir().unwrap();
    engine.image(&Build { options: options.clone(), ..Build::new(plan, context.path(), &[]) }, &[])
}

fn inspect(image: &str) -> Value {
    let config = docker(["image", "inspect", "--format", "{{json .Config}}", image]);
    serde_json::from_str(&config).unwrap()
}

/// What a script prints in a container.
fn run(image: &str, script: &str) -> String {
    docker(["run", "--rm", "--network=none", "--entrypoint=sh", image, "-c", script])
}

/// A container in the background, removed in the end.
struct Container(String);

impl Container {
    fn start(image: &str) -> Self {
        Self(docker(["run", "-d", "--network=none", "--workdir=/tmp", image]))
    }

    /// Waits until the program has written a line.
    fn wait_for_output(&self) {
        self.wait(|| {
            let output = Command::new("docker").args(["logs", &self.0]).output().unwrap();
            (!output.stdout.is_empty() || !output.stderr.is_empty()).then_some(())
        });
    }

    /// Waits for something, half a minute at most.
    fn wait<T>(&self, found: impl Fn() -> Option<T>) -> T {
        for _ in 0..150 {
            if let Some(found) = found() {
                return found;
            }
            sleep(Duration::from_millis(200));
        }
        panic!("not in half a minute: {}", docker(["inspect", &self.0]));
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // it may be gone
        let _ = Command::new("docker").args(["rm", "-f", &self.0]).output();
    }
}

#[test]
fn options_are_read_back() {
    let Some(engine) = engine() else { return };
    engine.stand_in(FOREIGN, &BTreeMap::new());
    let options = options(|image| {
        image.user = Some("1001:1002".to_owned());
        image.env = [("TZ".to_owned(), "it's \"q\" $x \\".to_owned())].into();
        image.labels = [("a.b".to_owned(), "$x \"y\" \\".to_owned())].into();
        image.label_args = [("org.opencontainers.image.revision".to_owned(), "REVISION".to_owned())].into();
        image.expose = vec!["3000".to_owned(), "53/udp".to_owned()];
        image.volumes = vec!["/data".to_owned()];
        let mut check = Healthcheck::new(ImageCommand::Shell("test \"$A\" <<X || exit 1".to_owned()));
        (check.interval, check.timeout) = (Some("1m30s".to_owned()), Some("500ms".to_owned()));
        (check.start_period, check.retries) = (Some("5s".to_owned()), Some(4));
        image.healthcheck = Some(check);
        image.stop_signal = Some("quit".to_owned());
        image.entrypoint = Some(ImageCommand::Shell("/init 'a b'".to_owned()));
        image.command = Some(ImageCommand::Exec(vec!["x y".to_owned(), "$z".to_owned()]));
    });
    let plan = on_image(FOREIGN, "start");
    let context = tempfile::tempdir().unwrap();
    let build = Build { options: options.clone(), ..Build::new(&plan, context.path(), &[]) };
    let config = inspect(&engine.image(&build, &["--build-arg=REVISION=1a2b"]));
    assert_eq!(config["User"], "1001:1002");
    assert!(config["Env"].as_array().unwrap().contains(&json!("TZ=it's \"q\" $x \\")), "{config}");
    assert_eq!(config["Labels"], json!({ "a.b": "$x \"y\" \\", "org.opencontainers.image.revision": "1a2b" }));
    assert_eq!(config["ExposedPorts"], json!({ "3000/tcp": {}, "53/udp": {} }));
    assert_eq!(config["Volumes"], json!({ "/data": {} }));
    assert_eq!(config["StopSignal"], "SIGQUIT");
    let check = &config["Healthcheck"];
    assert_eq!(check["Test"], json!(["CMD", "/bin/sh", "-c", "test \"$A\" <<X || exit 1"]));
    let times = ["Interval", "Timeout", "StartPeriod", "Retries"].map(|key| check[key].as_u64().unwrap());
    assert_eq!(times, [90_000_000_000, 500_000_000, 5_000_000_000, 4]);
    assert_eq!((&config["Entrypoint"], &config["Cmd"]), (&json!(["/init", "a b"]), &json!(["x y", "$z"])));

    let without = inspect(&image_of(&engine, &plan, &options));
    assert_eq!(without["Labels"]["org.opencontainers.image.revision"], "");
    let plain = inspect(&image_of(&engine, &plan, &self::options(|_| {})));
    assert_eq!(plain["User"].as_str().unwrap_or_default(), "");
    let command = options_with_words();
    let config = inspect(&image_of(&engine, &plan, &command));
    assert!(config["Entrypoint"].as_array().is_none_or(Vec::is_empty), "{config}");
    assert_eq!(config["Cmd"], json!(["node", "x y"]));
}

fn options_with_words() -> Options {
    options(|image| image.command = Some(ImageCommand::Exec(vec!["node".to_owned(), "x y".to_owned()])))
}

#[test]
fn nothing_warns_of_the_options() {
    let Some(engine) = engine() else { return };
    engine.stand_in(FOREIGN, &BTreeMap::new());
    let options = options(|image| {
        image.user = Some("app".to_owned());
        image.labels = [("a.b".to_owned(), "$x".to_owned())].into();
        image.label_args = [("org.opencontainers.image.revision".to_owned(), "REVISION".to_owned())].into();
        image.expose = vec!["3000".to_owned()];
        image.volumes = vec!["/data".to_owned()];
        let mut check = Healthcheck::new(ImageCommand::Shell("a | b $x".to_owned()));
        check.interval = Some("1s".to_owned());
        image.healthcheck = Some(check);
        image.stop_signal = Some("SIGINT".to_owned());
        image.exec = true;
    });
    let made = transpile(&on_image(FOREIGN, "start 2>&1"), &options).unwrap().dockerfile;
    let said = engine::check(&made, tempfile::tempdir().unwrap().path());
    assert!(said.contains("no warnings found"), "{said}\n{made}");
}

/// A script that tries to write, and prints what it could.
const WRITES: &str = "for file in /app/new /app/sub/new /app/sub/file \"$HOME/new\" \"$HOME/.cache/tool/file\" /data/new \
    /etc/new /tools/file /root/new /new /home/new; do \
    if (echo x >> \"$file\") 2>/dev/null; then echo \"$file\"; fi; done; cat /tools/file /root/.yarn/file; id -u; id -g";

#[test]
fn user_writes_where_it_must_and_nowhere_else() {
    let Some(engine) = engine() else { return };
    for image in [IMAGE, WITH_A_USER] {
        engine.stand_in(image, &BTreeMap::from([("/etc/passwd".to_owned(), "root:x:0:0::/root:/bin/sh\n".to_owned())]));
        for base in [json!({ "image": image }), json!({ "step": "packages" })] {
            let plan = plan(image, &base, "start");
            let size = size(&image_of(&engine, &plan, &options(|_| {})));
            for (user, ids, home) in [
                ("1001", "1001\n1001", "/home/1001"),
                ("2000:0", "2000\n0", "/home/2000"),
                ("app", "1001\n1001", "/home/app"),
            ] {
                let options = options(|image| {
                    image.user = Some(user.to_owned());
                    image.volumes = vec!["/data".to_owned()];
                });
                let built = image_of(&engine, &plan, &options);
                let expected = format!(
                    "/app/new\n/app/sub/new\n/app/sub/file\n{home}/new\n{home}/.cache/tool/file\n/data/new\ntool\nkept\n{ids}"
                );
                assert_eq!(run(&built, WRITES), expected, "{user} on {base}");
                if user == "app" {
                    assert_eq!(run(&built, "whoami; echo ~"), format!("app\n{home}"));
                }
                let with_user = self::size(&built);
                assert!(with_user <= size + size / 100, "{user} on {base}: {with_user} bytes, {size} without");
            }
        }
    }
}

fn size(image: &str) -> u64 {
    docker(["image", "inspect", "--format", "{{.Size}}", image]).parse().unwrap()
}

#[test]
fn files_of_a_step_below_belong_to_root() {
    let Some(engine) = engine() else { return };
    engine.stand_in(FOREIGN, &BTreeMap::new());
    let mut plan: Value = serde_json::from_str(&plan(FOREIGN, &json!({ "step": "build" }), "start")).unwrap();
    plan["deploy"]["inputs"] = json!([]);
    let options = options(|image| image.user = Some("1001".to_owned()));
    let codes: Vec<&str> =
        transpile(&plan.to_string(), &options).unwrap().findings.iter().map(|found| found.code.name()).collect();
    assert!(codes.contains(&"unwritable-app"), "{codes:?}");
    let wrote = run(&image_of(&engine, &plan.to_string(), &options), WRITES);
    assert!(wrote.starts_with("/app/new\n/home/1001/new\n"), "the files of the step stay as they are: {wrote}");
}

#[test]
fn a_name_that_is_taken_fails_the_build() {
    let Some(engine) = engine() else { return };
    let taken = "root:x:0:0::/root:/bin/sh\napp:x:1234:1234::/home/app:/bin/sh\n";
    engine.stand_in(TAKEN, &BTreeMap::from([("/etc/passwd".to_owned(), taken.to_owned())]));
    let plan = on_image(TAKEN, "start");
    let build = |user: &str| Build {
        options: options(|image| image.user = Some(user.to_owned())),
        ..Build::new(&plan, Path::new("."), &[])
    };
    let folder = tempfile::tempdir().unwrap();
    let said = engine.fails(&Build { context: folder.path(), ..build("app") });
    assert!(said.contains("app:x:1234:1234::/home/app:/bin/sh"), "{said}");
    engine.build(&Build { context: folder.path(), ..build("app2") });
}

#[test]
fn a_health_check_turns_healthy() {
    let Some(engine) = engine() else { return };
    let with_bash = with_bash(&engine, HEALTHY);
    let options = options(|image| {
        image.user = Some("app".to_owned());
        let check = "busybox wget -q -O /dev/null http://127.0.0.1:3000/file || exit 1";
        let mut check = Healthcheck::new(ImageCommand::Shell(check.to_owned()));
        check.interval = Some("1s".to_owned());
        image.healthcheck = Some(check);
        image.exec = true;
    });
    let plan = on_image(&with_bash, "sleep 1; busybox httpd -f -p 3000 -h /app/sub 2>&1");
    let container = Container::start(&image_of(&engine, &plan, &options));
    let health = || docker(["inspect", "--format", "{{.State.Health.Status}}", &container.0]);
    container.wait(|| (health() == "healthy").then_some(()));
}

/// A program that ends when it is told to.
const SERVE: &str = "#!/bin/sh\ntrap 'exit 3' TERM\necho up\necho up >&2\nwhile :; do sleep 0.1; done\n";

#[test]
fn a_program_that_is_process_1_receives_the_signal() {
    let Some(engine) = engine() else { return };
    let image = with_bash(&engine, STOPPED);
    let killed = 137;
    for (start, without, with) in [
        ("serve", 3, 3),
        ("serve 2>&1", killed, 3),
        ("true && cd /tmp && A=1 serve > /tmp/log", killed, 3),
        ("true; serve 2>/dev/null", killed, 3),
        ("serve | cat", killed, killed),
    ] {
        for (exec, expected) in [(false, without), (true, with)] {
            let options = options(|image| image.exec = exec);
            let container = Container::start(&image_of(&engine, &on_image(&image, start), &options));
            container.wait_for_output();
            docker(["stop", "-t", "1", &container.0]);
            let code = docker(["inspect", "--format", "{{.State.ExitCode}}", &container.0]);
            assert_eq!(code, expected.to_string(), "{start}, --exec: {exec}");
        }
    }
}

/// A stand-in with the bash of this machine, and a program to serve.
fn with_bash(engine: &Engine, image: &str) -> String {
    engine.stand_in(image, &BTreeMap::new());
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let libraries = Command::new("ldd").arg("/bin/bash").output().unwrap();
    let libraries = String::from_utf8(libraries.stdout).unwrap();
    let paths = libraries.split_whitespace().filter(|word| word.starts_with('/')).chain(["/bin/bash"]);
    for path in paths {
        let copy = root.join(path.trim_start_matches('/'));
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(path, copy).unwrap();
    }
    let serve = root.join("usr/local/bin/serve");
    fs::create_dir_all(serve.parent().unwrap()).unwrap();
    fs::write(&serve, SERVE).unwrap();
    fs::write(folder.path().join("Dockerfile"), format!("FROM {image}\nCOPY --chmod=755 root /\n")).unwrap();
    let tag = format!("{image}-bash");
    build_stand_in(&tag, folder.path());
    tag
}
