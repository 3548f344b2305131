//! Files for other tools: what they build, when they are stale, and what is refused.

use serde_json::json;
use testkit::command::{Folder, Run, anything, that};

const KINDS: [&str; 7] = ["bake", "compose", "github", "gitlab", "fly", "sh", "kubernetes"];

/// The options that a kind requires.
fn required(kind: &str) -> &'static [&'static str] {
    match kind {
        "kubernetes" => &["--image=example.com/shop", "--repository=https://example.com/shop.git"],
        _ => &[],
    }
}

fn plan(secrets: &[&str]) -> String {
    let step = json!({
        "name": "build",
        "inputs": [{ "image": "x:1" }],
        "secrets": ["*"],
        "commands": [{ "cmd": "make" }],
    });
    json!({
        "secrets": secrets,
        "steps": [step],
        "deploy": { "base": { "step": "build" }, "startCommand": "./app" },
    })
    .to_string()
}

/// A repository with an application in each of these directories, and its Dockerfile with these options.
fn world(directories: &[&str], options: &[&str]) -> Folder {
    let folder = crate::folder();
    folder.make(".git");
    for directory in directories {
        folder.write(&format!("{directory}/railpack-plan.json"), plan(&["TOKEN"]));
        let write = ["railpack-plan.json", "-o", "Dockerfile", "-q"];
        folder.run([&write, options].concat()).within(directory).check();
    }
    folder
}

/// A run with the secret of the plans in the environment.
fn emit<'f>(folder: &'f Folder, arguments: &[&str]) -> Run<'f> {
    let words = std::iter::once("emit").chain(arguments.iter().copied());
    folder.run(words.collect::<Vec<_>>()).env("TOKEN", "hunter2-hunter2")
}

/// The output of a successful run.
fn output(folder: &Folder, arguments: &[&str]) -> String {
    emit(folder, arguments).stdout(anything()).check().stdout
}

fn refuses<const N: usize>(folder: &Folder, arguments: &[&str], stderr: [&str; N]) {
    emit(folder, arguments).status(2).stderr(stderr).check();
}

