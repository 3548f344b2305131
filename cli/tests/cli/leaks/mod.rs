//! `leaks`: planted leaks are found in every form of archive, and no output contains a value.

pub(crate) mod archives;
mod build;
mod trouble;

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use serde_json::{Value, json};
use testkit::command::{Folder, anything};

use archives::{Image, cache, gzip, tar, write_directory, write_tar, zstd};

/// The value of the secret `TOKEN`. It contains characters that encodings change.
const VALUE: &str = "s3cr3t/\"<canary>\" & more";

/// Beginnings of the value in its encodings, which no output may contain.
const TRACES: [&str; 5] = ["s3cr3t", "canary", "czNjcjN0", "733363723374", "MzZWNyZXQ"];

/// Runs `leaks` for the secret `TOKEN`, and returns the leaks of the JSON document. For people, there must be this many.
/// No output may contain the value.
fn leaks(folder: &Folder, arguments: &[&str], count: usize) -> Vec<Value> {
    let run = |more: &[&str]| folder.run([&["leaks"], arguments, more].concat()).env("TOKEN", VALUE);
    let status = i32::from(count > 0);
    let output = run(&["--secret", "TOKEN", "--format", "json"]).status(status).stdout(anything()).check();
    let document: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((&document["secrets"], &document["skipped"]), (&json!(["TOKEN"]), &json!([])));
    let found = document["leaks"].as_array().unwrap().clone();
    assert!(found.len() >= count, "{arguments:?}: {found:#?}");
    // a program that asks for messages in JSON gets the same document
    run(&["--secret", "TOKEN", "--message-format", "json"]).status(status).stdout(output.stdout.as_str()).check();
    let mut outputs = vec![output.stdout];
    for color in ["--color=always", "--color=never"] {
        let run = run(&["--secret", "TOKEN", color]).status(status);
        let summary = match count {
            0 => "no leaks found (1 secret searched for)\n".to_owned(),
            1 => "\n1 leak of 1 secret; ".to_owned(),
            count => format!("\n{count} leaks of 1 secret; "),
        };
        outputs.push(run.stdout([summary.as_str()]).check().stdout);
    }
    for output in outputs {
        assert!(TRACES.iter().all(|trace| !output.contains(trace)), "{output}");
    }
    found
}

/// The members of a leak that a test compares.
fn members(leak: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| ((*name).to_owned(), leak[*name].clone())).collect::<serde_json::Map<_, _>>().into()
}

