//! `leaks IMAGE` and `build --check-leaks` with a stand-in for docker.
#![cfg(unix)]

use serde_json::json;
use testkit::command::{anything, without};
use testkit::pages::pages;

use super::archives::{Image, tar, write_tar};
use super::{VALUE, layers};
use crate::secrets::world::World;

/// A world whose image has a leak, or none.
fn world(content: &str) -> World {
    let world = World::new(&["TOKEN"]);
    let image = Image { config: json!({ "Env": ["A=1"] }), ..layers(&[("RUN npm ci", "app/x", content.as_bytes())]) };
    write_tar(&world, "log/image.tar", &image.oci());
    world
}

#[test]
fn an_image_of_the_engine_is_searched() {
    let world = world(VALUE);
    let leaks = ["leaks", "--plan", "plan.json", "--secret", "TOKEN", "app:1"];
    let run = world.run(&leaks).env("TOKEN", VALUE).env("RAILPACK2DOCKER_HASH_KEY", "key").status(1);
    run.stdout(["error[leaked-secret]: `TOKEN` is in the image `app:1`: layer 1 of 1, `/app/x`", "from `RUN npm ci`"])
        .check();
    assert_eq!(world.read("log/saved"), "app:1\n");

    world.remove("log/image.tar");
    let run = world.run(&leaks).env("TOKEN", VALUE).status(2);
    run.stderr(["error[unreadable-image]: can't read the image `app:1`: Error response from daemon: No such image"])
        .check();
    let run = world.run(&leaks).env("TOKEN", VALUE).env("PATH", "/nowhere").status(2);
    run.stderr(["error[no-docker]: `docker` was not found on PATH"]).check();
}

#[test]
fn the_built_image_is_searched() {
    for (content, status) in [(VALUE, 1), ("clean", 0)] {
        let world = world(content);
        let build = world.run(&["build", "plan.json", "--check-leaks", "--", "-t", "app"]).env("TOKEN", VALUE);
        let stderr = if status == 0 {
            without(["leak"])
        } else {
            ["error[leaked-secret]: `TOKEN` is in the image `sha256:built`: layer 1"].into()
        };
        let output =
            build.env("RAILPACK2DOCKER_HASH_KEY", "key").status(status).stdout("built\n").stderr(stderr).check();
        assert!(!output.stderr.contains("s3cr3t"));
        let arguments = world.log("arguments");
        let flag = arguments.iter().position(|argument| argument == "--iidfile").unwrap();
        assert!(arguments[flag + 1].ends_with("/iidfile"), "{arguments:?}");
        assert_eq!(world.read("log/saved"), "sha256:built\n");
        assert!(world.is_clean());
    }
}

#[test]
fn own_file_of_the_image_id_is_read() {
    let world = world(VALUE);
    let build = ["build", "plan.json", "--check-leaks", "--", "--iidfile", "../log/id"];
    world.run(&build).env("TOKEN", VALUE).status(1).stdout("built\n").stderr(["leaked-secret"]).check();
    assert_eq!(world.log("arguments").iter().filter(|argument| *argument == "--iidfile").count(), 1);
    assert_eq!(world.read("log/id"), "sha256:built\n");
}

/// With the containerd image store, the ID of an image that was loaded is the digest of its manifest.
#[test]
fn an_image_is_also_found_by_its_manifest() {
    let world = world(VALUE);
    let build =
        world.run(&["build", "plan.json", "--check-leaks"]).env("TOKEN", VALUE).env("IMAGE_ID", "sha256:manifest");
    build.status(1).stdout("built\n").stderr(["is in the image `sha256:manifest`"]).check();
    assert_eq!(world.read("log/saved"), "sha256:manifest\n");
    assert!(world.is_clean());
}

#[test]
fn a_failed_build_is_not_searched() {
    let world = world(VALUE);
    let build = world.run(&["build", "plan.json", "--check-leaks"]).env("TOKEN", VALUE).env("STATUS", "17");
    build.status(17).stdout("built\n").stderr(anything()).check();
    assert!(!world.has("log/saved") && world.is_clean());
}

#[test]
fn an_image_that_is_not_in_the_engine_is_refused_before_the_build() {
    let world = world(VALUE);
    for (more, message) in [
        (&["--push"][..], "`--push` exports it"),
        (&["--output", "type=oci,dest=x"], "`--output` exports it"),
        (&["-o", "out"], "`-o` exports it"),
    ] {
        let build = [&["build", "plan.json", "--check-leaks", "--"], more].concat();
        world.fails(&build, &[("TOKEN", VALUE)], ["error[invalid-option]", message, "leaks --oci FILE"]);
    }
    let container = [("TOKEN", VALUE), ("DRIVER", "docker-container")];
    world.fails(
        &["build", "plan.json", "--check-leaks"],
        &container,
        ["the driver `docker-container` keeps it", "--load"],
    );
    assert!(!world.is_built() && world.is_clean());
    let load = world.run(&["build", "plan.json", "--check-leaks", "--", "--load"]).envs(container).status(1);
    load.stdout("built\n").stderr(["leaked-secret"]).check();
}

#[test]
fn a_dry_run_notes_that_nothing_is_searched() {
    let world = world(VALUE);
    let run = world.run(&["build", "plan.json", "--check-leaks", "--dry-run"]).env("TOKEN", VALUE);
    let output = run.stdout(without(["--iidfile"])).stderr(["does not search the image", "leaks IMAGE"]).check();
    assert!(output.stdout.starts_with("docker buildx build "));
}

#[test]
fn the_page_shows_the_report() {
    let world = World::new(&["NPM_TOKEN"]);
    let value = "npm_hunter2hunter2";
    let npmrc = format!("//registry.example.com/:_authToken={value}\n");
    let image = Image {
        layers: vec![
            ("WORKDIR /app", tar([("app", &b""[..])])),
            ("RUN npm ci", tar([("root/.npmrc", npmrc.as_bytes())])),
            ("RUN rm /root/.npmrc", tar([("root/.wh..npmrc", &b""[..])])),
        ],
        history: vec![format!("ARG NPM_TOKEN={value}")],
        compress: <[u8]>::to_vec,
        ..Image::default()
    };
    write_tar(&world, "log/image.tar", &image.oci());
    world.write("app/railpack-plan.json", world.read("app/plan.json"));
    world.write("app/.env.build", format!("NPM_TOKEN={value}\n"));
    let leaks = ["leaks", "app", "--env-file", ".env.build"];
    let report = world.run(&leaks).status(1).stdout(anything()).check().stdout;
    let page = pages().into_iter().find(|page| page.path.ends_with("docs/leaks.md")).unwrap();
    assert_eq!(page.blocks("console"), [format!("$ railpack2docker {}\n{report}", leaks.join(" "))]);
}
