//! Tests of `--assets`, which writes the plan's files to a directory next to the Dockerfile.

use fs_err as fs;
use testkit::command::{Folder, anything, without};

use crate::folder;

const WRITE: [&str; 5] = ["plan.json", "-o", "Dockerfile", "--assets", "docker"];

/// A plan that writes files with these paths, and excludes these patterns.
fn plan_with(paths: &[&str], exclude: &str) -> String {
    let commands: Vec<String> =
        paths.iter().map(|path| format!(r#"{{ "path": "{path}", "name": "{path}" }}"#)).collect();
    let assets: Vec<String> = paths.iter().map(|path| format!(r#""{path}": "content of {path}""#)).collect();
    format!(
        r#"{{ "steps": [{{ "name": "build", "inputs": [{{ "image": "x" }}, {{ "local": true, "include": ["."] }}],
              "commands": [{}], "assets": {{ {} }} }}],
            "exclude": [{exclude}], "deploy": {{ "base": {{ "step": "build" }} }} }}"#,
        commands.join(", "),
        assets.join(", "),
    )
}

fn plan(paths: &[&str]) -> String {
    plan_with(paths, "")
}

/// A folder with the files that a plan generates.
fn written(paths: &[&str]) -> Folder {
    let folder = folder().file("plan.json", plan(paths));
    folder.run(WRITE).check();
    folder
}

#[test]
fn files_are_written_and_checked() {
    let folder = written(&["/etc/php.ini", "/start.sh"]);
    assert_eq!(folder.names(), ["Dockerfile", "docker", "plan.json"]);
    assert_eq!(folder.names_in("docker"), ["php.ini", "start.sh"]);
    assert_eq!(folder.read("docker/php.ini"), "content of /etc/php.ini\n");
    let dockerfile = folder.read("Dockerfile");
    for line in [
        "#   railpack2docker plan.json -o Dockerfile --assets=docker\n",
        "COPY --exclude=docker . /app\n",
        "COPY --chmod=644 docker/php.ini /etc/php.ini\n",
    ] {
        assert!(dockerfile.contains(line), "{dockerfile}");
    }
    folder.run(["--check"]).check();
    folder.unchanged(|| folder.run(WRITE).check());
    folder.run(["where", "Dockerfile:15"]).stdout(anything()).check();
}

#[test]
fn changed_files_are_reported_with_the_reason() {
    let folder = written(&["/php.ini"]);
    let is_stale = |diff: &[&str], said: &[&str]| {
        let output = folder.run(["--check"]).status(1).stdout(anything()).stderr(anything()).check();
        assert!(diff.iter().all(|part| output.stdout.contains(part)), "{}", output.stdout);
        assert!(said.iter().all(|part| output.stderr.contains(part)), "{}", output.stderr);
    };
    folder.write("docker/php.ini", "mine\n");
    is_stale(
        &["--- docker/php.ini\n", "-mine\n+content of /php.ini\n"],
        &[
            "error[edited-file]: `docker/php.ini` was edited by hand",
            "help: make the change in `railpack.json` or with an option instead, then discard it here with ",
        ],
    );
    let said = ["error[edited-file]: refusing to overwrite `docker/php.ini`, which was edited by hand"];
    folder.unchanged(|| folder.run(WRITE).status(2).stdout(["-mine\n"]).stderr(said).check());
    assert_eq!(folder.read("docker/php.ini"), "mine\n");
    folder.remove("docker/php.ini");
    is_stale(&["+content of /php.ini\n"], &["error[missing-file]: `docker/php.ini` does not exist"]);
    folder.run(WRITE).check();
    folder.replace("plan.json", "content of", "new content of");
    is_stale(
        &["-content of /php.ini\n+new content of /php.ini\n"],
        &["error[changed-plan]: stale `docker/php.ini`: its content in the plan changed"],
    );
    folder.run(WRITE).check();
    folder.run(["--check"]).check();
    folder.write("docker/php.ini", "new content of /php.ini\r\n");
    let said = ["note[line-endings]: `docker/php.ini` is up to date", "`php.ini text eol=lf`"];
    folder.run(["--check"]).stderr(said).check();
    let said = ["error[carriage-returns]: `docker/php.ini` has CRLF line endings"];
    folder.run(["build", "plan.json", "-f", "Dockerfile", "--assets", "docker"]).status(1).stderr(said).check();
    folder.run(WRITE).check();
    assert_eq!(folder.read("docker/php.ini"), "new content of /php.ini\n");
}

