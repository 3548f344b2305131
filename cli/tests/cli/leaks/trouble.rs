//! Archives that are damaged, and secrets that can't be searched for.

use serde_json::json;
use testkit::command::{Folder, anything, without};

use super::archives::{Image, gzip, tar, write_directory, write_tar};
use super::{VALUE, layers};

/// A folder with an image whose last layer has a leak.
fn folder() -> Folder {
    let folder = crate::folder();
    let content = [b"content ".repeat(5000), VALUE.as_bytes().to_vec()].concat();
    write_tar(&folder, "image.tar", &layers(&[("RUN make", "app/file", &content)]).oci());
    folder
}

/// Runs a search that must fail with these messages.
fn fails<const N: usize>(folder: &Folder, arguments: &[&str], messages: [&str; N]) {
    let run = folder.run([&["leaks"], arguments].concat()).env("TOKEN", VALUE);
    let said = run.status(2).stderr(messages).check().stderr;
    assert!(!said.contains("s3cr3t"), "{said}");
}

const TOKEN: [&str; 4] = ["--secret", "TOKEN", "--oci", "image.tar"];

#[test]
fn truncated_archives_are_errors() {
    let folder = folder();
    let whole = folder.bytes("image.tar");
    for length in (0..whole.len() - 1024).step_by(997) {
        folder.write("image.tar", &whole[..length]);
        fails(&folder, &TOKEN, ["error[unreadable-image]: ", "`image.tar`"]);
    }
    let compressed = gzip(&whole);
    folder.write("image.tar", &compressed[..compressed.len() / 2]);
    fails(&folder, &TOKEN, ["error[unreadable-image]: can't read `image.tar`: it is truncated"]);
}

#[test]
fn an_error_in_a_layer_has_its_location() {
    let folder = crate::folder();
    let mut compressed = gzip(&tar([("app/file", "content ".repeat(9000).as_bytes())]));
    let middle = compressed.len() / 2;
    compressed[middle] ^= 0x55;
    let config = json!({ "config": { "digest": "sha256:c" }, "layers": [{ "digest": "sha256:1a2b" }] });
    let files = [
        ("blobs/sha256/1a2b".to_owned(), compressed),
        ("index.json".to_owned(), b"{}".to_vec()),
        ("blobs/sha256/m".to_owned(), config.to_string().into_bytes()),
    ];
    write_directory(&folder, "image", &files.clone().into());
    write_tar(&folder, "image.tar", &files.into());
    for (path, name) in [("image", "`image`"), ("image.tar", "`image.tar`")] {
        let message = format!("error[unreadable-image]: can't read {name}: ");
        fails(&folder, &["--secret", "TOKEN", "--oci", path], [&message, ", in `blobs/sha256/1a2b"]);
    }
}

#[test]
fn what_is_not_an_image_is_refused() {
    let folder = crate::folder().file("text", "no archive").file("empty", "").file("directory/file", "x");
    folder.write("rootfs.tar", tar([("etc/passwd", &b"root"[..])]));
    let run = |path: &str, message: &str| fails(&folder, &["--secret", "TOKEN", "--oci", path], [message]);
    run("text", "can't read `text`: it is not a tar archive");
    run("empty", "can't read `empty`: it is not a tar archive");
    run("rootfs.tar", "`rootfs.tar` is not an image: it has neither `index.json` nor `manifest.json`");
    run("directory", "`directory` is not an image");
    run("missing", "can't read `missing`: no such file");
    fails(&folder, &["--secret", "TOKEN", "--log", "missing"], ["error[unreadable-file]: can't read `missing`"]);
    fails(&folder, &["--secret", "TOKEN"], ["required arguments"]);
}

