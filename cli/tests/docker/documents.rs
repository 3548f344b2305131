//! Examples from documents about secrets in builds work here as the documents show: Railpack's page, a guide to
//! build-time and run-time secrets, Fly.io's and Docker's pages, and an article on Next.js.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use fs_err as fs;
use railpack2docker::{Options, SecretMount, SecretsScope};
use serde_json::{Value, json};

use testkit::command::anything;
use testkit::engine::{Build, Built, engine};
use testkit::options;

const IMAGE: &str = "railpack2docker-test/documents:1";

/// A plan of one command, which writes `/app/state`. With a random `run`, it shares no layer with other runs.
fn plan_of_one(run: &str, secrets: &[&str], command: &str) -> String {
    json!({
        "secrets": secrets,
        "steps": [{
            "name": "build",
            "inputs": [{ "image": IMAGE }],
            "secrets": ["*"],
            "variables": { "RUN": run },
            "commands": [{ "cmd": command }],
        }],
        "deploy": { "base": { "image": IMAGE }, "inputs": [{ "step": "build", "include": ["/app/state"] }] },
    })
    .to_string()
}

fn random() -> String {
    fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap().trim().to_owned()
}

fn docker(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.args(arguments).current_dir(folder);
    command
}

/// Runs docker, which must succeed, and returns its standard output.
fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

const STEPS: [&str; 3] = ["two", "all", "none"];

/// A plan with the steps of Railpack's page: one lists two of three secrets, one `*`, one none. Each writes a random
/// number, which differs if the step re-ran, and the secrets that it saw.
fn plan_of_railpack(run: &str) -> String {
    let step = |name: &str, secrets: Value| {
        let see = "env | grep -E \"^(DATABASE_URL|API_KEY|STRIPE_LIVE_KEY)=\" | sort";
        json!({
            "name": name,
            "inputs": [{ "image": IMAGE }],
            "secrets": secrets,
            "variables": { "RUN": run },
            "commands": [
                { "cmd": format!("sh -c 'cat /proc/sys/kernel/random/uuid > /ran-{name}; {see} > /saw-{name}'") },
            ],
        })
    };
    let inputs: Vec<Value> = STEPS
        .iter()
        .map(|name| json!({ "step": name, "include": [format!("/ran-{name}"), format!("/saw-{name}")] }))
        .collect();
    json!({
        "secrets": ["DATABASE_URL", "API_KEY", "STRIPE_LIVE_KEY"],
        "steps": [step("two", json!(["DATABASE_URL", "API_KEY"])), step("all", json!(["*"])), step("none", json!([]))],
        "deploy": { "base": { "image": IMAGE }, "inputs": inputs },
    })
    .to_string()
}

/// The steps whose random number differs.
fn ran_again(before: &Built, after: &Built) -> Vec<&'static str> {
    let differs = |name: &&str| before.read(&format!("/ran-{name}")) != after.read(&format!("/ran-{name}"));
    STEPS.into_iter().filter(differs).collect()
}

#[test]
fn railpacks_steps_re_run_for_their_secrets() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let plan = plan_of_railpack(&random());
    let build = |api_key: &str, stripe: &str, hash: &str| {
        let secrets = [("DATABASE_URL", "postgres://db/app"), ("API_KEY", api_key), ("STRIPE_LIVE_KEY", stripe)];
        engine.build(&Build { hash, ..Build::new(&plan, context.path(), &secrets) })
    };
    let first = build("k1", "s1", "h1");
    let every = "API_KEY=k1\nDATABASE_URL=postgres://db/app\nSTRIPE_LIVE_KEY=s1\n";
    for name in STEPS {
        assert_eq!(first.read(&format!("/saw-{name}")), every, "{name} sees every secret of the plan, as in Railpack");
    }

    let stripe = build("k1", "s2", "h2");
    assert_eq!(ran_again(&first, &stripe), ["all"]);
    assert_eq!(stripe.read("/saw-all"), every.replace("s1", "s2"));

    let api_key = build("k2", "s2", "h3");
    assert_eq!(ran_again(&stripe, &api_key), ["two", "all"]);
    assert_eq!(api_key.read("/saw-two"), every.replace("k1", "k2").replace("s1", "s2"));
    assert_eq!(api_key.read("/saw-none"), every, "what lists nothing has not run again");
}

#[test]
fn in_step_scope_railpacks_steps_see_only_what_they_list() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let plan = plan_of_railpack(&random());
    let options = options! { secrets_scope: SecretsScope::Step };
    let secrets = [("DATABASE_URL", "d"), ("API_KEY", "k"), ("STRIPE_LIVE_KEY", "s")];
    let built = engine.build(&Build { options, ..Build::new(&plan, context.path(), &secrets) });
    assert_eq!(built.read("/saw-none"), "");
    assert_eq!(built.read("/saw-two"), "API_KEY=k\nDATABASE_URL=d\n");
    assert_eq!(built.read("/saw-all"), "API_KEY=k\nDATABASE_URL=d\nSTRIPE_LIVE_KEY=s\n");
}