#[test]
fn left_over_files_are_removed() {
    let folder = written(&["/php.ini", "/start.sh"]);
    folder.write("plan.json", plan(&["/php.ini"]));
    let said = ["error[stale-asset]: stale `docker/start.sh`: the Dockerfile no longer copies it"];
    folder.run(["--check"]).status(1).stdout(["-content of /start.sh\n"]).stderr(said).check();
    folder.run(WRITE).check();
    assert_eq!(folder.names_in("docker"), ["php.ini"]);
    folder.run(["--check"]).check();

    // the directory goes with its last file
    folder.run(["plan.json", "-o", "Dockerfile", "--assets", "files"]).check();
    assert_eq!(folder.names(), ["Dockerfile", "files", "plan.json"]);
    folder.write("files/php.ini", "mine\n");
    folder.run(["plan.json", "-o", "Dockerfile"]).check();
    assert_eq!(folder.read("files/php.ini"), "mine\n", "an edited file is kept");
    folder.run(["--check"]).check();
}

#[test]
fn files_of_others_are_left_alone() {
    let folder = folder().file("plan.json", plan(&["/php.ini"])).file("docker/php.ini", "theirs\n");
    let said =
        ["refusing to overwrite `docker/php.ini`, which was not generated by", "another directory to `--assets`"];
    folder.run(WRITE).status(2).stderr(said).check();
    assert_eq!(
        (folder.names(), folder.read("docker/php.ini")),
        (vec!["docker".into(), "plan.json".into()], "theirs\n".into())
    );
    folder.run([&WRITE[..], &["--force"]].concat()).check();
    assert_eq!(folder.read("docker/php.ini"), "content of /php.ini\n");
    // the same content is no reason to refuse
    folder.remove("Dockerfile");
    folder.run(WRITE).check();

    folder.remove("Dockerfile");
    folder.write("docker/php.ini", "theirs\n");
    let said = ["error[missing-file]: `Dockerfile`", "error[not-generated]: `docker/php.ini`"];
    let check = ["plan.json", "--check", "--assets", "docker"];
    folder.run(check).status(1).stdout(without(["theirs"])).stderr(said).check();
}

#[test]
fn the_directory_contains_nothing_else() {
    let folder = written(&["/php.ini"]);
    folder.write("docker/.gitattributes", "* text eol=lf\n");
    folder.run(["--check"]).check();
    folder.write("docker/own.conf", "");
    let said =
        ["error[assets-directory]: `docker/own.conf` is not one of the plan's files, and the image would lack it"];
    folder.run(["--check"]).status(2).stderr(said).check();
    folder.run(WRITE).status(2).stderr(said).check();
}

#[test]
fn an_error_leaves_no_directory() {
    let folder = folder().file("plan.json", plan(&["/php.ini"])).file("Dockerfile", "FROM theirs\n");
    folder.run(WRITE).status(2).stderr(["error[not-generated]"]).check();
    folder.remove("Dockerfile");
    folder.make("map.json");
    folder.run([&WRITE[..], &["--source-map", "map.json"]].concat()).status(2).stderr(["is a directory"]).check();
    assert_eq!(folder.names(), ["map.json", "plan.json"]);
    let deep = ["plan.json", "-o", "Dockerfile", "--assets", "a/b"];
    folder.run(deep).status(2).stderr(["can't write `a/b`: its directory does not exist"]).check();
    assert_eq!(folder.names(), ["map.json", "plan.json"]);
}

#[test]
fn the_dockerfile_must_be_a_file() {
    let folder = folder().file("plan.json", plan(&["/php.ini"]));
    let said = ["error[invalid-option]: `--assets` writes files next to the Dockerfile", "help: pass `-o Dockerfile`"];
    for output in [&["plan.json"][..], &["plan.json", "-o", "-"]] {
        folder.run([output, &["--assets", "docker"]].concat()).status(2).stderr(said).check();
    }
    folder.write("railpack2docker.toml", "[transpile]\nassets = 'docker'\n");
    folder.run(["plan.json"]).status(2).stderr(said).check();
    for command in [
        &["lint", "plan.json", "--fail-on", "error"][..],
        &["explain", "plan.json"],
        &["diff", "plan.json", "plan.json"],
    ] {
        folder.run(command).stdout(anything()).stderr(anything()).check();
    }
    folder.run(["plan.json", "-o", "Dockerfile"]).check();
    assert!(!folder.read("Dockerfile").contains("--assets"), "{}", folder.read("Dockerfile"));
    folder.run(["--check"]).check();
    assert_eq!(folder.names(), ["Dockerfile", "docker", "plan.json", "railpack2docker.toml"]);
}

