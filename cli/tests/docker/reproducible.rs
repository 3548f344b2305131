//! Two builds without a cache give the same image, whenever the files of the build context were written.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use fs_err as fs;
use testkit::command::{Folder, anything, that};
use testkit::engine::engine_with_archives;
use testkit::root;

use crate::examples::{make_stand_ins, plan_of};

/// Examples, and the names of their secrets.
const EXAMPLES: [(&str, &[&str]); 4] =
    [("secrets", &["DATABASE_URL", "API_KEY", "STRIPE_LIVE_KEY"]), ("php", &[]), ("monorepo", &[]), ("elixir", &[])];

/// Copies a directory. The files get new times.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.unwrap().path(), to.to_owned());
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, to).unwrap();
        }
    }
}

/// A folder with an example and its plan.
fn folder_of(example: &str) -> Folder {
    let folder = crate::folder();
    copy(&root().join("examples").join(example), &folder.root());
    folder.write("plan.json", plan_of(example));
    folder
}

/// The digest of an image in the engine.
fn digest(image: &str) -> String {
    let output = Command::new("docker").args(["image", "inspect", "--format={{.Id}}", image]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn builds_without_a_cache_are_the_same() {
    let Some(engine) = engine_with_archives() else { return };
    make_stand_ins(&engine);
    for (example, secrets) in EXAMPLES {
        let build = |number: usize, hash_key: &str| {
            let folder = folder_of(example);
            let image = format!("railpack2docker-test/reproducible-{example}:{number}");
            let arguments = ["build", "plan.json", "--syntax=none", "--reproducible", "--", "--no-cache", "-t", &image];
            // the value of SECRETS_HASH is different for each key
            let run = folder.run(arguments).with_docker().env("RAILPACK2DOCKER_HASH_KEY", hash_key);
            let run = run.envs(secrets.iter().map(|name| (*name, "value")));
            let loaded = format!("Loaded image: {image}\n");
            run.stdout(that(move |text| text == loaded)).stderr(anything()).check();
            digest(&image)
        };
        assert_eq!(build(1, "a"), build(2, "b"), "{example}");
    }
}

#[test]
fn command_in_the_header_builds_the_same() {
    let Some(engine) = engine_with_archives() else { return };
    make_stand_ins(&engine);
    let folder = folder_of("monorepo");
    let write = ["plan.json", "-o", "Dockerfile", "--syntax=none", "--reproducible"];
    folder.run(write).stdout(anything()).stderr(anything()).check();
    let dockerfile = folder.read("Dockerfile");
    let lines = dockerfile.lines().skip_while(|line| *line != "# Build the image:").skip(1);
    let command: Vec<&str> = lines.take_while(|line| *line != "#").map(|line| &line[1..]).collect();
    let command = command.join("\n");
    let build = |epoch: &str| {
        let run = folder.run_script(&command).with_docker().env("SOURCE_DATE_EPOCH", epoch);
        run.stdout(["Loaded image ID: sha256:"]).stderr(anything()).check().stdout
    };
    let (first, of_2001) = (build(""), build("1000000000"));
    // all files are newer than 2001
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_100_000_000);
    fs::File::options().write(true).open(folder.path("package.json")).unwrap().set_modified(past).unwrap();
    assert_eq!(build(""), first);
    assert_ne!(first, of_2001);
}

#[test]
fn a_build_that_fails_loads_nothing() {
    let Some(engine) = engine_with_archives() else { return };
    make_stand_ins(&engine);
    let folder = folder_of("monorepo");
    let build = ["build", "plan.json", "--syntax=none", "--reproducible", "--", "--target", "nothing"];
    let is_plain = |text: &str| text.contains("target stage \"nothing\"") && !text.contains("unrecognized");
    folder.run(build).with_docker().status(1).stderr(that(is_plain)).check();
}
