//! Archives that are damaged or hostile: no panic, no file outside, and nothing that a terminal interprets.

use serde_json::json;
use tar::EntryType;
use testkit::command::{anything, that};

use super::{Item, compare, config, files, image, layer};
use crate::leaks::archives::{Image, gzip, tar, write_directory, write_tar};

#[test]
fn paths_stay_within_the_root() {
    let outside = |text: &str| {
        image(
            &[vec![
                Item::file("../../../tmp/outside", text),
                Item::new("link", EntryType::Symlink, "../../../.."),
                Item::file("link/through", text),
                Item::new("loop", EntryType::Symlink, "loop/loop"),
                Item::file("loop/x", text),
            ]],
            json!({}),
        )
    };
    let lines = compare(&outside("1"), &outside("2"), &[], 1);
    let paths: Vec<&str> = lines.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(paths, ["/loop/x", "/through", "/tmp/outside"]);
}

#[test]
fn names_are_escaped() {
    let folder = crate::folder();
    let item = |text: &str| Item::file("app/\u{1b}[2J\u{202e}\n|`x", text);
    let config = |text: &str| json!({ "Env": [format!("A\u{1b}={text}\u{9b}")], "Labels": { "\u{7}": text } });
    write_tar(&folder, "old\u{1b}.tar", &image(&[vec![item("1")]], config("1")).oci());
    write_tar(&folder, "new.tar", &image(&[vec![item("2")]], config("2")).oci());
    for format in ["text", "markdown", "json"] {
        let is_harmless = that(|text| !text.chars().any(|c| c != '\n' && railpack2docker::escape::is_invisible(c)));
        let arguments = ["verify", "--images", "old\u{1b}.tar", "new.tar", "--accept=\u{1b}*", "--format", format];
        let output = folder.run(arguments).status(1).stdout(is_harmless).check().stdout;
        assert!(output.contains(if format == "json" { "\\u001b[2J" } else { "2J" }), "{output}");
    }
}

#[test]
fn a_hard_link_to_nothing_is_an_error() {
    let folder = crate::folder();
    write_tar(&folder, "a.tar", &image(&[vec![Item::new("x", EntryType::Link, "../y")]], json!({})).oci());
    let message =
        "error[unreadable-image]: can't read `a.tar`: `/x` is a hard link to a file that does not exist, in `blobs/";
    folder.run(["verify", "--images", "a.tar", "a.tar"]).status(2).stderr([message]).check();
}

#[test]
fn truncated_archives_are_errors() {
    let folder = crate::folder();
    write_tar(&folder, "whole.tar", &image(&[files()], config()).oci());
    let whole = folder.bytes("whole.tar");
    for length in (0..whole.len() - 1024).step_by(499) {
        folder.write("cut.tar", &whole[..length]);
        let run = folder.run(["verify", "--images", "whole.tar", "cut.tar"]);
        run.status(2).stderr(["error[unreadable-image]: can't read `cut.tar`: "]).check();
    }
}

#[test]
fn damaged_layers_are_errors() {
    let folder = crate::folder();
    let mut compressed = gzip(&layer(&[Item::file("a", &"text ".repeat(9000))]));
    let middle = compressed.len() / 2;
    compressed[middle] ^= 0x55;
    let manifest = json!({ "config": { "digest": "sha256:c" }, "layers": [{ "digest": "sha256:l" }] }).to_string();
    let files = [
        ("blobs/sha256/l", compressed),
        ("blobs/sha256/c", b"{}".to_vec()),
        ("blobs/sha256/m", manifest.into_bytes()),
        ("index.json", b"{\"manifests\": [{\"digest\": \"sha256:m\"}]}".to_vec()),
    ];
    write_directory(&folder, "image", &files.map(|(name, content)| (name.to_owned(), content)).into());
    let run = folder.run(["verify", "--images", "image", "image"]);
    run.status(2).stderr(["error[unreadable-image]: can't read `image`: ", ", in `blobs/sha256/l`"]).check();
}

#[test]
fn large_headers_are_errors() {
    let folder = crate::folder();
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(1 << 40);
    header.set_cksum();
    let large = Image { layers: vec![("RUN make", header.as_bytes().to_vec())], ..Image::default() };
    write_tar(&folder, "large.tar", &large.oci());
    let long = tar([("x/".repeat(3_000).as_str(), &b""[..])]);
    write_tar(&folder, "long.tar", &Image { layers: vec![("RUN make", long)], ..Image::default() }.oci());
    for (name, message) in [
        ("large.tar", "the attributes of a file are larger than 4 MiB"),
        ("long.tar", "a path is longer than 4096 bytes"),
    ] {
        folder.run(["verify", "--images", name, name]).status(2).stderr([message]).check();
    }
}

#[test]
fn what_is_not_an_image_is_refused() {
    let folder = crate::folder().file("empty.tar", [0; 1024]).file("text", "text").file("dir/text", "text");
    write_tar(&folder, "other.tar", &[("a".to_owned(), b"x".to_vec())].into());
    for name in ["empty.tar", "text", "dir", "other.tar"] {
        let run = folder.run(["verify", "--images", name, name]).stdout(anything());
        run.status(2).stderr([format!("error[unreadable-image]: can't read `{name}`: ").as_str()]).check();
    }
}
