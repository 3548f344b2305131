//! Images in every form, and differences that don't count.

use serde_json::{Value, json};
use testkit::command::{anything, without};

use super::{Item, compare, config, files, image, lines};
use crate::leaks::archives::{Image, gzip, write_directory, write_tar, zstd};

/// The image of the tests in three layers with other times, in another order, with files that are deleted again.
fn rebuilt() -> Image {
    let mut later = files();
    for item in &mut later {
        item.time = 1_700_000_000;
    }
    let (first, second) = later.split_at(5);
    let mut first = first.to_vec();
    first.insert(1, Item::file("app/temporary", "x"));
    first.push(Item::file("srv/one", "old"));
    let deleted = vec![Item::file("app/.wh.temporary", "")];
    let mut config = config();
    config["Env"] = json!(["HOME=/root", "PATH=/usr/bin:/bin"]);
    config["User"] = json!("");
    image(&[first, second.to_vec(), deleted], config)
}

#[test]
fn times_and_splits_of_layers_do_not_count() {
    assert_eq!(compare(&image(&[files()], config()), &rebuilt(), &[], 0), [""; 0]);
}

#[test]
fn every_form_is_read() {
    let folder = crate::folder();
    let image = || image(&[files()], config());
    let with_provenance = Image { provenance: Some(json!({})), ..image() };
    write_tar(&folder, "oci.tar", &with_provenance.oci());
    write_directory(&folder, "oci", &Image { compress: zstd, ..image() }.oci());
    folder.write("oci.tar.gz", gzip(&folder.bytes("oci.tar")));
    write_tar(&folder, "classic.tar", &image().classic());
    write_directory(&folder, "plain", &Image { compress: <[u8]>::to_vec, ..image() }.oci());
    write_tar(&folder, "rebuilt.tar", &rebuilt().oci());
    for form in ["oci.tar", "oci", "oci.tar.gz", "classic.tar", "plain"] {
        assert_eq!(lines(&folder, [form, "rebuilt.tar"], &[], 0), [""; 0], "{form}");
    }
}

#[test]
fn images_of_the_engine_are_saved() {
    let folder = crate::folder();
    write_tar(&folder, "a.tar", &image(&[files()], config()).oci());
    let script =
        "#!/bin/sh\n[ \"$1 $2 $4\" = 'image save app' ] && exec cat a.tar\necho \"No such image: $4\" >&2\nexit 1\n";
    folder.write_program("bin/docker", script);
    let path = format!("{}:/usr/bin:/bin", folder.path("bin").display());
    let run = |name| folder.run(["verify", "--images", "a.tar", name]).env("PATH", &path);
    run("app").stdout("A: a.tar\nB: app\n\nthe images are the same: 10 files and 7 settings\n").check();
    let messages =
        ["error[unreadable-image]: can't read the image `other`: No such image: other", "the path of an archive"];
    run("other").status(2).stderr(messages).check();
}

/// The differences of an image after a build that makes files new.
fn with_new_files() -> Image {
    let mut files = files();
    files.extend([
        Item::file("app/__pycache__/a.cpython-313.pyc", "2"),
        Item::file("var/log/apt/history.log", "2"),
        Item::file("var/log/dpkg.log", "2"),
    ]);
    let mut config = config();
    config["Env"] = json!(["HOME=/root", "PATH=/usr/bin:/bin", "RAILPACK_BUILT_AT=2026-11-26"]);
    image(&[files], config)
}

#[test]
fn what_is_new_in_each_build_is_counted() {
    let mut old = files();
    old.extend([
        Item::file("app/__pycache__/a.cpython-313.pyc", "1"),
        Item::file("var/log/apt/history.log", "1"),
        Item::file("var/log/dpkg.log", "1"),
    ]);
    let old = image(&[old], config());
    assert_eq!(
        compare(&old, &with_new_files(), &[], 0),
        [
            "new in each build (`--show-new` lists them): Python byte code, with the time of its source (1), logs (2) and \
          time of the build by Railpack (1)"
        ]
    );
    let listed = compare(&old, &with_new_files(), &["--show-new"], 0);
    assert_eq!(listed[0], "new in each build, Python byte code, with the time of its source:");
    assert!(listed[1].starts_with("  /app/__pycache__/a.cpython-313.pyc: content: 1 byte, "), "{listed:#?}");
    assert_eq!(listed.last().unwrap(), "  env.RAILPACK_BUILT_AT: only in B: 2026-11-26");
    assert_eq!(listed.len(), 7);
    // their modes count
    let mut changed = files();
    changed.push(Item { mode: 0o600, ..Item::file("var/log/dpkg.log", "2") });
    let mut old = files();
    old.push(Item::file("var/log/dpkg.log", "1"));
    let lines = compare(&image(&[old], config()), &image(&[changed], config()), &[], 1);
    assert_eq!(lines[0], "/var/log/dpkg.log: mode: 0644 (A), 0600 (B)");
}

/// Images with three differences.
fn different() -> (Image, Image) {
    let mut new = files();
    new[1].mode = 0o755;
    new[2].owner = (1, 1);
    new[4].owner = (1, 1);
    let mut other = config();
    other["User"] = json!("app");
    (image(&[files()], config()), image(&[new], other))
}

#[test]
fn accepted_differences_are_named() {
    let (old, new) = different();
    let lines = compare(&old, &new, &["--accept", "/app/{copy,data}", "--accept", "/nothing"], 1);
    assert_eq!(
        lines,
        [
            "user: only in B: app",
            "/app/run.sh: mode: 0644 (A), 0755 (B)",
            "accepted by `/app/{copy,data}`:",
            "  /app/copy: owner: 0:0 (A), 1:1 (B)",
            "  /app/data: owner: 0:0 (A), 1:1 (B)",
            "`--accept /nothing` matches no difference",
        ]
    );
    assert_eq!(compare(&old, &new, &["--accept=/app/**", "--accept=user"], 0).len(), 6);
}

