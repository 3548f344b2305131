//! No secret is left anywhere: not in the image, its history or its provenance, not in the cache, the log or the
//! list of processes, and not in any other file of the test. The tests search all files on their own, and then with
//! the command `leaks`, which has to agree.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use data_encoding::{BASE64, HEXLOWER};
use fs_err as fs;
use serde_json::json;

use testkit::command::anything;
use testkit::engine::{engine, engine_with_archives, exports_archives};
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

/// The places that contain a secret after a build.
struct Traces {
    /// The files.
    files: Vec<String>,
    /// The output of `leaks` for the image, the cache and the log.
    report: String,
}

/// Builds with `railpack2docker build`, keeps everything, and searches it for secrets.
fn leaks(plan: &str, mount: &[&str]) -> Traces {
    traces(plan, mount, |secrets| secrets.iter().flat_map(|secret| forms(secret)).collect())
}

/// Builds with `railpack2docker build`, keeps everything, and searches it for texts. These are computed from the values
/// of the secrets A and B, and of the key of the hash layer.
fn traces(plan: &str, mount: &[&str], texts: impl FnOnce(&[String; 3]) -> Vec<String>) -> Traces {
    let folder = crate::folder().file("app/plan.json", plan);
    for directory in ["tmp", "buildx/instances"] {
        folder.make(directory);
    }
    if let Some(builder) = std::env::var_os("BUILDX_BUILDER") {
        let builders = Path::new(&std::env::var_os("HOME").unwrap()).join(".docker/buildx/instances");
        fs::copy(builders.join(&builder), folder.path("buildx/instances").join(builder)).unwrap();
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
    let mut files = Vec::new();
    // with the `HOME` next to it
    search(folder.root().parent().unwrap(), &forms, &mut files);
    let sources = ["--oci", "image.tar", "--oci", "cache", "--log", "log", "--secret", "HASH_KEY"];
    let run = folder.run([&["leaks", "--plan", "app/plan.json"], &sources[..]].concat());
    let [a, b, key] = &canaries;
    let run = run.env("A_TOKEN", a).env("B_TOKEN", b).env("HASH_KEY", key);
    // fails if `leaks` does not agree with the search of the values themselves
    let mut planted = Vec::new();
    for name in ["image.tar", "cache", "log"] {
        let values = canaries.iter().flat_map(|canary| self::forms(canary)).collect::<Vec<_>>();
        search_path(&folder.path(name), &values, &mut planted);
    }
    let run = run.status(i32::from(!planted.is_empty())).stdout(anything());
    Traces { files, report: run.check().stdout }
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
        if kind.is_dir() || kind.is_file() {
            search_path(&path, texts, found);
        }
    }
}

