//! Long commands and copies are in lines, and do what they do on one line.

use std::collections::BTreeMap;
use std::process::Command;

use fs_err as fs;
use railpack2docker::{Options, transpile};
use serde_json::{Value, json};

use testkit::command::Folder;
use testkit::engine::{Build, engine};

const BINARY: &str = env!("CARGO_BIN_EXE_railpack2docker");

const IMAGE: &str = "railpack2docker-test/lines:1";

/// Writes its arguments down, a line for each start.
const RECORD: &str = r#"for word; do printf '<%s>' "$word"; done >> /app/started; echo >> /app/started"#;

/// Commands, and what `record` is started with.
fn commands() -> Vec<(Value, Vec<String>)> {
    let long = "x".repeat(60);
    let packages = ["ca-certificates", "curl", "git", "libatomic1", "make", "tzdata", "unzip", "zip"];
    let install = format!("sh /record update && sh /record apt-get install -y {}", packages.join(" "));
    vec![
        (
            json!({ "cmd": format!("sh -c '{install}'") }),
            vec!["<update>".to_owned(), format!("<apt-get><install><-y><{}>", packages.join("><"))],
        ),
        (json!(format!("apt-get update && apt-get install -y {}", packages.join(" "))), Vec::new()),
        (
            json!(format!(
                "x=\"1  2\"; sh /record \"$x  3\" {long}  $(sh -c \"echo 4  5\") {long} || false ; sh /record \"a  b\" {long} \\# {long} \\  c | cat # d  e"
            )),
            vec![format!("<1  2  3><{long}><4><5><{long}>"), format!("<a  b><{long}><#><{long}>< ><c>")],
        ),
        (
            json!({ "cmd": format!("sh /record -ldflags=\"-w  -s\" '{long}' {long}  ''") }),
            vec![format!("<-ldflags=-w  -s><{long}><{long}><>")],
        ),
        (
            json!({ "cmd": format!("sh /record {long} *.map {long} '$HOME  #' && \\#") }),
            vec![format!("<{long}><*.map><{long}><$HOME  #><&&><#>")],
        ),
        (
            json!({ "cmd": format!("sh /record {long} 'a\tb\\' {long} 'c\u{7f}' \"# d\"") }),
            vec![format!("<{long}><a\tb\\><{long}><c\u{7f}><# d>")],
        ),
    ]
}

#[test]
fn lines_do_what_one_line_does() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::from([("/record".to_owned(), RECORD.to_owned())]));
    let context = tempfile::tempdir().unwrap();
    let kept = format!("a-directory-with-a-{}-name", "very-".repeat(10));
    let excluded: Vec<String> = (0..12).map(|at| format!("directory-{at}")).collect();
    for name in excluded.iter().chain([&kept]) {
        fs::create_dir(context.path().join(name)).unwrap();
        fs::write(context.path().join(name).join("file"), "").unwrap();
    }
    let (commands, started): (Vec<Value>, Vec<Vec<String>>) = commands().into_iter().unzip();
    let plan = json!({
        "steps": [{
            "name": "a",
            "inputs": [{ "image": IMAGE }, { "local": true, "include": ["."] }],
            "commands": commands,
        }],
        "deploy": { "base": { "image": IMAGE }, "inputs": [
            { "step": "a", "include": ["/app"], "exclude": excluded },
            { "step": "a", "include": [format!("/app/{kept}")], "exclude": ["nothing"] },
        ] },
    });
    let dockerfile = transpile(&plan.to_string(), &Options::default()).unwrap().dockerfile;
    let instructions = dockerfile.lines().filter(|line| !line.starts_with('#'));
    assert!(instructions.clone().all(|line| line.chars().count() <= 120), "{dockerfile}");
    assert!(instructions.filter(|line| line.ends_with('\\')).count() > 20, "{dockerfile}");
    let built = engine.build(&Build::new(&plan.to_string(), context.path(), &[]));
    assert_eq!(built.read("/app/started").lines().collect::<Vec<_>>(), started.concat());
    let installs = "apt-get update\napt-get install -y ca-certificates curl git libatomic1 make tzdata unzip zip\n";
    assert_eq!(built.read("/app/.ran"), installs);
    assert!(built.path(&format!("/app/{kept}/file")).exists());
    assert!(excluded.iter().all(|name| !built.path(&format!("/app/{name}")).exists()));
}

#[test]
fn a_failing_line_is_found_in_the_plan() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::from([("/record".to_owned(), RECORD.to_owned())]));
    let plan = json!({
        "steps": [{ "name": "a", "inputs": [{ "image": IMAGE }], "commands": ["true", "sh /record && false"] }],
        "deploy": { "base": { "image": IMAGE }, "inputs": [{ "step": "a", "include": ["/app"] }] },
    });
    let folder = Folder::new(BINARY).file("plan.json", plan.to_string());
    let found = ["ERROR: failed", "at which the build fails, comes from `steps[0].commands[1]`"];
    folder.run(["build", "plan.json", "--syntax=none"]).with_docker().status(1).stderr(found).check();

    // on a terminal, docker's record of the build has the line
    if Command::new("script").arg("--version").output().is_err() {
        testkit::skip("there is no `script`", "REQUIRE_SHELLS");
        return;
    }
    let build = format!("{BINARY} build plan.json --syntax=none");
    let on_terminal = folder.run_program("script", ["-qec", &build, "/dev/null"]).with_docker().status(1);
    on_terminal.stdout(["at which the build fails, comes from `steps[0].commands[1]`"]).check();
}
