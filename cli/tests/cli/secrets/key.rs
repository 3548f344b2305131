//! The key of the hash layer: `build` requires it, and passes it as a secret of its own.

use testkit::command::{anything, that};

use super::world::World;

const KEY: &str = "--secrets-hash-key=HASH_KEY";

/// The key of `SECRETS_HASH`, without which that hash takes long.
const SECRETS_HASH_KEY: (&str, &str) = ("RAILPACK2DOCKER_HASH_KEY", "key");

/// The values of the `--secret` arguments of docker.
fn secrets(world: &World) -> Vec<String> {
    world.log("arguments").into_iter().filter(|argument| argument.starts_with("id=")).collect()
}

#[test]
fn a_build_needs_the_key_even_if_secrets_are_optional() {
    let world = World::new(&["A"]);
    for optional in [&[][..], &["--optional-secrets"]] {
        let build = [&["build", "plan.json", KEY][..], optional].concat();
        let missing = ["`HASH_KEY` is missing (environment variable `HASH_KEY` is not set)"];
        world.fails(&build, &[("A", "a")], missing);
        // an empty key would hide nothing, and optional secrets may be empty
        let empty = if optional.is_empty() {
            "`HASH_KEY` is empty"
        } else {
            "1 of 2 secrets has no value: `HASH_KEY` is empty"
        };
        world.fails(&build, &[("A", ""), ("HASH_KEY", "")], [empty]);
    }
    world.fails(&["build", "plan.json", KEY], &[], ["2 of 2 secrets have no value"]);
    assert!(!world.is_built());
    world.builds(&[KEY, "--optional-secrets"], &[("HASH_KEY", "key"), SECRETS_HASH_KEY]);
    assert_eq!(secrets(&world), ["id=HASH_KEY,env=HASH_KEY"]);
}

#[test]
fn docker_gets_the_key_as_a_secret_of_its_own() {
    let world = World::new(&["A"]);
    world.write("app/key", "xyzzy");
    let file = format!("src={}", world.path("app/key").canonicalize().unwrap().display());
    for (source, field) in [
        ("HASH_KEY", "env=HASH_KEY".to_owned()),
        ("HASH_KEY=xyzzy", "env=RAILPACK2DOCKER_SECRET_HASH_KEY".to_owned()),
        ("id=HASH_KEY,env=OTHER", "env=OTHER".to_owned()),
        ("id=HASH_KEY,src=key", file),
    ] {
        let environment = [("A", "a"), ("HASH_KEY", "xyzzy"), ("OTHER", "xyzzy"), SECRETS_HASH_KEY];
        for (mount, secret) in
            [("env", "id=A,env=A"), ("file", "id=A,env=A"), ("bundle=ALL", "id=ALL,env=RAILPACK2DOCKER_SECRET_ALL")]
        {
            world.builds(&[KEY, "--secret-mount", mount, "--secret", source], &environment);
            assert_eq!(secrets(&world), [secret.to_owned(), format!("id=HASH_KEY,{field}")]);
            let bundle = world.log("environment").into_iter().find(|it| it.starts_with("RAILPACK2DOCKER_SECRET_ALL="));
            assert!(bundle.is_none_or(|bundle| !bundle.contains("xyzzy")), "the key is not in the bundle");
        }
    }
    assert!(!world.log("arguments").concat().contains("xyzzy"));
    assert!(world.read("log/Dockerfile").contains("id=HASH_KEY,required=true"));
}

#[test]
fn only_a_build_that_hashes_secrets_needs_the_key() {
    let world = World::new(&["A"]);
    let run = |arguments: &[&str]| {
        let run = world.run(arguments).envs([("A", "a"), SECRETS_HASH_KEY]);
        run.stdout(that(|text| !text.is_empty())).stderr(anything()).check().stdout
    };
    for command in ["hash", "bundle"] {
        assert_eq!(run(&[command, "plan.json", KEY]), run(&[command, "plan.json"]), "{command}");
    }
    let unlisted = World::with(&world.read("app/plan.json").replace("[\"*\"]", "[]"));
    unlisted.builds(&[KEY], &[("A", "a")]);
    assert_eq!(secrets(&unlisted), ["id=A,env=A"]);
}

#[test]
fn the_key_is_no_secret_of_the_plan() {
    let world = World::new(&["A"]);
    let build = |more: &[&str]| {
        let arguments = [&["build", "plan.json", "--secret-id=A=a"][..], more].concat();
        world.fails(&arguments, &[("A", "a"), ("a", "a")], ["use a secret of its own for the key"]);
    };
    build(&["--secrets-hash-key=a"]);
    build(&["--secrets-hash-key=A"]);
    build(&["--secrets-hash-key=ALL", "--secret-mount=bundle=ALL"]);
}