/// An image with these layers, each a file.
fn layers(files: &[(&'static str, &str, &[u8])]) -> Image {
    let layers = files.iter().map(|(command, path, content)| (*command, tar([(*path, *content)]))).collect();
    Image { layers, ..Image::default() }
}

/// Writes an image in each form, and returns the arguments that read it.
fn forms(folder: &Folder, image: &Image) -> Vec<[&'static str; 2]> {
    write_tar(folder, "oci.tar", &image.oci());
    write_directory(folder, "oci", &image.oci());
    folder.write("oci.tar.gz", gzip(&folder.bytes("oci.tar")));
    folder.write("oci.tar.zst", zstd(&folder.bytes("oci.tar")));
    write_tar(folder, "classic.tar", &image.classic());
    write_directory(folder, "classic", &image.classic());
    ["oci.tar", "oci", "oci.tar.gz", "oci.tar.zst", "classic.tar", "classic"].map(|path| ["--oci", path]).into()
}

/// Checks that an image has exactly one leak, with these members, in each form. Copies of a config can repeat it.
fn has_leak(image: &Image, expected: &Value) {
    let folder = crate::folder();
    let names: Vec<&str> = expected.as_object().unwrap().keys().map(String::as_str).collect();
    for arguments in forms(&folder, image) {
        let found = leaks(&folder, &arguments, 1);
        assert!(found.iter().all(|leak| members(leak, &names) == *expected), "{arguments:?}: {found:#?}");
    }
}

fn config(config: Value, history: &[&str]) -> Image {
    let history = history.iter().map(|command| (*command).to_owned()).collect();
    Image { config, history, ..layers(&[("RUN make", "app/file", b"content")]) }
}

#[test]
fn a_variable_is_found() {
    let expected = json!({ "part": "config", "field": "config.Env[1]", "encodings": ["plain"], "secret": "TOKEN" });
    has_leak(&config(json!({ "Env": ["PATH=/bin", format!("X={VALUE}")] }), &[]), &expected);
}

#[test]
fn a_label_is_found() {
    let expected = json!({ "part": "config", "field": "config.Labels.x", "encodings": ["plain"] });
    has_leak(&config(json!({ "Labels": { "x": VALUE } }), &[]), &expected);
}

#[test]
fn a_build_arg_in_the_history_is_found() {
    let arg = format!("ARG TOKEN={VALUE}");
    let expected = json!({ "part": "config", "field": "history[1].created_by", "command": "ARG TOKEN=[TOKEN]" });
    has_leak(&config(json!({}), &["ENV A=1", &arg]), &expected);
}

#[test]
fn a_file_is_found_also_if_a_later_layer_deletes_it() {
    let content = format!("//registry/:_authToken={VALUE}\n");
    let file = ("RUN |1 A=1 /bin/sh -c npm ci # buildkit", "root/.npmrc", content.as_bytes());
    let expected = json!({
        "part": "layer", "layer": 2, "layers": 3, "path": "/root/.npmrc", "aspect": "content",
        "command": "RUN |1 A=1 /bin/sh -c npm ci", "encodings": ["plain"],
    });
    has_leak(&layers(&[("ADD x", "a", b"a"), file, ("RUN true", "b", b"b")]), &expected);
    has_leak(&layers(&[("ADD x", "a", b"a"), file, ("RUN rm", "root/.wh..npmrc", b"")]), &expected);
}

#[test]
fn encoded_values_are_found() {
    let base64 = |before: &str| BASE64.encode(format!("{before}{VALUE}!").as_bytes());
    let json = Value::from(VALUE).to_string();
    for (encoding, content) in [
        ("base64", base64("")),
        ("base64", base64("x")),
        ("base64", base64("xx")),
        ("base64", base64("user:")),
        ("hex", HEXLOWER.encode(VALUE.as_bytes())),
        ("hex", HEXUPPER.encode(VALUE.as_bytes())),
        ("url", "?token=s3cr3t%2F%22%3Ccanary%3E%22%20%26%20more".to_owned()),
        ("url", "?token=s3cr3t%2f%22%3ccanary%3e%22+%26+more".to_owned()),
        ("json", json.clone()),
        ("json", json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")),
        ("json", Value::from(json).to_string()),
    ] {
        let image = layers(&[("RUN make", "leak", content.as_bytes())]);
        has_leak(&image, &json!({ "part": "layer", "path": "/leak", "encodings": [encoding] }));
    }
}

#[test]
fn compressed_files_are_searched() {
    let archive = tar([("inner", VALUE.as_bytes())]);
    for content in [gzip(VALUE.as_bytes()), zstd(VALUE.as_bytes()), gzip(&archive), gzip(&zstd(&gzip(&archive)))] {
        let image = layers(&[("RUN make", "leak.gz", &content)]);
        has_leak(&image, &json!({ "path": "/leak.gz", "encodings": ["plain"] }));
    }
    let compressed = Image { compress: zstd, ..layers(&[("RUN make", "leak", VALUE.as_bytes())]) };
    has_leak(&compressed, &json!({ "layer": 1, "layers": 1, "path": "/leak" }));
    let uncompressed = Image { compress: <[u8]>::to_vec, ..layers(&[("RUN make", "leak", VALUE.as_bytes())]) };
    has_leak(&uncompressed, &json!({ "layer": 1, "layers": 1, "path": "/leak" }));
}

#[test]
fn names_links_and_attributes_are_searched_and_not_shown() {
    let name = format!("app/{}.txt", HEXLOWER.encode(VALUE.as_bytes()));
    let image = layers(&[("RUN make", "a", b"a")]);
    let named = Image { layers: vec![("RUN make", tar([(name.as_str(), &b"x"[..])]))], ..image };
    has_leak(&named, &json!({ "path": "/app/[TOKEN].txt", "aspect": "name", "encodings": ["hex"] }));

    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, "link", HEXLOWER.encode(VALUE.as_bytes())).unwrap();
    let linked = Image { layers: vec![("RUN make", builder.into_inner().unwrap())], ..Image::default() };
    has_leak(&linked, &json!({ "path": "/link", "aspect": "link-target" }));

    let mut builder = tar::Builder::new(Vec::new());
    builder.append_pax_extensions([("SCHILY.xattr.user.x", VALUE.as_bytes())]).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(0);
    builder.append_data(&mut header, "file", std::io::empty()).unwrap();
    let attributed = Image { layers: vec![("RUN make", builder.into_inner().unwrap())], ..Image::default() };
    has_leak(&attributed, &json!({ "path": "/file", "aspect": "attribute" }));
}

#[test]
fn attestations_and_annotations_are_searched() {
    let folder = crate::folder();
    let mut image = layers(&[("RUN make", "a", b"a")]);
    let dockerfile = BASE64.encode(format!("FROM x\nENV A={VALUE}\n").as_bytes());
    image.provenance = Some(json!({ "args": { "build-arg:A": VALUE }, "sources": [dockerfile] }));
    write_tar(&folder, "image.tar", &image.oci());
    let found = leaks(&folder, &["--oci", "image.tar"], 2);
    let found: Vec<Value> = found.iter().map(|leak| members(leak, &["part", "field", "encodings"])).collect();
    let expected = [
        json!({ "part": "provenance", "field": "predicate.args.build-arg:A", "encodings": ["plain"] }),
        json!({ "part": "provenance", "field": "predicate.sources[0]", "encodings": ["base64"] }),
    ];
    assert_eq!(found, expected);

    let image = Image { annotation: Some(VALUE.to_owned()), ..layers(&[("RUN make", "a", b"a")]) };
    write_tar(&folder, "image.tar", &image.oci());
    let found = leaks(&folder, &["--oci", "image.tar"], 1);
    assert_eq!(members(&found[0], &["part", "field"]), json!({ "part": "manifest", "field": "annotations.note" }));
}

#[test]
fn caches_are_searched() {
    let folder = crate::folder();
    let layers = [tar([("a", &b"a"[..])]), tar([("leak", VALUE.as_bytes())])].map(|layer| gzip(&layer));
    write_directory(&folder, "cache", &cache(&layers));
    let found = leaks(&folder, &["--oci", "cache"], 1);
    assert_eq!(
        members(&found[0], &["part", "path", "layer"]),
        json!({ "part": "cache-layer", "path": "/leak", "layer": null })
    );
}

#[test]
fn everything_else_in_an_archive_is_searched() {
    let folder = crate::folder();
    let mut files = layers(&[("RUN make", "a", b"a")]).oci();
    files.insert("notes.txt".to_owned(), VALUE.as_bytes().to_vec());
    write_tar(&folder, "image.tar", &files);
    folder.write("image.tar", [folder.bytes("image.tar"), VALUE.as_bytes().to_vec()].concat());
    let found = leaks(&folder, &["--oci", "image.tar"], 2);
    let found: Vec<Value> = found.iter().map(|leak| members(leak, &["part", "path"])).collect();
    assert_eq!(found, [json!({ "part": "other", "path": null }), json!({ "part": "other", "path": "notes.txt" })]);
    let run = folder.run(["leaks", "--oci", "image.tar", "--secret", "TOKEN"]).env("TOKEN", VALUE).status(1);
    run.stdout(["`image.tar`: after the end of the archive\n", "`image.tar`: `notes.txt`\n"]).check();
}

#[test]
fn logs_are_searched() {
    let folder = crate::folder().file("build.log", format!("#1 x\n#7 0.12 token {VALUE}\n"));
    let found = leaks(&folder, &["--log", "build.log"], 1);
    assert_eq!(members(&found[0], &["part", "line"]), json!({ "part": "log", "line": 2 }));
    let run =
        folder.run(["leaks", "--log", "-", "--secret", "TOKEN"]).env("TOKEN", VALUE).stdin(format!("a\n\n{VALUE}"));
    run.status(1).stdout(["`TOKEN` is in the log on standard input: line 3\n"]).check();
}

/// `Tee-Object` of Windows PowerShell writes UTF-16, and CI systems compress logs.
#[test]
fn logs_in_utf16_and_compressed_logs_are_searched() {
    let log = format!("#1 x\r\n#7 0.12 token {VALUE}\r\n");
    let utf16 = |mark: &str, bytes: fn(u16) -> [u8; 2]| {
        format!("{mark}{log}").encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    let little = utf16("\u{feff}", u16::to_le_bytes);
    let big = utf16("\u{feff}", u16::to_be_bytes);
    let (packed, frame) = (gzip(log.as_bytes()), zstd(log.as_bytes()));
    let folder = crate::folder();
    for bytes in [gzip(&little), utf16("", u16::to_le_bytes), little, big, packed.clone(), frame] {
        folder.write("build.log", &bytes);
        let found = leaks(&folder, &["--log", "build.log"], 1);
        assert_eq!(members(&found[0], &["part", "line"]), json!({ "part": "log", "line": 2 }));
    }
    folder.write("build.log", &packed[..packed.len() - 9]);
    let run = folder.run(["leaks", "--log", "build.log", "--secret", "TOKEN"]).env("TOKEN", VALUE).status(2);
    run.stderr(["error[unreadable-file]: can't read `build.log`: it is truncated"]).check();
}

#[test]
fn an_image_without_secrets_is_clean() {
    let folder = crate::folder();
    let mut image =
        layers(&[("ADD x", "a", VALUE.split_at(12).0.as_bytes()), ("RUN make", "b", VALUE.split_at(12).1.as_bytes())]);
    image.provenance = Some(json!({ "args": {} }));
    for arguments in forms(&folder, &image) {
        leaks(&folder, &arguments, 0);
    }
    write_directory(&folder, "cache", &cache(&[tar([("a", &b"a"[..])])]));
    folder.write("log", "nothing");
    let sources = ["--oci", "oci.tar", "--oci", "cache", "--log", "log", "--secret", "TOKEN"];
    let run = folder.run([&["leaks"][..], &sources].concat()).env("TOKEN", VALUE);
    run.stdout("no leaks found (1 secret searched for)\n").check();
}

#[test]
fn several_sources_and_secrets_are_one_report() {
    let folder =
        crate::folder().file(".env", "A=hunter2-hunter2\nB='correct horse battery'\nC=short\n").file("log", "x\n");
    let layer =
        tar([("app/x", &b"correct horse battery"[..]), ("app/y\u{1b}[2J", b"hunter2-hunter2 correct horse battery\n")]);
    // the digests of the report do not depend on a compressor
    let image = Image { layers: vec![("RUN make \\\n  all", layer)], compress: <[u8]>::to_vec, ..Image::default() };
    write_tar(&folder, "image.tar", &image.oci());
    write_directory(&folder, "cache", &cache(&[tar([("x", &b"hunter2-hunter2"[..])])]));
    let sources = ["leaks", "--log", "log", "--oci", "image.tar", "--oci", "cache", "--env-file", ".env"];
    let run = folder.run(sources).status(1).stderr(["note[short-secret]: `C` was not searched for"]);
    let report = run.stdout(testkit::command::snapshot("leaks", "report")).check().stdout;
    assert!(!report.contains("hunter2") && !report.contains("horse"), "{report}");
    let again = folder.run(sources).status(1).stderr(anything()).stdout(anything()).check().stdout;
    assert_eq!(report, again);
}