/// Collects the path of a file that contains one of the texts, or those of the files under a folder.
fn search_path(path: &Path, texts: &[String], found: &mut Vec<String>) {
    if path.is_dir() {
        return search(path, texts, found);
    }
    let content = fs::read(path).unwrap();
    let holds = |text: &&String| content.windows(text.len()).any(|window| window == text.as_bytes());
    if texts.iter().find(holds).is_some() {
        found.push(path.strip_prefix("/").unwrap().display().to_string());
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
    let Some(engine) = engine_with_archives() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    for mount in MOUNTS {
        let has_key = mount.contains(&KEY);
        let found = traces(&plan("npm run lint"), mount, |secrets| {
            let forms = secrets.iter().flat_map(|secret| forms(secret));
            // nobody can test a guess without the key
            forms.chain(digests(secrets).into_iter().filter(|_| has_key)).collect()
        });
        assert_eq!(found.files, [""; 0], "{mount:?}");
        assert_eq!(found.report, "no leaks found (3 secrets searched for)\n", "{mount:?}");
    }
}

#[test]
fn without_a_key_a_cache_has_the_digests_of_secrets() {
    let Some(engine) = engine_with_archives() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    for mount in [MOUNTS[0], MOUNTS[2]] {
        let found = traces(&plan("npm run lint"), mount, digests).files;
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
    let Some(engine) = engine_with_archives() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    for (leak, location, reported) in [
        (
            "sh -c 'echo $A_TOKEN > /app/leak'",
            "files/app/leak",
            "`A_TOKEN` is in `image.tar`: layer 4 of 4, `/app/leak`\n",
        ),
        ("sh -c 'echo $A_TOKEN > /leak'", "cache/blobs", "`A_TOKEN` is in `cache`: a layer of the cache, `/leak`\n"),
        ("sh -c 'echo $A_TOKEN > /tmp/x; cat /tmp/x; rm /tmp/x'", "log", "`A_TOKEN` is in the log `log`: line "),
        (
            "sh -c 'printf %s $B_TOKEN | base64 -w 0 > /app/leak'",
            "image.tar",
            "`B_TOKEN` is in `image.tar`: layer 4 of 4, `/app/leak`, in base64\n",
        ),
    ] {
        let found = leaks(&plan(leak), &[]);
        assert!(found.files.iter().any(|found| found.contains(location)), "{leak}: {:?}", found.files);
        assert!(found.report.contains(reported), "{leak}: {}", found.report);
    }
}

/// A Dockerfile that makes every mistake.
const CARELESS: &str = r#"FROM ghcr.io/railwayapp/railpack-runtime:railpack2docker-test-leaks
ARG TOKEN
ENV VARIABLE=$TOKEN
LABEL label=$TOKEN
RUN echo "$TOKEN" > /file
RUN echo "$TOKEN" > /deleted
RUN rm /deleted
RUN printf '%s' "$TOKEN" | base64 > /phase0 && printf 'x%s' "$TOKEN" | base64 > /phase1 && printf 'xx%s' "$TOKEN" | base64 > /phase2
RUN printf '%s' "$TOKEN" | od -An -tx1 | tr -d ' \n' > /hex && echo "$TOKEN" | gzip > /file.gz
RUN mkdir "/$TOKEN" && ln -s "$TOKEN" /link
"#;

#[test]
fn planted_leaks_are_found_in_the_engine() {
    const PLANTED: &str = "railpack2docker-test/leaks-planted:1";
    let Some(engine) = engine() else { return };
    engine.stand_in("ghcr.io/railwayapp/railpack-runtime:railpack2docker-test-leaks", &BTreeMap::new());
    let folder = crate::folder().file("Dockerfile", CARELESS);
    let token = random();
    let at = |name: &str| folder.path(name).display().to_string();
    let (cache, archive) =
        (format!("type=local,mode=max,dest={}", at("cache")), format!("type=oci,dest={}", at("image.tar")));
    let build = |more: &[&str]| {
        let mut docker = Command::new("docker");
        docker.args(["buildx", "build", "--progress=plain", "--build-arg", "TOKEN"]);
        docker.args(more).arg(folder.root()).env("TOKEN", &token);
        let output = docker.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let mut sources = vec![vec![PLANTED]];
    if exports_archives() {
        build(&["--provenance=mode=max", "-t", PLANTED]);
        build(&["--provenance=mode=max", "--cache-to", &cache, "--output", &archive]);
        sources.push(vec!["--oci", "image.tar"]);
    } else {
        build(&["-t", PLANTED]);
    }
    let report = |source: &[&str]| {
        let run = folder.run([&["leaks", "--secret", "TOKEN"], source].concat()).with_docker().env("TOKEN", &token);
        let report = run.status(1).stdout(anything()).check().stdout;
        let traces = forms(&token);
        assert!(traces.iter().all(|trace| !report.contains(trace.as_str())), "{report}");
        report
    };
    let layers = [
        ("3", "`/file`\n"),
        ("4", "`/deleted`\n"),
        ("6", "`/phase0`, in base64\n"),
        ("6", "`/phase1`, in base64\n"),
        ("6", "`/phase2`, in base64\n"),
        ("7", "`/hex`, in hexadecimal\n"),
        ("7", "`/file.gz`\n"),
        ("8", "the name of `/[TOKEN]/`\n"),
        ("8", "the link target of `/link`\n"),
    ]
    .map(|(number, place)| format!("layer {number} of 8, {place}"));
    let config = ["the image config, `config.Env[", "`config.Labels.label`\n", "from `ARG TOKEN=[TOKEN]`"];
    let provenance = exports_archives().then_some("the provenance, `predicate.");
    for source in &sources {
        let report = report(source);
        for place in layers.iter().map(String::as_str).chain(config).chain(provenance) {
            assert!(report.contains(place), "{source:?} lacks {place}: {report}");
        }
    }
    if !exports_archives() {
        return;
    }
    let report = report(&["--oci", "cache"]);
    for path in ["/file`", "/deleted`", "/phase1`, in base64", "/hex`, in hexadecimal", "/file.gz`"] {
        assert!(report.contains(&format!("`TOKEN` is in `cache`: a layer of the cache, `{path}")), "{path}: {report}");
    }
}

#[test]
fn a_build_checks_its_image() {
    const BUILT: &str = "railpack2docker-test/leaks-built:1";
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let leak = "sh -c 'echo $A_TOKEN > /app/leak'";
    let run = |command: &str, options: &[&str], status: i32| {
        let folder = crate::folder().file("plan.json", plan(command));
        let build = ["build", "plan.json", "--syntax", "none", "--check-leaks"];
        let run = folder.run([&build[..], options, &["--", "-q", "-t", BUILT]].concat()).with_docker();
        let values = [random(), random(), random()];
        let run = run.env("A_TOKEN", &values[0]).env("B_TOKEN", &values[1]).env("HASH_KEY", &values[2]);
        run.status(status).stdout(anything()).stderr(anything()).check().stderr
    };
    for mount in MOUNTS {
        let said = run("npm run lint", mount, 0);
        assert!(!said.contains("leaked-secret"), "{said}");
    }
    let said = run(leak, &[], 1);
    assert!(said.contains("error[leaked-secret]: `A_TOKEN` is in the image `sha256:"), "{said}");
    assert!(said.contains(", `/app/leak`"), "{said}");
    if !exports_archives() {
        return;
    }
    let said = run(leak, &["--reproducible"], 1);
    assert!(said.contains("error[leaked-secret]: `A_TOKEN` is in the image `sha256:"), "{said}");
    assert!(!run("npm run lint", &["--reproducible"], 0).contains("leaked-secret"));
}
