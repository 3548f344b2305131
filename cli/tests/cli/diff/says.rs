//! The output of `diff` for each pair of plans.

use testkit::command::{Expected, Output, anything, snapshot, that, without};
use testkit::pairs::{PAIRS, Pair};

/// Runs `diff` on two plans, and checks whether they differ. Standard error must be empty.
pub(crate) fn compared(
    (old, new): (&str, &str),
    differ: bool,
    arguments: &[&str],
    stdout: impl Into<Expected>,
) -> Output {
    let folder = crate::folder().file("old.json", old).file("new.json", new);
    let run = folder.run([&["diff", "old.json", "new.json"], arguments].concat());
    run.status(i32::from(differ)).stdout(stdout).check()
}

fn compared_pair(name: &str, arguments: &[&str], stdout: impl Into<Expected>) -> Output {
    let pair = PAIRS.iter().find(|pair| pair.name == name).unwrap();
    compared_plans(pair, arguments, stdout)
}

fn compared_plans(pair: &Pair, arguments: &[&str], stdout: impl Into<Expected>) -> Output {
    let (old, new) = pair.plans();
    compared((&old.to_string(), &new.to_string()), !pair.kinds.is_empty(), arguments, stdout)
}

#[test]
fn changes_read_well() {
    for pair in PAIRS {
        let text = compared_plans(pair, &[], snapshot("diff", pair.name)).stdout;
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{}:\n{text}", pair.name);
    }
}

#[test]
fn no_output_contains_a_credential() {
    for arguments in [&["--dockerfile"][..], &["--format", "markdown"], &["--format", "json"]] {
        // the line of the variable is shown as changed
        let text = compared_pair("credential", arguments, ["API_KEY=", "… (changed)"]).stdout;
        assert!(!text.contains("k-1") && !text.contains("k-2"), "{text}");
    }
}

#[test]
fn changes_have_locations() {
    let text = compared_pair("command", &["--format", "json"], anything()).stdout;
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    for side in ["old", "new"] {
        assert_eq!(document["changes"][0][side]["path"], "steps[1].commands[2].cmd");
        assert_eq!(document["changes"][0][side]["file"], format!("{side}.json"));
    }
    assert_eq!(document["same"], false);
}

#[test]
fn only_text_has_colours() {
    let parts = [
        "\u{1b}[1minstall\u{1b}[0m",
        "\u{1b}[31mall 4 layers rebuild\u{1b}[0m",
        "\u{1b}[32m+    npm ci --omit=dev\u{1b}[0m",
    ];
    compared_pair("command", &["--color", "always", "--dockerfile"], parts);
    for arguments in [
        &["--color", "never"][..],
        &[],
        &["--color", "always", "--format", "json"],
        &["--color", "always", "--format", "markdown"],
    ] {
        compared_pair("command", arguments, without(["\u{1b}"]));
    }
    compared_pair("command", &[], that(|text| !text.is_empty()));
}
