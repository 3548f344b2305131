//! The image is the same whether the Dockerfile contains the plan's files, or copies them from a directory.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fs_err as fs;
use railpack2docker::AssetsDirectory;
use serde_json::{Value, json};

use testkit::command::anything;
use testkit::engine::{Build, Built, Engine, engine};
use testkit::options;

const IMAGE: &str = "railpack2docker-test/assets:1";

/// The modes, and the contents of files, by path.
type Tree = BTreeMap<String, (u32, Vec<u8>)>;

/// Adds what is below a directory.
fn collect(root: &Path, path: &str, tree: &mut Tree) {
    for entry in fs::read_dir(root.join(path)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let below = if path.is_empty() { name } else { format!("{path}/{name}") };
        let metadata = fs::symlink_metadata(root.join(&below)).unwrap();
        let content = match metadata.file_type() {
            kind if kind.is_file() => fs::read(root.join(&below)).unwrap(),
            kind if kind.is_symlink() => {
                fs::read_link(root.join(&below)).unwrap().into_os_string().into_encoded_bytes()
            }
            _ => {
                collect(root, &below, tree);
                Vec::new()
            }
        };
        tree.insert(below, (metadata.permissions().mode() & 0o7777, content));
    }
}

fn tree(built: &Built) -> Tree {
    let mut tree = Tree::new();
    collect(&built.path("/"), "", &mut tree);
    tree
}

/// A build context with files of its own, also next to the directory for the plan's files.
fn context() -> tempfile::TempDir {
    let context = tempfile::tempdir().unwrap();
    for (file, content) in [("src/main", "m"), ("docker/own", "o"), ("lib1/a", "a"), ("README.md", "r")] {
        fs::create_dir_all(context.path().join(file).parent().unwrap()).unwrap();
        fs::write(context.path().join(file), content).unwrap();
    }
    context
}

fn plan(image: &str, inputs: &Value, exclude: &Value) -> String {
    json!({
        "steps": [{
            "name": "build",
            "inputs": inputs,
            "assets": { "plain": "a\n", "unfinished": "b", "empty": "", "windows": "c\r\n" },
            "commands": [
                { "path": "/etc/new/plain.ini", "name": "plain" },
                { "path": "/start.sh", "name": "unfinished", "mode": 493 },
                { "path": "deep/er/plain.ini", "name": "windows", "mode": 384 },
                { "path": "/with space/.x", "name": "empty", "mode": 256 },
                { "path": "/line\nfeed/x", "name": "plain", "mode": 420 },
                { "src": "lib*", "dest": "copied/" },
                { "src": "src", "dest": "src2" },
            ],
        }],
        "exclude": exclude,
        "deploy": { "base": { "image": image }, "inputs": [{ "step": "build", "include": ["/"] }] },
    })
    .to_string()
}

/// The image of a plan, with its files in a directory of the build context.
fn built_beside(engine: &Engine, plan: &str, path: &str, embedded: bool) -> Built {
    let context = context();
    let directory = AssetsDirectory { path: path.to_owned(), path_in_context: path.to_owned(), embedded };
    if embedded {
        // as `-o` writes it
        fs::create_dir_all(context.path().join(path)).unwrap();
        fs::write(context.path().join(path).join("plain.ini"), "a\n").unwrap();
    }
    let mut build = Build::new(plan, context.path(), &[]);
    build.options = options! { assets: Some(directory) };
    engine.build(&build)
}

#[test]
fn image_does_not_depend_on_where_files_are() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let onto_image = json!([{ "image": IMAGE }, { "local": true, "include": ["."], "exclude": ["*.md"] }]);
    let onto_context = json!([{ "local": true }]);
    for (inputs, exclude, directory) in [
        (&onto_image, json!([]), "files"),
        (&onto_image, json!([]), "docker/files"),
        (&onto_image, json!(["docker"]), "docker/files"),
        (&onto_image, json!(["*", "!src", "!lib1"]), "files"),
        (&onto_image, json!(["**/plain.ini", "docker", "!docker/own"]), "docker/files"),
        (&onto_context, json!(["files"]), "files"),
    ] {
        let plan = plan(IMAGE, inputs, &exclude);
        let context = context();
        let wanted = tree(&engine.build(&Build::new(&plan, context.path(), &[])));
        assert_eq!(wanted["etc/new/plain.ini"], (0o644, b"a\n".to_vec()));
        for embedded in [false, true] {
            let found = tree(&built_beside(&engine, &plan, directory, embedded));
            let differing: Vec<&String> =
                wanted.keys().chain(found.keys()).filter(|path| found.get(*path) != wanted.get(*path)).collect();
            assert!(differing.is_empty(), "{exclude} {directory} {embedded}: {differing:?}");
        }
    }
}

#[test]
fn command_writes_what_docker_copies() {
    let Some(engine) = engine() else { return };
    // tests run in parallel, and each makes its own image
    let image = "railpack2docker-test/written-assets:1";
    engine.stand_in(image, &BTreeMap::new());
    let inputs = json!([{ "image": image }, { "local": true, "include": ["."] }]);
    let plan = plan(image, &inputs, &json!(["*.ini", "docker"]));
    let folder = crate::folder().file("app/plan.json", plan).file("app/src/main", "m").file("app/lib1/a", "a");
    folder.make("app/build");
    // the engine's own frontend: no other can be pulled
    let script = "railpack2docker app/plan.json -o app/build/Dockerfile --assets files --syntax none
        chmod 600 app/build/files/*
        railpack2docker --check -o app/build/Dockerfile
        cd app/build && docker build -q --output=type=local,dest=../../image -f Dockerfile .. >&2
        test ! -e ../../image/app/build/files";
    folder.run_script(script).with_docker().stderr(anything()).check();
    assert_eq!(folder.read("image/etc/new/plain.ini"), "a\n");
    assert_eq!(folder.read("image/app/deep/er/plain.ini"), "c\r\n");
}
