//! No secret is left anywhere: not in the image, its history or its provenance, not in the cache, the log or the
//! list of processes, and not in any other file of the test.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use data_encoding::{BASE64, HEXLOWER};
use fs_err as fs;
use serde_json::json;

use testkit::engine::engine;
use testkit::secrets::bundle_of;

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
    traces(plan, mount, |secrets| secrets.iter().flat_map(|secret| forms(secret)).collect())
}

/// Builds with `railpack2docker build`, keeps everything, and returns each file that contains one of the texts. These
/// are computed from the values of the secrets A and B, and of the key of the hash layer.
fn traces(plan: &str, mount: &[&str], texts: impl FnOnce(&[String; 3]) -> Vec<String>) -> Vec<String> {
    let folder = crate::folder().file("app/plan.json", plan);
    for directory in ["tmp", "buildx"] {
        folder.make(directory);
    }
    let canaries = [random(), random(), random()];
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
    let run = run.env("A_TOKEN", &canaries[0]).env("B_TOKEN", &canaries[1]);
    let run = run.env("HASH_KEY", &canaries[2]).started(|command| {
        command.stdout(log.try_clone().unwrap()).stderr(log);
    });
    let mut started = run.start();
    let processes = processes_of(started.child());
    started.check();
    assert!(processes.contains("buildx"), "docker was among the processes: {processes}");
    folder.write("processes", processes);
    assert!(folder.has("cache/index.json") && fs::metadata(folder.path("image.tar")).unwrap().len() > 1000);

    let forms = texts(&canaries);
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

const KEY: &str = "--secrets-hash-key=HASH_KEY";

const MOUNTS: [&[&str]; 5] = [
    &[],
    &["--secret-mount", "file"],
    &["--secret-mount", "bundle=ALL_SECRETS"],
    &[KEY],
    &[KEY, "--secret-mount", "bundle=ALL_SECRETS"],
];

#[test]
fn no_secret_leaks() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    for mount in MOUNTS {
        let has_key = mount.contains(&KEY);
        let found = traces(&plan("npm run lint"), mount, |secrets| {
            let forms = secrets.iter().flat_map(|secret| forms(secret));
            // nobody can test a guess without the key
            forms.chain(digests(secrets).into_iter().filter(|_| has_key)).collect()
        });
        assert_eq!(found, [""; 0], "{mount:?}");
    }
}

#[test]
fn without_a_key_a_cache_has_the_digests_of_secrets() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    for mount in [MOUNTS[0], MOUNTS[2]] {
        let found = traces(&plan("npm run lint"), mount, digests);
        assert!(!found.is_empty(), "{mount:?}: the documentation describes these");
        assert!(found.iter().all(|found| found.contains("/cache/blobs/")), "{mount:?}: {found:?}");
    }
}

fn sha256(bytes: &[u8]) -> String {
    let mut child = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let printed = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    printed[..64].to_owned()
}

/// The digests with which someone who can read a hash layer without a key can test a guess.
fn digests([a, b, _]: &[String; 3]) -> Vec<String> {
    let values = [("A_TOKEN", a.clone()), ("B_TOKEN", b.clone())];
    let of_variable = format!("{b}\0");
    [a.as_bytes(), b.as_bytes(), of_variable.as_bytes(), &bundle_of(&values)].map(sha256).to_vec()
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
