//! Both builds, with a stand-in for docker: what it gets, and what becomes of its images and its messages.

use serde_json::json;
use testkit::command::{Folder, Run, anything, without};
use testkit::pages::pages;

use super::{Item, config, files, image};
use crate::leaks::archives::{Image, write_tar};

/// A stand-in for docker that writes an archive for each kind of build, and records its input.
const DOCKER: &str = r##"#!/bin/sh
case "$1 $2" in "buildx version"|"version --format"|"buildx inspect") exit 0 ;; esac
side=dockerfile
for word; do case "$word" in BUILDKIT_SYNTAX=*) side=railpack ;; esac; done
for word; do printf '%s\n' "$word"; done > "$LOG/$side.arguments"
env > "$LOG/$side.environment"
cp "$4" "$LOG/$side.file"
echo "#1 building for $side" >&2
[ -e "$LOG/$side.fails" ] && { cat "$LOG/$side.fails" >&2; exit "${STATUS:-1}"; }
exec cat "$LOG/$side.tar"
"##;

const PLAN: &str = r#"{
  "secrets": ["A_TOKEN"],
  "steps": [{ "name": "build", "inputs": [{ "image": "x" }], "commands": [{ "cmd": "make" }], "secrets": ["*"] }],
  "deploy": { "base": { "image": "x" }, "inputs": [{ "step": "build", "include": ["."] }] }
}"#;

const SECRET: &str = "hunter2-hunter2";

/// A folder with a plan, and the images that docker writes.
fn world(railpack: &Image, dockerfile: &Image) -> Folder {
    let folder = crate::folder().file("app/railpack-plan.json", PLAN);
    folder.write_program("bin/docker", DOCKER);
    folder.make("tmp");
    write_tar(&folder, "log/railpack.tar", &railpack.oci());
    write_tar(&folder, "log/dockerfile.tar", &dockerfile.oci());
    folder
}

fn verify<'f>(folder: &'f Folder, arguments: &[&str]) -> Run<'f> {
    let path = format!("{}:/usr/bin:/bin", folder.path("bin").display());
    let run = folder.run([&["verify"], arguments].concat()).within("app").env("PATH", path).env("A_TOKEN", SECRET);
    run.env("LOG", folder.path("log"))
        .env("TMPDIR", folder.path("tmp"))
        .env("RAILPACK2DOCKER_HASH_KEY", "key")
        .stderr(anything())
}

fn same() -> Folder {
    world(&image(&[files()], config()), &image(&[files()], config()))
}

const SAME: &str = "\
Railpack: built by `ghcr.io/railwayapp/railpack-frontend`
Dockerfile: generated from `railpack-plan.json`

the images are the same: 10 files and 7 settings
";

#[test]
fn both_builds_get_the_plan_and_its_secrets() {
    let folder = same();
    let messages = ["#1 building for railpack\n", "#1 building for dockerfile\n"];
    let arguments = ["--cache-prefix=p", "--", "--network=host"];
    verify(&folder, &arguments).stdout(SAME).stderr(messages).check();
    let lines = |name: &str| folder.read(format!("log/{name}")).lines().map(str::to_owned).collect::<Vec<_>>();
    let (railpack, dockerfile) = (lines("railpack.arguments"), lines("dockerfile.arguments"));
    let hash = dockerfile.iter().find_map(|word| word.strip_prefix("SECRETS_HASH=")).unwrap();
    let hash = format!("secrets-hash={hash}");
    let expected = [
        "buildx",
        "build",
        "-f",
        &railpack[3],
        "--secret",
        "id=A_TOKEN,env=A_TOKEN",
        "--build-arg",
        "BUILDKIT_SYNTAX=ghcr.io/railwayapp/railpack-frontend",
        "--build-arg",
        &hash,
        "--build-arg",
        "cache-key=p",
        "--output",
        "type=oci,compression=uncompressed,dest=-",
        "--network=host",
        ".",
    ];
    assert_eq!(railpack, expected);
    assert!(railpack[3].ends_with("/railpack-plan.json") && dockerfile[3].ends_with("/Dockerfile"));
    assert!(dockerfile.contains(&"--network=host".to_owned()) && !dockerfile.contains(&"cache-key=p".to_owned()));
    assert_eq!(folder.read("log/railpack.file"), PLAN);
    assert!(folder.read("log/dockerfile.file").contains("FROM x AS build"));
    for side in ["railpack", "dockerfile"] {
        assert!(folder.read(format!("log/{side}.environment")).contains(&format!("A_TOKEN={SECRET}")));
        assert!(!folder.read(format!("log/{side}.arguments")).contains(SECRET));
    }
    assert_eq!(folder.names_in("tmp"), [""; 0]);
}

