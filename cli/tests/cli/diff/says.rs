//! Each change is named, and nothing else is.

use std::process::Command;

use railpack2docker::Options;
use railpack2docker::diff::{Status, compare};

use crate::pairs::PAIRS;

/// What the command prints of two plans, and its status.
pub(crate) fn printed(old: &str, new: &str, arguments: &[&str]) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("old.json"), old).unwrap();
    fs_err::write(folder.path().join("new.json"), new).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
    command.current_dir(folder.path()).env_clear().args(["diff", "old.json", "new.json"]).args(arguments);
    let output = command.output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn one_change_is_one_change() {
    for pair in PAIRS {
        let (old, new) = pair.plans();
        let found = compare(&old.to_string(), &new.to_string(), &Options::default()).unwrap();
        let kinds: Vec<_> = found.changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, pair.kinds, "{}: {:#?}", pair.name, found.changes);
    }
}

#[test]
fn each_change_reads_well() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/diff");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for pair in PAIRS {
        let (old, new) = pair.plans();
        let (text, status) = printed(&old.to_string(), &new.to_string(), &[]);
        assert_eq!(status, Some(i32::from(!pair.kinds.is_empty())), "{}", pair.name);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{}:\n{text}", pair.name);
        settings.bind(|| insta::assert_snapshot!(pair.name, text));
    }
}

#[test]
fn where_nothing_changed_every_layer_stays() {
    for pair in PAIRS.iter().filter(|pair| pair.kinds.is_empty()) {
        let (old, new) = pair.plans();
        let found = compare(&old.to_string(), &new.to_string(), &Options::default()).unwrap();
        let layers: Vec<_> = found.stages.iter().flat_map(|stage| &stage.layers).collect();
        assert!(!layers.is_empty() && layers.iter().all(|layer| layer.status == Status::Cached), "{}", pair.name);
    }
}

#[test]
fn a_credential_is_in_no_output() {
    let pair = PAIRS.iter().find(|pair| pair.name == "credential").unwrap();
    let (old, new) = pair.plans();
    for arguments in [&["--dockerfile"][..], &["--format", "markdown"], &["--format", "json"]] {
        let (text, _) = printed(&old.to_string(), &new.to_string(), arguments);
        assert!(!text.contains("k-1") && !text.contains("k-2"), "{text}");
        assert!(text.contains("API_KEY=") && text.contains("… (changed)"), "the line shows as changed: {text}");
    }
}

#[test]
fn each_change_has_its_places() {
    let pair = PAIRS.iter().find(|pair| pair.name == "command").unwrap();
    let (old, new) = pair.plans();
    let (text, _) = printed(&old.to_string(), &new.to_string(), &["--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    for side in ["old", "new"] {
        assert_eq!(document["changes"][0][side]["path"], "steps[1].commands[2].cmd");
        assert_eq!(document["changes"][0][side]["file"], format!("{side}.json"));
    }
    assert_eq!(document["same"], false);
}

#[test]
fn only_text_has_colours() {
    let pair = PAIRS.iter().find(|pair| pair.name == "command").unwrap();
    let (old, new) = pair.plans();
    let says = |arguments: &[&str]| printed(&old.to_string(), &new.to_string(), arguments).0;
    let coloured = says(&["--color", "always", "--dockerfile"]);
    for part in [
        "\u{1b}[1minstall\u{1b}[0m",
        "\u{1b}[31mall 4 layers rebuild\u{1b}[0m",
        "\u{1b}[32m+    npm ci --omit=dev\u{1b}[0m",
    ] {
        assert!(coloured.contains(part), "{coloured}");
    }
    for arguments in [
        &["--color", "never"][..],
        &[],
        &["--color", "always", "--format", "json"],
        &["--color", "always", "--format", "markdown"],
    ] {
        assert!(!says(arguments).contains('\u{1b}'), "{arguments:?}");
    }
}