#[test]
fn optional_secrets_skip_the_migration_of_the_guide() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let migrate =
        r#"sh -c 'if [ -n "$DB_HOST" ]; then echo migrated > /app/state; else echo skipped > /app/state; fi'"#;
    let plan = plan_of_one(&random(), &["DB_HOST"], migrate);
    let optional = options! { optional_secrets: true };
    let with = |secrets: &[(&'static str, &'static str)], hash, options: &Options| Build {
        hash,
        options: options.clone(),
        ..Build::new(&plan, context.path(), secrets)
    };

    assert_eq!(engine.build(&with(&[], "h1", &optional)).read("/app/state"), "skipped\n");
    let host = [("DB_HOST", "db.internal")];
    assert_eq!(engine.build(&with(&host, "h2", &optional)).read("/app/state"), "migrated\n");
    assert_eq!(engine.build(&with(&[], "h3", &optional)).read("/app/state"), "skipped\n");

    let required = Options::default();
    let said = engine.fails(&with(&[], "h4", &required));
    assert!(said.contains("secret DB_HOST: not found"), "{said}");
    assert_eq!(engine.build(&with(&host, "h5", &required)).read("/app/state"), "migrated\n");
}

const FLY: [(&str, &str); 2] = [("MY_SUPER_SECRET", "it's \"some\" $value"), ("OTHER_SECRET", "a\nb\n")];

/// A plan of one command, which records both of Fly.io's secrets.
fn plan_of_fly() -> String {
    let see = r#"sh -c 'printf "<%s>" "$MY_SUPER_SECRET" "$OTHER_SECRET" > /app/state'"#;
    plan_of_one(&random(), &FLY.map(|(name, _)| name), see)
}

const FLY_STATE: &str = "<it's \"some\" $value><a\nb\n>";

#[test]
fn flys_build_secrets_can_come_one_by_one() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let built = engine.build(&Build::new(&plan_of_fly(), context.path(), &FLY));
    assert_eq!(built.read("/app/state"), FLY_STATE);
}

#[test]
fn flys_build_secrets_can_come_as_a_bundle() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let plan = plan_of_fly();
    let folder = crate::folder().file("plan.json", &plan);
    let bundle = folder.run(["bundle", "plan.json", "--base64"]).envs(FLY).stdout(anything()).check().stdout;

    let options = options! { secret_mount: SecretMount::Bundle("ALL_SECRETS".to_owned()) };
    let secrets = [("ALL_SECRETS", bundle.as_str())];
    let with = |secrets, hash| Build { hash, options: options.clone(), ..Build::new(&plan, context.path(), secrets) };
    assert_eq!(engine.build(&with(&secrets, "h1")).read("/app/state"), FLY_STATE);
    // a cached layer needs no secret: only with another hash does Docker look for it
    let said = engine.fails(&with(&FLY, "h2"));
    assert!(said.contains("secret ALL_SECRETS: not found"), "{said}");
}

#[test]
fn a_secret_from_a_file_is_not_in_the_history() {
    const NAME: &str = "railpack2docker-test/history:1";
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let secret = random();
    let folder = crate::folder().file("secret.txt", &secret);
    let file = folder.path("secret.txt");
    let source = format!("id=mysecret,src={}", file.display());
    // the guide's own command reads a file; by default, a variable with the same name has the secret
    for (mount, read) in [("env", "printf %s \"$mysecret\""), ("file", "cat /run/secrets/mysecret")] {
        // the image's history has the command only if the image starts from the step
        let marker = random();
        let command = format!("sh -c 'test \"$({read} | wc -c)\" -eq {} && echo {marker}'", secret.len());
        let mut plan: Value = serde_json::from_str(&plan_of_one("", &["mysecret"], &command)).unwrap();
        plan["deploy"] = json!({ "base": { "step": "build" } });
        folder.write("app/plan.json", plan.to_string());
        let options = ["build", "plan.json", "--syntax", "none", "--secret-mount", mount, "--secret", &source];
        let build = folder.run([&options[..], &["--", "-t", NAME, "--load"]].concat()).within("app").with_docker();
        build.stdout(anything()).stderr(anything()).check();

        let history = run(&mut docker(&folder.root(), &["history", "--no-trunc", NAME]));
        assert!(history.contains(&marker), "{mount}: this is the image that was built: {history}");
        assert!(!history.contains(&secret), "{mount}: {history}");
        assert!(!history.contains("secret.txt"), "{mount}: {history}");
        assert!(!history.contains(folder.root().to_str().unwrap()), "{mount}: {history}");
    }
}

#[test]
fn the_database_url_of_the_next_js_article_comes_from_its_file() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let url = "postgresql://user:p@ss=w%20rd@db.internal:5432/app?schema=public&sslmode=require";
    let see = r#"sh -c 'printf "%s" "$DATABASE_URL" > /app/state'"#;
    let plan = plan_of_one(&random(), &["DATABASE_URL"], see);
    let folder = crate::folder().file("plan.json", plan).file("env/database_url.txt", url);
    for mount in ["env", "file"] {
        let options = ["plan.json", "--syntax", "none", "-o", "Dockerfile", "--secret-mount", mount];
        let secret_id = ["--secret-id", "DATABASE_URL=database_url"];
        folder.run([&options[..], &secret_id].concat()).stderr(anything()).check();
        let from_file = ["build", "--secret", "id=database_url,src=env/database_url.txt"];
        let to = folder.path(mount);
        run(docker(&folder.root(), &from_file).arg(format!("--output=type=local,dest={}", to.display())).arg("."));
        assert_eq!(fs::read_to_string(to.join("app/state")).unwrap(), url, "{mount}");
    }

    let under_its_variable = ["build", "--secret", "id=DATABASE_URL,src=env/database_url.txt"];
    // a cached layer needs no secret: only with another hash does Docker look for it
    let output =
        docker(&folder.root(), &under_its_variable).args(["--build-arg", "SECRETS_HASH=2", "."]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("secret database_url: not found"), "{said}");
}