#[test]
fn secrets_have_the_names_of_railpack_and_the_ids_of_the_dockerfile() {
    let folder = same();
    verify(&folder, &["--secret-id=A_TOKEN=token", "--secret-mount=file"]).stdout(SAME).check();
    assert!(folder.read("log/railpack.arguments").contains("id=A_TOKEN,env=A_TOKEN"));
    assert!(folder.read("log/dockerfile.arguments").contains("id=token,env=A_TOKEN"));
    verify(&folder, &["--secret-mount=bundle=ALL"]).stdout(SAME).check();
    assert!(folder.read("log/railpack.arguments").contains("id=A_TOKEN,env=A_TOKEN"));
    assert!(folder.read("log/dockerfile.arguments").contains("id=ALL,env=RAILPACK2DOCKER_SECRET_ALL"));
}

#[test]
fn a_difference_has_the_names_of_both_builds() {
    let mut changed = files();
    changed[1].mode = 0o755;
    let mut built = config();
    built["Env"].as_array_mut().unwrap().push(json!("RAILPACK_BUILT_AT=now"));
    let folder = world(&image(&[changed], built), &image(&[files()], config()));
    let expected = [
        "/app/run.sh: mode: 0755 (Railpack), 0644 (Dockerfile)\n",
        "new in each build (`--show-new` lists them): time of the build by Railpack (1)\n",
        "1 difference in 10 files and 8 settings, and 1 new in each build\n",
    ];
    verify(&folder, &[]).status(1).stdout(expected).check();
}

#[test]
fn the_book_shows_real_output() {
    let new = |text: &str| {
        let mut files = files();
        let paths = ["app/__pycache__/main.cpython-313.pyc", "app/__pycache__/db.cpython-313.pyc", "var/log/dpkg.log"];
        files.extend(paths.map(|path| Item::file(path, text)));
        files
    };
    let mut railpack = new("1");
    railpack[1].mode = 0o755;
    let mut built = config();
    built["Env"].as_array_mut().unwrap().push(json!("RAILPACK_BUILT_AT=now"));
    let folder = world(&image(&[railpack], built), &image(&[new("2")], config()));
    folder.write(".env.build", "A_TOKEN=x");
    let arguments = ["--env-file", "../.env.build"];
    let output = verify(&folder, &arguments).status(1).stdout(anything()).check().stdout;
    let page = pages().into_iter().find(|page| page.path.ends_with("docs/verify.md")).unwrap();
    let command = "$ railpack2docker verify --env-file .env.build";
    assert_eq!(page.blocks("console"), [format!("{command}\n{output}")]);
}

#[test]
fn no_value_of_a_secret_is_printed() {
    let leaking = |text: &str| {
        let path = Box::leak(format!("app/{SECRET}").into_boxed_str());
        image(&[vec![Item::file(path, text)]], json!({ "Env": [format!("X={SECRET} {text}")], "Cmd": [SECRET, text] }))
    };
    let folder = world(&leaking("1"), &leaking("2"));
    for format in ["text", "markdown", "json"] {
        let output =
            verify(&folder, &["--format", format]).status(1).stdout(without([SECRET])).stderr(without([SECRET]));
        assert!(output.check().stdout.contains("[A_TOKEN] 1"));
    }
}