#[test]
fn no_kind_reads_the_value_of_a_secret() {
    let folder = world(&["app"], &[]);
    for kind in KINDS {
        let text = output(&folder, &[&[kind, "app"], required(kind)].concat());
        assert!(text.contains("TOKEN") && text.contains("SECRETS_HASH") && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn each_kind_is_checked() {
    let folder = world(&["app"], &[]);
    for kind in KINDS {
        let write = [&[kind, "app", "-o", "file"], required(kind)].concat();
        emit(&folder, &write).check();
        let check = [kind, "--check", "-o", "file"];
        emit(&folder, &check).check();
        let written = folder.read("file");
        folder.write("file", written.replace("TOKEN", "TOK"));
        emit(&folder, &check).status(1).stdout(["+"]).stderr(["error[edited-file]", "--force"]).check();
        emit(&folder, &write).status(2).stdout(["-"]).stderr(["error[edited-file]"]).check();
        emit(&folder, &[&write[..], &["--force"]].concat()).check();
        assert_eq!(folder.read("file"), written);
        folder.write("file", "mine\n");
        refuses(&folder, &write, ["error[not-generated]", "--force"]);
        let check = [&check[..], &["app"], required(kind)].concat();
        emit(&folder, &check).status(1).stderr(["error[not-generated]", "--force"]).check();
        folder.remove("file");
        let missing =
            ["error[missing-file]", &format!("run `railpack2docker emit {kind} app/railpack-plan.json -o file")];
        emit(&folder, &check).status(1).stdout(["+"]).stderr(missing).check();
    }
}

#[test]
fn a_changed_plan_makes_a_file_stale() {
    let folder = world(&["web", "api"], &[]);
    emit(&folder, &["bake", "web", "api", "-o", "docker-bake.hcl"]).check();
    folder.write("api/railpack-plan.json", plan(&["TOKEN", "OTHER"]));
    let stale = ["error[changed-plan]: stale `docker-bake.hcl`", "run `railpack2docker emit bake ./web/"];
    emit(&folder, &["bake", "--check"]).status(1).stdout(["+    \"id=OTHER,env=OTHER\""]).stderr(stale).check();
    let help = "run `railpack2docker api/railpack-plan.json -o api/Dockerfile`";
    emit(&folder, &["sh", "web", "api"]).stdout(anything()).stderr(["warning[unready-dockerfile]", help]).check();
}

#[test]
fn the_header_has_the_plans_and_the_options() {
    let folder = world(&["apps/web", "apps/api"], &["--platforms=linux/amd64,linux/arm64"]);
    folder.make(".github/workflows");
    let file = ".github/workflows/images.yml";
    let given = ["--push", "--image=example.com/shop", "--tag=1", "--platform=linux/arm64"];
    let options = ["--cache-registry=example.com/cache"];
    emit(&folder, &[&["github", "apps/web", "apps/api", "-o", file], &given[..], &options].concat()).check();
    let text = folder.read(file);
    let tags = ["tags: example.com/shop/web:1", "tags: example.com/shop/api:1", "platforms: linux/arm64\n"];
    assert!(tags.iter().all(|tag| text.contains(tag)) && !text.contains("qemu"), "{text}");
    assert!(text.contains("railpack2docker emit github --check -o .github/workflows/images.yml\n"), "{text}");
    // paths are relative to the root of the repository
    emit(&folder, &["github", "--check"]).check();
    emit(&folder, &["github", "--check", "-o", "../../.github/workflows/images.yml"]).within("apps/web").check();
    emit(&folder, &["github", "--check", "apps/web"]).status(1).stdout(anything()).stderr(anything()).check();
}

#[test]
fn json_has_the_same_header() {
    let folder = world(&["app"], &[]);
    emit(&folder, &["bake", "app", "-o", "bake.json"]).check();
    let document: serde_json::Value = serde_json::from_str(&folder.read("bake.json")).unwrap();
    assert!(document["//"][0].as_str().unwrap().starts_with("# Code generated by railpack2docker from app/"));
    assert_eq!(document["target"]["app"]["secret"], json!(["id=TOKEN,env=TOKEN"]));
    assert_eq!(document["target"]["app"]["args"], json!({ "SECRETS_HASH": "${SECRETS_HASH}" }));
    emit(&folder, &["bake", "app", "-o", "bake.json"]).stderr(["bake.json is unchanged"]).check();
    assert!(output(&folder, &["bake", "app", "--json"]).starts_with("{\n  \"//\": [\n"));
    refuses(&folder, &["sh", "app", "--json"], ["`emit sh` has no form in JSON"]);
}

#[test]
fn platforms_are_those_of_the_dockerfile() {
    let both = "linux/amd64,linux/arm64";
    let folder = world(&["one"], &[]);
    let said = ["the Dockerfile is not generated for the platforms", "pass `--platforms linux/amd64,linux/arm64`"];
    refuses(&folder, &["bake", "one", "--platform", both], said);
    refuses(&folder, &["bake", "one", "--platform=linux/amd64", "--platform=linux/arm64"], said);
    let option = format!("--platforms={both}");
    let help = format!("run `railpack2docker one/railpack-plan.json -o one/Dockerfile {option}`");
    let stale = ["warning[unready-dockerfile]", &help];
    emit(&folder, &["bake", "one", &option]).stdout(["linux/arm64"]).stderr(stale).check();
    let folder = world(&["both"], &[&option]);
    let text = output(&folder, &["bake", "both"]);
    assert!(text.contains("  platforms  = [\n    \"linux/amd64\",\n    \"linux/arm64\",\n  ]\n"), "{text}");
    assert!(output(&folder, &["compose", "both"]).contains("      platforms:\n        - linux/amd64\n"));
    assert!(output(&folder, &["github", "both"]).contains("docker/setup-qemu-action"));
    assert!(output(&folder, &["gitlab", "both"]).contains("binfmt"));
    assert!(output(&folder, &["sh", "both"]).contains(&format!("  --platform {both} \\\n")));
    refuses(&folder, &["fly", "both"], ["`emit fly` can't build for several platforms"]);
    let builder = ["--builder=buildah@1.43", &option];
    let folder = world(&["oci"], &builder);
    let text = output(&folder, &["sh", "oci", "--push", "--image=example.com/a"]);
    let push = "buildah manifest push --all example.com/a docker://example.com/a\n";
    assert!(text.contains("  --manifest example.com/a oci\n") && text.ends_with(push), "{text}");
}

#[test]
fn builders_have_the_kinds_that_run_them() {
    let folder = world(&["app"], &["--builder=podman@5.8"]);
    for kind in ["bake", "compose", "github", "fly", "kubernetes"] {
        let said =
            ["builds with BuildKit, but the Dockerfile is for `podman@5.8`", "emit `sh`, which runs every builder"];
        refuses(&folder, &[&[kind, "app"], required(kind)].concat(), said);
    }
    assert!(output(&folder, &["gitlab", "app"]).contains("  image: quay.io/podman/stable:v5.8.0\n"));
    assert!(output(&folder, &["sh", "app"]).contains("\npodman build --format docker --layers -f app/Dockerfile"));
}

#[test]
fn a_hash_of_secrets_is_computed_where_the_values_are() {
    let folder = world(&["web", "api"], &["--secrets-hash=arg"]);
    let text = output(&folder, &["sh", "web", "api"]);
    assert!(text.contains("\nSECRETS_HASH_WEB=\"$(railpack2docker hash web/railpack-plan.json)\"\n"), "{text}");
    assert!(text.contains("  --build-arg SECRETS_HASH=\"$SECRETS_HASH_WEB\" \\\n"), "{text}");
    let text = output(&folder, &["bake", "web", "api"]);
    assert!(
        text.contains("#   export SECRETS_HASH_API=\"$(railpack2docker hash api/railpack-plan.json)\"\n"),
        "{text}"
    );
    assert!(text.contains("variable \"SECRETS_HASH_API\" {}\n"), "{text}");
    assert!(output(&folder, &["compose", "web"]).contains("SECRETS_HASH: ${SECRETS_HASH:-}\n"));
    assert!(output(&folder, &["github", "web"]).contains("SECRETS_HASH=${{ steps.hash.outputs.hash }}\n"));
    assert!(output(&folder, &["gitlab", "web"]).contains("dotenv: hashes.env\n"));
    let text = output(&folder, &[&["kubernetes", "web"], required("kubernetes")].concat());
    assert!(text.contains("secretKeyRef:\n                  name: web-build\n                  key: SECRETS_HASH\n"));
}

#[test]
fn a_bundle_is_one_secret() {
    let folder = world(&["web", "api"], &["--secret-mount=bundle=ALL"]);
    let said = ["can't have the bundles of two plans in one variable: `ALL`", "--secret-mount bundle=ID"];
    for kind in ["bake", "compose", "github", "gitlab"] {
        refuses(&folder, &[kind, "web", "api"], said);
        // the command in the header of the file generates the bundle
        let text = output(&folder, &[kind, "web"]);
        assert!(text.contains("railpack2docker bundle web/railpack-plan.json"), "{text}");
    }
    let text = output(&folder, &["sh", "web", "api"]);
    assert!(
        text.contains("\nALL=\"$(railpack2docker bundle web/railpack-plan.json)\"\nexport ALL\ndocker build"),
        "{text}"
    );
    assert!(!text.contains(":?"), "{text}");
    assert!(
        output(&folder, &["fly", "web"]).contains("ALL=\"$(railpack2docker bundle web/railpack-plan.json --base64)\"")
    );
}

#[test]
fn unset_variables_are_noted_where_the_tool_passes_empty_secrets() {
    let folder = world(&["app"], &[]);
    for (kind, tool) in [("bake", "docker buildx bake"), ("compose", "docker compose build")] {
        let warning =
            format!("warning[empty-secret]: `{tool}` would pass empty secrets: these variables are not set: `TOKEN`");
        for value in [None, Some("")] {
            let run = folder.run(["emit", kind, "app"]).envs(value.map(|value| ("TOKEN", value)));
            run.stdout(anything()).stderr([warning.as_str()]).check();
        }
        folder.run(["emit", kind, "app", "-o", "file"]).stderr([warning.as_str()]).check();
        folder.run(["emit", kind, "--check", "-o", "file"]).check();
        folder.remove("file");
    }
    folder.run(["emit", "sh", "app"]).stdout([": \"${TOKEN:?the secret is missing or empty}\"\n"]).check();
    let folder = world(&["app"], &["--optional-secrets"]);
    folder.run(["emit", "compose", "app"]).stdout(anything()).check();
    folder.run(["emit", "sh", "app"]).stdout(that(|text| !text.contains(":?"))).check();
}

#[test]
fn what_a_kind_cannot_do_is_refused() {
    let folder = world(&["app"], &["--reproducible"]);
    for kind in ["compose", "fly"] {
        refuses(&folder, &[kind, "app"], ["can't rewrite the times of a reproducible image"]);
    }
    assert!(output(&folder, &["bake", "app"]).contains("\"type=docker,dest=app.tar,rewrite-timestamp=true\""));
    let text = output(&folder, &["bake", "app", "--push", "--image=example.com/a"]);
    assert!(text.contains("\"type=image,push=true,rewrite-timestamp=true\""), "{text}");
    let folder = world(&["app"], &["--ssh"]);
    for kind in ["fly", "kubernetes"] {
        refuses(&folder, &[&[kind, "app"], required(kind)].concat(), ["can't give the build an SSH agent"]);
    }
    let folder = world(&["app", "other"], &[]);
    for (arguments, said) in [
        (&["fly", "app", "other"][..], "`emit fly` has one application in a file"),
        (&["fly", "app", "--cache-registry=a"], "`emit fly` can't use a cache in a registry"),
        (&["fly", "app", "--push", "--image=a"], "`emit fly` always pushes"),
        (&["kubernetes", "app", "--image=a"], "requires the URL of the repository"),
        (&["kubernetes", "app", "--repository=a"], "requires the name of the image"),
        (&["bake", "app", "--repository=a"], "`emit bake` does not clone a repository"),
        (&["bake", "app", "--push"], "`--push` requires the name of the image"),
        (&["bake", "app", "--image=A B"], "`--image A B` is not a valid name"),
        (&["bake", "app", "--tag=:"], "`--tag :` is not a valid name"),
        (&["bake", "-"], "can't read a plan from standard input"),
        (&["bake", "app/a.json", "app/b.json"], "two plans have the same Dockerfile `app/Dockerfile`"),
    ] {
        if said.starts_with("two plans") {
            folder.write("app/a.json", plan(&[]));
            folder.write("app/b.json", plan(&[]));
            emit(&folder, arguments).status(2).stderr(["error[duplicate-output]", said]).check();
        } else {
            refuses(&folder, arguments, ["error[invalid-option]", said]);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_name_is_never_syntax() {
    let names =
        ["${{ secrets.X }}", "%{ if }", "a: b # c", "$(touch pwned) `touch pwned` \"'", "-dash", "a\nb", "*", "é"];
    let folder = crate::folder();
    for name in names {
        folder.write(&format!("{name}/railpack-plan.json"), plan(&["TOKEN"]));
        folder.run(["railpack-plan.json", "-o", "Dockerfile", "-q"]).within(name).check();
    }
    let plans: Vec<String> = names.iter().map(|name| format!("./{name}/railpack-plan.json")).collect();
    let plans: Vec<&str> = plans.iter().map(String::as_str).collect();
    let body = |kind: &str| {
        let text = output(&folder, &[&[kind], &plans[..], required(kind)].concat());
        text.split_once("\n# plan: ").unwrap().1.to_owned()
    };
    let text = body("bake");
    assert!(text.contains("\"\\u0024{{ secrets.X }}\"") && text.contains("\"\\u0025{ if }\""), "{text}");
    assert!(text.contains("context    = \"a\\nb\"\n") && !text.contains("${") && !text.contains("%{"), "{text}");
    let text = body("github");
    assert!(text.contains("context: \"${{ '${{' }} secrets.X }}\"\n") && !text.contains("${{ secrets.X"), "{text}");
    assert!(text.contains("context: \"./-dash\"\n"), "{text}");
    let text = body("kubernetes");
    let (all, escaped) = (text.matches("$(touch").count(), text.matches("$$(touch").count());
    assert!(all > 0 && all == escaped, "{text}");
    for kind in ["bake", "github", "gitlab", "kubernetes"] {
        assert!(body(kind).lines().all(|line| !line.starts_with("b/")), "{kind}");
    }
    for plan in &plans[..2] {
        refuses(&folder, &["compose", plan], ["Compose would evaluate a part of this path"]);
    }
    assert!(!folder.has("pwned"));
    let script = output(&folder, &[&["sh"], &plans[..]].concat());
    folder.write("build.sh", script);
    folder.write_program("bin/docker", "#!/bin/sh\nfor last; do :; done\nprintf '%s\\0' \"$last\" >> \"$LOG\"\n");
    let log = folder.path("log");
    let run = folder.run_script("PATH=\"$PWD/bin:$PATH\" sh build.sh").env("TOKEN", "x").env("LOG", &log);
    run.stdout(anything()).check();
    // the contexts
    let expected = names.map(|name| if name == "-dash" { "./-dash" } else { name });
    assert_eq!(folder.read("log").trim_end_matches('\0').split('\0').collect::<Vec<_>>(), expected);
    assert!(!folder.has("pwned"));
}
