//! No secret is left anywhere: not in the image, its history or its provenance, not in the cache, the log or the
//! list of processes, and not in any other file of the test.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Child;

use data_encoding::{BASE64, HEXLOWER};
use fs_err as fs;
use serde_json::json;

use testkit::engine::engine;

const IMAGE: &str = "railpack2docker-test/leaks:1";

/// A plan whose commands use two secrets. The command `leak` may leave one of them somewhere.
fn plan(leak: &str) -> String {
    json!({
        "secrets": ["A_TOKEN", "B_TOKEN"],
        "steps": [
            { "name": "a", "inputs": [{ "image": IMAGE }, { "local": true, "include": ["."] }], "secrets": ["*"], "commands": [
                { "cmd": "sh -c 'test -n \"$A_TOKEN\" && test -n \"$B_TOKEN\"'" },
                { "cmd": "npm ci" },
                { "cmd": "sh -c 'env |\n grep -q A_TOKEN='" },
                { "cmd": leak },
            ] },
            { "name": "b", "inputs": [{ "step": "a" }], "secrets": ["B_TOKEN"], "commands": [{ "cmd": "npm run build" }] },
        ],
        "deploy": { "base": { "image": IMAGE }, "inputs": [{ "step": "b", "include": ["."] }] },
    })
    .to_string()
}

fn random() -> String {
    let uuid = || fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap().trim().replace('-', "");
    format!("{}{}", uuid(), uuid())
}

/// Builds with `railpack2docker build`, keeps everything, and returns each file that contains a secret.
fn leaks(plan: &str, mount: &[&str]) -> Vec<String> {
    let folder = crate::folder().file("app/plan.json", plan);
    for directory in ["tmp", "buildx"] {
        folder.make(directory);
    }
    let canaries = [random(), random()];
    let at = |name: &str| folder.path(name).display().to_string();
    let kept = "compression=uncompressed,force-compression=true";
    let output = format!("--output=type=oci,{kept},dest={}", at("image.tar"));
    let files = format!("--output=type=local,dest={}", at("files"));
    let cache = format!("--cache-to=type=local,mode=max,{kept},dest={}", at("cache"));
    let build = ["build", "plan.json", "--syntax", "none"];
    let more = ["--", "--progress=plain", "--no-cache", "--provenance=mode=max", &output, &files, &cache];
    let log = fs::File::create(folder.path("log")).unwrap().into_parts().0;
    let run = folder.run([&build[..], mount, &more].concat()).within("app").with_docker();
    let run = run.env("TMPDIR", at("tmp")).env("BUILDX_CONFIG", at("buildx"));
    let run = run.env("A_TOKEN", &canaries[0]).env("B_TOKEN", &canaries[1]).started(|command| {
        command.stdout(log.try_clone().unwrap()).stderr(log);
    });
    let mut started = run.start();
    let processes = processes_of(started.child());
    started.check();
    assert!(processes.contains("buildx"), "docker was among the processes: {processes}");
    folder.write("processes", processes);
    assert!(folder.has("cache/index.json") && fs::metadata(folder.path("image.tar")).unwrap().len() > 1000);

    let forms: Vec<String> = canaries.iter().flat_map(|canary| forms(canary)).collect();
    let mut found = Vec::new();
    // with the `HOME` next to it
    search(folder.root().parent().unwrap(), &forms, &mut found);
    found
}

/// A secret as it is, and in encodings that a command might have written.
fn forms(canary: &str) -> Vec<String> {
    // within another text, base64 encodes a text in three ways, depending on its offset
    let within = |before: &str| {
        let encoded = BASE64.encode(format!("{before}{canary}").as_bytes());
        let skipped = before.len().div_ceil(3) * 4;
        encoded[skipped..encoded.len() - 4].to_owned()
    };
    let mut forms = vec![canary.to_owned(), HEXLOWER.encode(canary.as_bytes())];
    forms.extend(["", "x", "xx"].map(within));
    forms
}

/// The command lines of all processes, from now until the child has ended.
fn processes_of(child: &mut Child) -> String {
    let mut lines = std::collections::BTreeSet::new();
    while child.try_wait().unwrap().is_none() {
        for process in fs::read_dir("/proc").unwrap().flatten() {
            if let Ok(line) = fs::read(process.path().join("cmdline")) {
                lines.insert(String::from_utf8_lossy(&line).replace('\0', " "));
            }
        }
    }
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

/// Collects the paths of all files under a folder that contain one of the texts.
fn search(folder: &Path, texts: &[String], found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            search(&path, texts, found);
        } else if kind.is_file() {
            let content = fs::read(&path).unwrap();
            let holds = |text: &&String| content.windows(text.len()).any(|window| window == text.as_bytes());
            if texts.iter().find(holds).is_some() {
                found.push(path.strip_prefix("/").unwrap().display().to_string());
            }
        }
    }
}

const MOUNTS: [&[&str]; 3] = [&[], &["--secret-mount", "file"], &["--secret-mount", "bundle=ALL_SECRETS"]];

#[test]
fn no_secret_leaks() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    for mount in MOUNTS {
        assert_eq!(leaks(&plan("npm run lint"), mount), [""; 0], "{mount:?}");
    }
}

#[test]
fn leaks_are_found() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    for (leak, location) in [
        ("sh -c 'echo $A_TOKEN > /app/leak'", "files/app/leak"),
        ("sh -c 'echo $A_TOKEN > /leak'", "cache/blobs"),
        ("sh -c 'printf %s $B_TOKEN | base64 -w 0 > /app/leak'", "image.tar"),
    ] {
        let found = leaks(&plan(leak), &[]);
        assert!(found.iter().any(|found| found.contains(location)), "{leak}: {found:?}");
    }
}