#[test]
fn the_config_file_accepts_differences() {
    let folder = crate::folder().file("railpack2docker.toml", "[verify]\naccept = ['/app/**']\n");
    let (old, new) = different();
    write_tar(&folder, "old.tar", &old.oci());
    write_tar(&folder, "new.tar", &new.oci());
    assert_eq!(lines(&folder, ["old.tar", "new.tar"], &["--accept=user"], 0).len(), 6);
    assert_eq!(lines(&folder, ["old.tar", "new.tar"], &["--accept=user", "--config=none"], 1).len(), 5);
    folder.write("railpack2docker.toml", "[verify]\naccepts = []\n");
    let run = folder.run(["verify", "--images", "old.tar", "new.tar"]);
    run.status(2).stderr(["error[invalid-config]", "did you mean `accept`?"]).check();
    let run = folder.run(["verify", "--images", "old.tar", "new.tar", "--config=none", "--accept=["]);
    run.status(2).stderr(["error[invalid-option]: the pattern `[` of `--accept` is invalid"]).check();
}

#[test]
fn the_document_has_everything() {
    let folder = crate::folder();
    let (old, new) = different();
    write_tar(&folder, "old.tar", &old.oci());
    write_tar(&folder, "new.tar", &new.oci());
    let run = folder.run(["verify", "--images", "old.tar", "new.tar", "--accept=/app/run.sh", "--format=json"]);
    let document: Value = serde_json::from_str(&run.status(1).stdout(anything()).check().stdout).unwrap();
    let owner = |path: &str| {
        json!({ "file": path, "aspect": "owner", "detail": null, "first": "0:0", "second": "1:1",
            "status": "different", "reason": null })
    };
    let expected = json!({
        "same": false,
        "images": [{ "label": "A", "origin": "old.tar" }, { "label": "B", "origin": "new.tar" }],
        "files": 10,
        "settings": 8,
        "differences": [
            { "setting": "user", "aspect": "existence", "detail": null, "first": null, "second": "app",
                "status": "different", "reason": null },
            owner("/app/copy"),
            owner("/app/data"),
            { "file": "/app/run.sh", "aspect": "mode", "detail": null, "first": "0644", "second": "0755",
                "status": "accepted", "reason": "/app/run.sh" },
        ],
        "unusedAccepts": [],
    });
    assert_eq!(document, expected);
}

#[test]
fn markdown_is_a_table() {
    let folder = crate::folder();
    let (old, new) = different();
    write_tar(&folder, "old.tar", &old.oci());
    write_tar(&folder, "new|x.tar", &new.oci());
    let arguments =
        ["verify", "--images", "old.tar", "new|x.tar", "--accept=/app/*", "--accept=x", "--format=markdown"];
    let expected = "\
**1 difference in 10 files and 8 settings, and 3 differences accepted.**

A: `old.tar`, B: <code>new&#124;x&#46;tar</code>

| what | difference |
| --- | --- |
| `user` | `only in B: app` |

Accepted by `/app/*`:

| what | difference |
| --- | --- |
| `/app/copy` | `owner: 0:0 (A), 1:1 (B)` |
| `/app/data` | `owner: 0:0 (A), 1:1 (B)` |
| `/app/run.sh` | `mode: 0644 (A), 0755 (B)` |

`--accept x` matches no difference.
";
    folder.run(arguments).status(1).stdout(expected).check();
}

#[test]
fn long_lists_are_shortened() {
    let many: Vec<Item> =
        (0..150).map(|number| Item::file(Box::leak(format!("srv/new/{number:03}").into_boxed_str()), "x")).collect();
    let scattered: Vec<Item> = many.iter().map(|item| Item { mode: 0o600, ..item.clone() }).collect();
    let lines = compare(&image(std::slice::from_ref(&many), json!({})), &image(&[scattered], json!({})), &[], 1);
    assert_eq!((lines.len(), lines[100].as_str()), (101, "and 50 more; `--format json` lists all"));
    let lines = compare(&image(&[], json!({})), &image(&[many], json!({})), &[], 1);
    assert_eq!(lines, ["/srv: only in B: directory, with 151 files in it"]);
}

#[test]
fn values_that_look_like_credentials_are_hidden() {
    let token = |value: &str| json!({ "Env": [format!("NPM_TOKEN={value}")], "Labels": { "url": format!("https://a:{value}@x") } });
    let folder = crate::folder();
    write_tar(&folder, "old.tar", &image(&[], token("hunter2")).oci());
    write_tar(&folder, "new.tar", &image(&[], token("swordfish")).oci());
    for format in ["text", "markdown", "json"] {
        let run = folder.run(["verify", "--images", "old.tar", "new.tar", "--format", format]);
        run.status(1).stdout(without(["hunter2", "swordfish"])).check();
    }
    assert_eq!(lines(&folder, ["old.tar", "new.tar"], &[], 1)[0], "env.NPM_TOKEN: value: … (A), … (other) (B)");
}

#[test]
fn options_of_a_build_are_refused() {
    let folder = crate::folder();
    for option in ["--env-file=x", "--secret=A", "--syntax=none", "--user=app"] {
        let message =
            "error[invalid-option]: `--images` compares images and builds none, but options of a build are given";
        folder.run(["verify", "--images", "a", "b", option]).status(2).stderr([message]).check();
    }
    for option in ["plan.json", "--frontend=x", "--context=.", "--key-file=x"] {
        let run = folder.run(["verify", option, "--images", "a", "b"]);
        run.status(2).stderr(["cannot be used with", "--images <A> <B>"]).check();
    }
}