#[test]
fn a_frontend_that_cannot_be_pulled_is_an_error() {
    let folder = same();
    folder.write("log/railpack.fails", "ERROR: failed to build: failed to solve: failed to resolve source metadata for ghcr.io/railwayapp/railpack-frontend:latest: failed to do request: Head \"https://ghcr.io/\": dial tcp: lookup ghcr.io: no such host\n");
    let message = "error[no-frontend]: can't pull Railpack's frontend `ghcr.io/railwayapp/railpack-frontend`: failed to do request: Head";
    verify(&folder, &[]).status(2).stderr([message, "pass `--frontend IMAGE` with a mirror", "--images A B"]).check();
    assert!(!folder.has("log/dockerfile.arguments"));
    // an image of the plan
    folder.write(
        "log/railpack.fails",
        "ERROR: failed to solve: failed to resolve source metadata for docker.io/library/x:latest: no such host\n",
    );
    let message = "error[build-failed]: the build with Railpack's frontend failed; its messages are above";
    verify(&folder, &[]).status(2).stderr([message]).check();
    assert_eq!(folder.names_in("tmp"), [""; 0]);
}

#[test]
fn a_build_that_fails_is_an_error() {
    let folder = same();
    folder.write("log/dockerfile.fails", "ERROR: failed to solve: process \"make\" failed\n");
    verify(&folder, &[]).status(2).stderr(["error[build-failed]: the build of the Dockerfile failed"]).check();
    verify(&folder, &[]).status(130).env("STATUS", "130").stderr(without(["error["])).check();
    folder.write("log/dockerfile.fails", "ERROR: OCI exporter is not supported for the docker driver\n");
    verify(&folder, &[]).status(2).stderr(["use the containerd image store"]).check();
    folder.remove("log/dockerfile.fails");
    let message =
        "error[unreadable-image]: can't read the image of the build of the Dockerfile: it is not a tar archive";
    // a pipe has no room for the longer one
    for count in [1, 100_000] {
        folder.write("log/dockerfile.tar", "something else".repeat(count));
        verify(&folder, &[]).status(2).stderr([message]).check();
    }
}

#[test]
fn the_frontend_is_that_of_the_option_or_the_config_file() {
    let folder = same();
    let frontend = |arguments: &[&str]| {
        verify(&folder, arguments).stdout(anything()).check();
        let arguments = folder.read("log/railpack.arguments");
        arguments.lines().find_map(|line| line.strip_prefix("BUILDKIT_SYNTAX=")).unwrap().to_owned()
    };
    assert_eq!(frontend(&[]), "ghcr.io/railwayapp/railpack-frontend");
    folder.write("app/railpack2docker.toml", "[railpack]\nversion = \"0.17.1\"\n");
    assert_eq!(frontend(&[]), "ghcr.io/railwayapp/railpack-frontend:v0.17.1");
    folder.write("app/railpack2docker.toml", "[verify]\nfrontend = \"mirror/railpack\"\n");
    assert_eq!(frontend(&[]), "mirror/railpack");
    assert_eq!(frontend(&["--frontend", "own"]), "own");
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let folder = same();
    for (arguments, message) in [
        (&["--", "--push"][..], "`--push` names a destination, but both images are only compared"),
        (&["--", "-o", "x"], "`-o` names a destination"),
        (&["--platforms=linux/amd64,linux/arm64"], "Railpack builds for one platform, but `--platforms` names several"),
        (&["--builder=buildah@1.43"], "`verify` runs docker, but the Dockerfile is for `buildah@1.43`"),
    ] {
        verify(&folder, arguments).status(2).stderr([format!("error[invalid-option]: {message}").as_str()]).check();
    }
    let run = verify(&folder, &[]).env("A_TOKEN", "");
    run.status(2).stderr(["error[missing-secret]"]).check();
    assert!(!folder.has("log/railpack.arguments"));
}

#[test]
fn a_reproducible_image_is_compared() {
    let folder = same();
    verify(&folder, &["--reproducible"]).stdout(SAME).check();
    assert!(folder.read("log/dockerfile.arguments").contains("rewrite-timestamp=true"));
    assert!(!folder.read("log/railpack.arguments").contains("rewrite-timestamp=true"));
}