/// What was not read was not searched, so a clean result would be wrong.
#[test]
fn an_image_that_lacks_a_part_is_refused() {
    let whole = Image { compress: <[u8]>::to_vec, ..layers(&[("RUN make", "app/file", b"content")]) }.oci();
    let is_layer = |name: &str, content: &[u8]| name.starts_with("blobs/") && content.starts_with(b"app/file");
    let layer = whole.iter().find(|(name, content)| is_layer(name, content)).unwrap().0.clone();
    let index = |content: &str| [("index.json".to_owned(), Some(content.as_bytes().to_vec()))];
    let blobs = whole.keys().filter(|name| name.starts_with("blobs/"));
    let absent = r#"{"manifests": [{"digest": "sha256:00"}]}"#;
    let (name, no_image) = (layer.as_str(), "it has no image: neither");
    for (changes, messages) in [
        (vec![(layer.clone(), None)], ["it has no blob `", name]),
        (vec![(layer.clone(), Some(Vec::new()))], ["it is truncated, in `", name]),
        (vec![(layer.clone(), Some(b"text".to_vec()))], ["it is not a tar archive, in `", name]),
        (blobs.map(|name| (name.clone(), None)).collect(), [no_image, "names one that is there"]),
        (index("{}").into(), [no_image, ""]),
        (index(r#"{"manifests": []}"#).into(), [no_image, ""]),
        (index("not json").into(), [no_image, ""]),
        (index(absent).into(), [no_image, ""]),
    ] {
        let mut files = whole.clone();
        for (name, content) in changes {
            match content {
                Some(content) => drop(files.insert(name, content)),
                None => drop(files.remove(&name)),
            }
        }
        let folder = crate::folder();
        write_directory(&folder, "image", &files);
        write_tar(&folder, "image.tar", &files);
        for (path, name) in [("image", "`image`"), ("image.tar", "`image.tar`")] {
            let message = format!("error[unreadable-image]: can't read {name}: ");
            let arguments = ["--secret", "TOKEN", "--oci", path];
            fails(&folder, &arguments, [&message, messages[0], messages[1], "save or export it again"]);
        }
    }
    let folder = crate::folder();
    let mut saved = layers(&[("RUN make", "app/file", b"content")]).classic();
    saved.insert("manifest.json".to_owned(), b"[]".to_vec());
    write_tar(&folder, "image.tar", &saved);
    fails(&folder, &TOKEN, [no_image]);
}

/// `docker save` wrote a link for a layer that is the same as another one.
#[cfg(unix)]
#[test]
fn layers_can_be_links() {
    let folder = crate::folder();
    let mut files = layers(&[("RUN make", "a", b"a"), ("RUN make", "a", b"a")]).classic();
    files.remove("layer1/layer.tar");
    write_directory(&folder, "image", &files);
    std::os::unix::fs::symlink("../layer0/layer.tar", folder.path("image/layer1/layer.tar")).unwrap();
    let mut builder = ::tar::Builder::new(Vec::new());
    builder.follow_symlinks(false);
    builder.append_dir_all(".", folder.path("image")).unwrap();
    folder.write("image.tar", builder.into_inner().unwrap());
    for path in ["image", "image.tar"] {
        let run = folder.run(["leaks", "--oci", path, "--secret", "TOKEN"]).env("TOKEN", VALUE);
        run.stdout("no leaks found (1 secret searched for)\n").check();
    }
}

#[test]
fn a_corrupt_file_within_a_layer_is_a_note() {
    let folder = crate::folder();
    let mut compressed = gzip("content ".repeat(9000).as_bytes());
    compressed.truncate(60);
    let image = layers(&[("RUN make", "app/bad.gz", &[&compressed[..], VALUE.as_bytes()].concat())]);
    write_tar(&folder, "image.tar", &image.oci());
    let run = folder.run([&["leaks"][..], &TOKEN].concat()).env("TOKEN", VALUE).status(1);
    let note = "note[partial-search]: `image.tar`: `/app/bad.gz` was not decompressed to its end: the file is corrupt";
    run.stderr([note]).stdout(["layer 1 of 1, `/app/bad.gz`"]).check();
}

#[test]
fn links_in_a_directory_are_not_followed() {
    let folder = crate::folder().file("outside", VALUE);
    write_directory(&folder, "image", &layers(&[("RUN make", "a", b"a")]).oci());
    #[cfg(unix)]
    for (target, link) in [("outside", "image/blobs/file"), (".", "image/loop")] {
        std::os::unix::fs::symlink(folder.path(target), folder.path(link)).unwrap();
    }
    let run = folder.run(["leaks", "--oci", "image", "--secret", "TOKEN"]).env("TOKEN", VALUE);
    run.stdout("no leaks found (1 secret searched for)\n").check();
}

#[test]
fn short_and_missing_values_are_reported() {
    let folder = folder();
    let run =
        |arguments: &[&str]| folder.run([&["leaks", "--oci", "image.tar"], arguments].concat()).env("TOKEN", VALUE);
    let short = run(&["--secret", "TOKEN", "--secret", "A=hunter2\n", "--secret", "B="]).status(1);
    let said = short
        .stdout(["`TOKEN` is in"])
        .stderr(["note[short-secret]: `A`", "warning[unsearched-secret]: `B`", "is empty in `--secret`"])
        .check();
    assert!(!said.stderr.contains("hunter2"));
    let only_short = run(&["--secret", "A=hunter2"]);
    only_short.stdout("no secrets to search for\n").stderr(["`A` was not searched for"]).check();
    let empty = run(&["--secret", "TOKEN", "--secret", "B=", "--allow-empty"]).status(1).stdout(anything());
    empty.stderr(["note[short-secret]: `B`"]).check();
    let missing = run(&["--secret", "TOKEN", "--secret", "NONE"]).status(1).stdout(anything());
    missing.stderr(["warning[unsearched-secret]: `NONE`", "environment variable `NONE` is not set"]).check();
    fails(
        &folder,
        &["--oci", "image.tar", "--secret", "NONE"],
        ["error[missing-secret]: no secret has a value: `NONE`"],
    );
    fails(&folder, &["--oci", "image.tar"], ["error[missing-secret]: no secret to search for"]);
    fails(&folder, &["--oci", "image.tar", "--secret", ""], ["error[malformed-secret]"]);
}

#[test]
fn a_plan_names_the_secrets() {
    let folder = folder();
    let plan = |name: &str| {
        json!({
            "secrets": [name],
            "steps": [{ "name": "a", "inputs": [{ "image": "x" }], "commands": [{ "cmd": "make" }] }],
            "deploy": { "base": { "step": "a" } },
        })
        .to_string()
    };
    folder.write("railpack-plan.json", plan("TOKEN"));
    folder.write("other.json", plan("OTHER"));
    folder.write(".env", "NODE_ENV='content content content'\n");
    let run =
        |arguments: &[&str]| folder.run([&["leaks", "--oci", "image.tar"], arguments].concat()).env("TOKEN", VALUE);
    run(&[]).status(1).stdout(["`TOKEN` is in"]).check();
    // with a plan, an env file may contain other settings
    run(&["--env-file", ".env"]).status(1).stdout(without(["NODE_ENV"])).check();
    run(&["--env-file", ".env", "--plan", "none"]).status(1).stdout(["`NODE_ENV` is in"]).check();
    run(&["--plan", "other.json"]).status(2).stderr(["no secret has a value: `OTHER`"]).check();
    let both = run(&["--plan", "other.json", "--secret", "TOKEN"]).status(1).stdout(["`TOKEN` is in"]);
    both.stderr(["`OTHER` was not searched for"]).check();
    run(&["--plan", "missing.json"]).status(2).stderr(["error[unreadable-plan]"]).check();
}

#[test]
fn a_secret_in_the_name_of_a_source_is_not_shown() {
    let image = Image { config: json!({ "Env": ["A=hunter2-hunter2"] }), ..Image::default() };
    let folder = crate::folder();
    write_tar(&folder, "hunter2-hunter2.tar", &image.oci());
    let run = folder.run(["leaks", "--oci", "hunter2-hunter2.tar", "--secret", "A=hunter2-hunter2"]).status(1);
    run.stdout(["`A` is in `[A].tar`: the image config"]).check();
    for source in ["--oci", "--log"] {
        let run = folder.run(["leaks", source, "hunter2-hunter2.txt", "--secret", "A=hunter2-hunter2"]).status(2);
        run.stderr(["can't read `[A].txt`: no such file"]).check();
    }
}