#[test]
fn docker_must_be_able_to_read_the_directory() {
    let folder = folder().file("app/plan.json", plan(&["/php.ini"]));
    let said = ["error[assets-directory]: `docker` is outside the build context `app`, so COPY can't read it"];
    folder.run(["app/plan.json", "-o", "Dockerfile", "--assets", "docker"]).status(2).stderr(said).check();
    for directory in ["../docker", "/docker", "a b", "."] {
        let refused = folder.run(["app/plan.json", "-o", "app/Dockerfile", "--assets", directory]);
        refused.status(2).stderr(["error[invalid-option]: the directory `", "help: pass another directory"]).check();
    }
    folder.make("app/build");
    folder.run(["app/plan.json", "-o", "app/build/Dockerfile", "--assets", "./files/"]).check();
    let dockerfile = folder.read("app/build/Dockerfile");
    assert!(dockerfile.contains("COPY --exclude=build/files . /app\n"), "{dockerfile}");
    assert!(dockerfile.contains("COPY --chmod=644 build/files/php.ini /php.ini\n"), "{dockerfile}");
    folder.run(["../plan.json", "--check", "-o", "Dockerfile", "--assets", "files"]).within("app/build").check();
    folder.run(["--check", "-o", "app/build/Dockerfile"]).check();
}

#[test]
fn ignore_files_let_the_files_through() {
    let folder = written(&["/php.ini"]);
    folder.write(".dockerignore", "docker\n");
    let said = ["error[assets-directory]: `.dockerignore` excludes `docker/php.ini`", "append `!docker/php.ini` to it"];
    folder.run(["--check"]).status(2).stderr(said).check();
    folder.run(WRITE).status(2).stderr(said).check();
    folder.write(".dockerignore", "docker\n!docker/php.ini\n");
    folder.run(WRITE).check();
    folder.write("plan.json", plan_with(&["/php.ini"], r#""docker""#));
    folder.run(WRITE).check();
    let ignored = folder.read("Dockerfile.dockerignore");
    assert!(ignored.ends_with("\ndocker\n!docker/php.ini\n"), "{ignored}");
    folder.run(["plan.json", "--assets", "docker", "--dockerignore"]).stdout(ignored).check();
    // an ignore file of an earlier plan has no effect: it is removed
    folder.remove(".dockerignore");
    folder.write("plan.json", plan(&["/php.ini"]));
    folder.replace("Dockerfile.dockerignore", "!docker/php.ini\n", "");
    folder.run([&WRITE[..], &["--force"]].concat()).check();
    assert_eq!(folder.names(), ["Dockerfile", "docker", "plan.json"]);
}

#[test]
fn a_temporary_dockerfile_contains_the_files() {
    let folder = folder().file("plan.json", plan(&["/php.ini"]));
    let build = ["build", "plan.json", "--assets", "docker", "--dry-run"];
    folder.run(build).stdout(anything()).stderr(["note[dry-run]"]).check();
    assert_eq!(folder.names(), ["plan.json"]);
    folder.run(WRITE).check();
    folder.run([&build[..], &["-f", "Dockerfile"]].concat()).stdout(["docker buildx build -f Dockerfile ."]).check();
    folder.make("other");
    let said = ["error[assets-directory]: the build context `other` does not contain `docker/php.ini`"];
    folder.run([&build[..], &["-f", "Dockerfile", "--context", "other"]].concat()).status(2).stderr(said).check();
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = folder().file("plan.json", plan(&["/php.ini"])).file("elsewhere/php.ini", "content of /php.ini\n");
    symlink("elsewhere", folder.path("docker")).unwrap();
    let said = ["error[assets-directory]: `docker` is a symbolic link"];
    folder.run(WRITE).status(2).stderr(said).check();
    fs::remove_file(folder.path("docker")).unwrap();
    folder.make("docker");
    symlink("../elsewhere/php.ini", folder.path("docker/php.ini")).unwrap();
    let said = ["can't write `docker/php.ini`: it is not a regular file"];
    folder.run([&WRITE[..], &["--force"]].concat()).status(2).stderr(said).check();
    folder.remove("docker/php.ini");
    folder.run(WRITE).check();

    // a header can list a file that this tool did not write
    fs::remove_dir_all(folder.path("docker")).unwrap();
    symlink("elsewhere", folder.path("docker")).unwrap();
    folder.run(["plan.json", "-o", "Dockerfile"]).check();
    assert!(folder.has("elsewhere/php.ini"));
}
