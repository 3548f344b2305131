//! What the documents of builders prescribe, quoted, and the text that follows from it.

use railpack2docker::builder::Builder;
use railpack2docker::{Options, transpile};
use testkit::buildkit::{self, Dockerfile, Instruction};

const PLAN: &str = r#"{
  "secrets": ["NPM_TOKEN", "DATABASE_URL", "UNUSED"],
  "caches": { "npm": { "directory": "/root/.npm" } },
  "steps": [
    { "name": "install", "inputs": [{ "image": "node:22" }], "secrets": ["NPM_TOKEN"], "caches": ["npm"],
      "commands": [{ "cmd": "npm ci" }] },
    { "name": "build", "inputs": [{ "step": "install" }], "secrets": ["DATABASE_URL"],
      "commands": [{ "cmd": "npm run build" }, { "cmd": "npm prune" }] }
  ],
  "deploy": { "base": { "image": "node:22" }, "inputs": [{ "step": "build", "include": ["."] }] }
}"#;

const SERVICE: &str = "4cb9c6c7-e563-42f5-9ea2-08e7b5d8f9a1";

fn generated(builder: &str) -> String {
    let mut options = Options::for_builder(Builder::parse(builder).unwrap());
    options.service_id = (builder == "railway").then(|| SERVICE.to_owned());
    transpile(PLAN, &options).unwrap().dockerfile
}

fn parsed(builder: &str) -> Dockerfile {
    buildkit::parse(&generated(builder)).unwrap()
}

/// The names of the build args of a stage without defaults.
fn args(file: &Dockerfile, stage: &str) -> Vec<String> {
    let stage = file.stages.iter().find(|candidate| candidate.name.as_deref() == Some(stage)).unwrap();
    let args = stage.instructions.iter().filter_map(|instruction| match instruction {
        Instruction::Arg(args) => Some(args),
        _ => None,
    });
    args.flatten().filter(|(_, default)| default.is_none()).map(|(name, _)| name.clone()).collect()
}

/// "Railway matches the `ARG` name against your service variables and passes the value in", and "`ARG` is scoped to a
/// build stage. In a multi-stage build, declare the `ARG` inside the stage that uses it."
/// (`content/guides/build-time-vs-runtime-secrets.md` in railwayapp/docs, 1034dd25)
#[test]
fn railway_secrets_are_args_of_the_stages_that_use_them() {
    let file = parsed("railway");
    assert_eq!(args(&file, "install"), ["NPM_TOKEN"]);
    assert_eq!(args(&file, "build"), ["DATABASE_URL"]);
    assert_eq!(args(&file, "runtime"), [""; 0]);
}

/// "Never promote a secret with `ENV`", and "do secret-dependent work […] in an early stage, then `COPY --from` only
/// the artifacts you need into the final stage" (the same guide)
#[test]
fn railway_secrets_are_not_in_the_image() {
    let file = parsed("railway");
    for stage in &file.stages {
        let names = stage.instructions.iter().filter_map(|instruction| match instruction {
            Instruction::Env(variables) => Some(variables),
            _ => None,
        });
        assert!(names.flatten().all(|(name, _)| name == "PATH"), "{stage:?}");
    }
    assert_eq!(file.stages.last().unwrap().image, "node:22", "not a stage with secrets");
}

/// "Railway supports cache mounts in your Dockerfile in the following format:
/// `--mount=type=cache,id=s/<service id>-<target path>,target=<target path>`", and "Environment variables can't be used
/// in cache mount IDs, since that is invalid syntax." (`content/docs/builds/dockerfiles.md` in railwayapp/docs)
#[test]
fn railway_caches_have_the_id_of_the_service_and_the_directory() {
    let text = generated("railway");
    assert!(text.contains(&format!("--mount=type=cache,id=s/{SERVICE}-/root/.npm,target=/root/.npm,")), "{text}");
    let ids = text.lines().filter(|line| line.contains("type=cache"));
    assert!(ids.into_iter().all(|line| !line.contains('$')), "{text}");
}

/// "Pass build credentials through `ARG` instead" (the guide): a secret mount or a mounted stage is in none of its
/// documents.
#[test]
fn railway_has_no_other_mounts() {
    let text = generated("railway");
    let mounts = text.matches("--mount=").count();
    assert_eq!((mounts, text.matches("--mount=type=cache,").count()), (1, 1), "{text}");
}

/// "cross-stage bind mounts `from=<stage>` are not yet supported" (`FF_KANIKO_RUN_MOUNT_BIND` in the README of
/// osscontainertools/kaniko, 011bb4a3)
#[test]
fn kaniko_mounts_no_stages() {
    let text = generated("kaniko");
    assert!(!text.contains("type=bind") && !text.contains("secrets-hash"), "{text}");
}

/// `RunCommand.IsArgsEnvsRequiredInCache` returns true (`pkg/commands/run.go`), so a build arg is part of the cache key.
#[test]
fn kaniko_has_the_hash_as_an_arg_before_the_first_command() {
    let file = parsed("kaniko");
    for stage in ["install", "build"] {
        assert_eq!(args(&file, stage), ["SECRETS_HASH"]);
    }
    assert_eq!(args(&file, "runtime"), [""; 0]);
    let text = generated("kaniko");
    let (before, _) = text.split_once("RUN ").unwrap();
    assert!(before.ends_with("ARG SECRETS_HASH\n"), "{text}");
}

/// "Set this flag as `--secret id=MY_SECRET[,src=/file][,env=VAR]`" and "`--custom-platform`" (the README): the command
/// in the header uses kaniko's own options.
#[test]
fn kaniko_has_options_of_its_own() {
    let mut options = Options::for_builder(Builder::parse("kaniko").unwrap());
    options.platforms = vec!["linux/arm64".to_owned()];
    let text = transpile(PLAN, &options).unwrap().dockerfile;
    let command = "\
#   /kaniko/executor --no-push -f Dockerfile \\
#     --custom-platform linux/arm64 \\
#     --secret id=NPM_TOKEN,env=NPM_TOKEN \\
#     --secret id=DATABASE_URL,env=DATABASE_URL \\
#     --secret id=UNUSED,env=UNUSED \\
#     --build-arg SECRETS_HASH=\"$(railpack2docker hash railpack-plan.json)\" --context .
";
    assert!(text.contains(command), "{text}");
}
