//! Planted differences: each is found and named, alone.

use serde_json::{Value, json};
use tar::EntryType;

use super::{Item, compare, config, files, image};

/// Compares the image with a changed one, and returns the only line.
fn planted(change: impl FnOnce(&mut Vec<Vec<Item>>, &mut Value)) -> String {
    let (mut layers, mut changed) = (vec![files()], config());
    change(&mut layers, &mut changed);
    let lines = compare(&image(&[files()], config()), &image(&layers, changed), &[], 1);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    lines.into_iter().next().unwrap()
}

/// Compares the image with one of which a file is changed.
fn planted_in(path: &str, change: impl FnOnce(&mut Item)) -> String {
    planted(|layers, _| change(layers[0].iter_mut().find(|item| item.path == path).unwrap()))
}

/// Compares the image with one of which a setting is changed.
fn planted_setting(key: &str, value: Value) -> String {
    planted(|_, config| config[key] = value)
}

#[test]
fn a_mode() {
    assert_eq!(planted_in("app/run.sh", |file| file.mode = 0o755), "/app/run.sh: mode: 0644 (A), 0755 (B)");
    assert_eq!(planted_in("srv/", |file| file.mode = 0o1777), "/srv: mode: 0755 (A), 1777 (B)");
}

#[test]
fn an_owner() {
    assert_eq!(planted_in("app/run.sh", |file| file.owner = (1000, 5)), "/app/run.sh: owner: 0:0 (A), 1000:5 (B)");
}

#[test]
fn a_content() {
    let line = planted_in("app/run.sh", |file| file.text = "#!/bin/no\n".to_owned());
    let expected = "/app/run.sh: content: 10 bytes, sha256:a8076d3d28d2 (A), 10 bytes, sha256:";
    assert!(line.starts_with(expected) && line.ends_with(" (B)"), "{line}");
}

#[test]
fn a_target_of_a_link() {
    let line = planted_in("app/current", |file| file.text = "data".to_owned());
    assert_eq!(line, "/app/current: link target: run.sh (A), data (B)");
}

#[test]
fn a_copy_for_a_hard_link() {
    let line = planted_in("app/copy", |file| *file = Item::file("app/copy", "data"));
    assert_eq!(line, "/app/data: hard link: to /app/copy (A), none (B)");
}

#[test]
fn a_whiteout() {
    let line = planted(|layers, _| layers.push(vec![Item::file("srv/.wh.one", "")]));
    assert_eq!(line, "/srv/one: only in A: file");
    let line = planted(|layers, _| layers.push(vec![Item::file("srv/.wh..wh..opq", ""), Item::file("srv/two", "2")]));
    assert_eq!(line, "/srv/one: only in A: file");
    let line = planted(|layers, _| layers.push(vec![Item::file(".wh.srv", "")]));
    assert_eq!(line, "/srv: only in A: directory, with 2 files in it");
}

#[test]
fn a_directory_for_a_file() {
    let line = planted_in("srv/one", |file| *file = Item::new("srv/one/", EntryType::Directory, ""));
    assert_eq!(line, "/srv/one: kind: file (A), directory (B)");
}

#[test]
fn an_added_and_a_removed_file() {
    let line = planted(|layers, _| layers.push(vec![Item::file("srv/three", "3")]));
    assert_eq!(line, "/srv/three: only in B: file");
    let line = planted(|layers, _| layers[0].retain(|item| item.path != "srv/two"));
    assert_eq!(line, "/srv/two: only in A: file");
}

#[test]
fn a_number_of_a_device() {
    assert_eq!(planted_in("dev/null", |file| file.device = (1, 3)), "/dev/null: device: 0:0 (A), 1:3 (B)");
}

#[test]
fn an_extended_attribute() {
    let line = planted_in("app/run.sh", |file| file.attribute = Some(("user.note", "x")));
    assert_eq!(line, "/app/run.sh: attribute `user.note`: only in B: x");
}

#[test]
fn variables() {
    let line = planted_setting("Env", json!(["PATH=/usr/bin:/bin"]));
    assert_eq!(line, "env.HOME: only in A: /root");
    let line = planted_setting("Env", json!(["HOME=/", "PATH=/usr/bin:/bin"]));
    assert_eq!(line, "env.HOME: value: /root (A), / (B)");
    let line = planted_setting("Env", json!(["PATH=/usr/bin:/bin", "HOME=/root", "A="]));
    assert_eq!(line, "env.A: only in B: ");
}

#[test]
fn entries_of_path() {
    let line = planted_setting("Env", json!(["PATH=/mise/shims:/usr/bin:/bin", "HOME=/root"]));
    assert_eq!(line, "env.PATH: entry `/mise/shims`: only in B: number 1");
    let line = planted_setting("Env", json!(["PATH=/bin:/usr/bin", "HOME=/root"]));
    assert_eq!(line, "env.PATH: order: /usr/bin:/bin (A), /bin:/usr/bin (B)");
}

#[test]
fn settings() {
    for (key, value, expected) in [
        ("Entrypoint", json!(["/bin/sh", "-c"]), r#"entrypoint: value: ["/bin/bash","-c"] (A), ["/bin/sh","-c"] (B)"#),
        ("Cmd", Value::Null, r#"command: only in A: ["node server.js"]"#),
        ("WorkingDir", json!("/srv"), "workdir: value: /app (A), /srv (B)"),
        ("User", json!("1000"), "user: only in B: 1000"),
        ("Labels", json!({ "version": "2" }), "label.version: value: 1 (A), 2 (B)"),
        ("ExposedPorts", json!({}), "expose.80/tcp: only in A: set"),
        ("Volumes", json!({ "/data": {} }), "volume./data: only in B: set"),
        ("StopSignal", json!("SIGINT"), "stop-signal: only in B: SIGINT"),
        ("Healthcheck", json!({ "Test": ["CMD", "x"] }), r#"healthcheck: only in B: {"Test":["CMD","x"]}"#),
        ("Shell", json!(["/bin/bash"]), r#"shell: only in B: ["/bin/bash"]"#),
    ] {
        assert_eq!(planted_setting(key, value), expected);
    }
}

#[test]
fn nothing_else_is_found() {
    let same = || image(&[files()], config());
    assert_eq!(compare(&same(), &same(), &[], 0), [""; 0]);
}
