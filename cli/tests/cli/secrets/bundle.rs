//! The bundle that `bundle` prints, and that `build` passes to docker.

use data_encoding::BASE64;
use testkit::command::anything;

use super::world::World;

const VALUES: [(&str, &str); 2] = [("A", "it's\n"), ("B", "$x")];

fn bundle(world: &World, more: &[&str]) -> String {
    let run = world.run(&[&["bundle", "plan.json"], more].concat()).envs(VALUES);
    run.stdout(anything()).check().stdout
}

#[test]
fn docker_gets_the_printed_bundle_and_no_other_secret() {
    let world = World::new(&["B", "A"]);
    let printed = bundle(&world, &[]);
    assert!(printed.contains("\nexport A='it'\\''s\n'\nexport B='$x'\n"), "{printed}");
    assert!(printed.ends_with('}'), "the same bytes as in a variable, which `$(…)` strips: {printed}");
    world.builds(&["--secret-mount=bundle=ALL"], &[VALUES[0], VALUES[1], ("RAILPACK2DOCKER_HASH_KEY", "key")]);
    let arguments = world.log("arguments");
    let secrets: Vec<&String> = arguments.iter().filter(|argument| argument.starts_with("id=")).collect();
    assert_eq!(secrets, ["id=ALL,env=RAILPACK2DOCKER_SECRET_ALL"]);
    assert!(world.log("environment").contains(&format!("RAILPACK2DOCKER_SECRET_ALL={printed}")));
}

#[test]
fn a_bundle_in_base64_has_one_line_and_decodes_itself() {
    let world = World::new(&["A", "B"]);
    let printed = bundle(&world, &["--base64"]);
    let encoded = printed.strip_prefix("eval \"$(echo ").and_then(|rest| rest.strip_suffix(" | base64 -d)\""));
    let decoded = BASE64.decode(encoded.unwrap().as_bytes()).unwrap();
    assert_eq!(String::from_utf8(decoded).unwrap(), bundle(&world, &[]));
}

#[test]
fn a_bundle_has_every_secret() {
    let world = World::new(&["A", "B"]);
    let missing = ["`B` is missing (environment variable `B` is not set)"];
    world.fails(&["bundle", "plan.json"], &VALUES[..1], missing);
    world.fails(&["bundle", "plan.json", "--optional-secrets"], &VALUES[..1], missing);
    let run = world.run(&["bundle", "plan.json", "--secret=B=", "--allow-empty"]).envs([VALUES[0]]);
    run.stdout(["\nexport B=''\n"]).check();
    world.fails(&["bundle", "plan.json", "--secret=B="], &VALUES[..1], ["`B` is empty"]);
}

#[test]
fn secrets_that_no_shell_can_export_are_refused() {
    let world = World::new(&["A", "my-token"]);
    world.write("app/token", "x");
    let token = ["--secret", "id=my-token,src=token"];
    let said = ["a shell can't export a variable named `my-token`"];
    world.fails(&[&["bundle", "plan.json"][..], &token].concat(), &VALUES, said);
    let said = ["secret `my-token` can't be in a bundle", "rename the secret, or pass `--secret-mount env`"];
    world.fails(&[&["build", "plan.json", "--secret-mount=bundle"][..], &token].concat(), &VALUES, said);
    assert!(!world.is_built());
}
