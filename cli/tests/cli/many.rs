//! Commands for many plans: directories, patterns, `--all`, a config file that the plans share.

use serde_json::Value;
use testkit::command::{Folder, anything};

use crate::git::{commit, init};

fn plan(command: &str, secret: &str) -> String {
    format!(
        r#"{{ "steps": [{{ "name": "{secret}-step", "inputs": [{{ "image": "node:22" }}], "secrets": ["{secret}"],
                        "commands": [{{ "cmd": "{command}" }}] }}],
          "secrets": ["{secret}"],
          "deploy": {{ "base": {{ "image": "node:22" }}, "startCommand": "node .",
                       "inputs": [{{ "step": "{secret}-step", "include": ["."] }}] }} }}"#
    )
}

/// A repository with two applications, and a plan that git ignores.
fn monorepo() -> Folder {
    let folder = crate::folder();
    for (name, secret) in [("apps/api", "A_TOKEN"), ("apps/web", "W_TOKEN"), ("node_modules/x", "X_TOKEN")] {
        folder.write(&format!("{name}/railpack-plan.json"), plan("rm -rf dist/*", secret));
    }
    folder.write(".gitignore", "node_modules\n");
    folder.write(".git", "gitdir: nowhere");
    for app in ["apps/api", "apps/web"] {
        folder.run([app.to_owned(), "-o".to_owned(), format!("{app}/Dockerfile")]).stderr(anything()).check();
    }
    folder
}

#[test]
fn all_dockerfiles_are_checked_and_summed_up() {
    let folder = monorepo();
    let two = "2 Dockerfiles: 2 up to date\n".to_owned();
    folder.run(["--check", "--all"]).stderr([two.as_str()]).check();
    folder.run(["--check", "apps/*"]).stderr([two.as_str()]).check();
    folder.run(["--check", "apps/api", "apps/web/railpack-plan.json", "apps/api"]).stderr([two.as_str()]).check();
    folder.replace("apps/api/railpack-plan.json", "rm -rf", "rm -r");
    folder.remove("apps/web/Dockerfile");
    folder
        .run(["--check", "--all"])
        .status(1)
        .stdout(["\n-    rm -rf 'dist/*'\n", "--- apps/api/Dockerfile\n", "+++ apps/web/Dockerfile (regenerated)\n"])
        .stderr([
            "error[changed-plan]: stale `apps/api/Dockerfile`",
            "help: run `railpack2docker apps/api/railpack-plan.json -o apps/api/Dockerfile`",
            "error[missing-file]: `apps/web/Dockerfile` does not exist",
            "2 Dockerfiles: 2 stale\n",
        ])
        .check();
    folder.write("apps/web/railpack-plan.json", "{");
    let said = ["error[changed-plan]", "error[invalid-json]", "2 Dockerfiles: 1 stale, 1 failed\n"];
    folder.run(["--check", "--all"]).status(2).stdout(anything()).stderr(said).check();
    folder.run(["--check", "apps/api"]).status(1).stdout(anything()).stderr(["error[changed-plan]"]).check();
    folder.run(["--check", "--all", "-o", "x"]).status(2).stderr(["`-o` can't be used with several plans"]).check();
}

#[test]
fn plans_that_do_not_exist_are_named() {
    let folder = monorepo();
    folder.make("empty");
    for (arguments, said) in [
        (&["lint", "empty"][..], "`empty` contains no build plan: there is no `railpack-plan.json` in it"),
        (&["lint", "empty"], "generate one with `railpack2docker sync empty`"),
        (&["lint", "x*"], "no plan matches `x*`"),
        (&["lint", "--all", "apps/api"], "`--all` can't be used with the names of plans"),
        (&["--check", "--all", "apps/api"], "`--all` can't be used with the names of plans"),
        (&["apps/api", "apps/web"], "only one plan can be transpiled at a time"),
        (&["--all"], "only one plan can be transpiled at a time"),
    ] {
        let run = folder.run(arguments).status(2).stdout(anything()).stderr(anything()).check();
        assert!(run.stderr.contains(said), "{arguments:?}\n{}", run.stderr);
    }
    folder.run(["lint", "--all"]).within("empty").status(2).stderr(["there is no `railpack-plan.json` below"]).check();
}

/// In a run over several plans, each error has to say which one it is about.
#[test]
fn an_empty_plan_is_named() {
    let folder = monorepo().file("apps/api/railpack-plan.json", "\n");
    let check = |arguments: &[&str], status: i32, said: &str| {
        let run = folder.run(arguments).status(status).stdout(anything()).stderr(anything()).check();
        assert!(format!("{}{}", run.stdout, run.stderr).contains(said), "{arguments:?}\n{}{}", run.stdout, run.stderr);
    };
    for (arguments, status) in [
        (&["lint", "--all"][..], 1),
        (&["--check", "--all"], 2),
        (&["emit", "bake", "--all"], 2),
        (&["pin", "--check", "--all"], 2),
    ] {
        check(arguments, status, "error[empty-plan]: the plan is empty\n --> apps/api/railpack-plan.json:1:1");
        check(&[arguments, &["--message-format=json"]].concat(), status, "\"apps/api/railpack-plan.json\"");
    }
}

#[test]
fn reports_have_paths_from_the_root_and_the_same_fingerprints_everywhere() {
    let folder = monorepo();
    let report = |directory: &str, format: &str, plans: &[&str]| {
        let arguments = ["lint", "--format", format].into_iter().chain(plans.iter().copied());
        folder.run(arguments).within(directory).status(1).stdout(anything()).check().stdout
    };
    for format in ["sarif", "gitlab", "json", "github"] {
        let at_root = report(".", format, &["--all"]);
        assert_eq!(report("apps", format, &["--all"]), at_root, "{format}");
        assert_eq!(report("apps/web", format, &["../api", "."]), at_root, "{format}");
        assert_eq!(report(".", format, &["apps/*"]), at_root, "{format}");
    }
    let sarif: Value = serde_json::from_str(&report("apps", "sarif", &["--all"])).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let uri = |result: &Value| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert!(results.iter().any(|result| uri(result) == "apps/api/railpack-plan.json"), "{results:?}");
    assert!(results.iter().any(|result| uri(result) == "apps/web/railpack-plan.json"), "{results:?}");
    let said = ["in 2 of 2 plans; for details, run"];
    folder.run(["lint", "--all"]).status(1).stdout(said).check();
    // a plan that can't be read does not hide the others
    folder.write("apps/api/railpack-plan.json", [0xff]);
    let said = ["`apps/api/railpack-plan.json` is not UTF-8"];
    let summary = "\n1 warning in 1 of 2 plans, 1 failed; for details, run";
    folder.run(["lint", "--all"]).status(2).stdout(["no-shell", summary]).stderr(said).check();
}

/// Nobody may take `no problems found` for the result of a plan that was not checked.
#[test]
fn plans_that_could_not_be_linted_are_counted() {
    let folder = monorepo();
    let lint = |plans: &[&str]| folder.run([&["lint", "--allow=no-shell"], plans].concat());
    lint(&["apps/api", "apps/web"]).stdout("no problems found in 2 plans\n").check();
    let said = ["error[unreadable-plan]: can't read the plan from `nofile`"];
    let one = "no problems found in 1 of 2 plans, 1 failed\n";
    lint(&["apps/api", "nofile"]).status(2).stdout(one).stderr(said).check();
    lint(&["nofile", "nothing"]).status(2).stdout("2 plans: 2 failed\n").stderr(said).check();
}

#[test]
fn a_plan_that_is_named_twice_is_one() {
    let folder = monorepo();
    let lint = |plans: &[&str]| folder.run([&["lint", "--allow=no-shell"], plans].concat());
    lint(&["apps/api", "./apps/web/../api/railpack-plan.json"]).stdout("no problems found\n").check();
    lint(&["apps/*", folder.path("apps/web").to_str().unwrap()]).stdout("no problems found in 2 plans\n").check();
    // `-` is not the file with this name
    folder.write("-", folder.read("apps/api/railpack-plan.json"));
    let both = lint(&["-", "./-"]).stdin(folder.read("-"));
    both.stdout("no problems found in 2 plans\n").check();
}

#[test]
fn a_shared_config_file_fits_plans_that_lack_some_names() {
    let folder = monorepo();
    folder.write(
        "railpack2docker.toml",
        "[transpile]\nsecret-id = { W_TOKEN = \"web-token\" }\nssh = \"default\"\nssh-step = [\"A_TOKEN-step\"]\n",
    );
    let dockerfile = |app: &str| folder.run([app]).stdout(anything()).check().stdout;
    let (api, web) = (dockerfile("apps/api"), dockerfile("apps/web"));
    assert!(web.contains("id=web-token,env=W_TOKEN") && !api.contains("web-token"));
    // no list would mean every step
    assert!(api.contains("--mount=type=ssh") && !web.contains("--mount=type=ssh"));
    folder.replace("railpack2docker.toml", "W_TOKEN", "W_TOKN");
    let said = [
        "can't set ID `web-token`: the plan has no secret `W_TOKN` (in `railpack2docker.toml`, line 2)",
        "help: did you mean `W_TOKEN`?",
    ];
    folder.run(["apps/web"]).status(2).stderr(said).check();
    let said = ["(in `../../railpack2docker.toml`, line 2)"];
    folder.run(["--check"]).within("apps/web").status(2).stderr(said).check();
    // what the command line sets is not from the file
    let given = ["apps/web", "--ssh-step", "nowhere", "--config", "none", "--ssh"];
    folder.run(given).status(2).stderr(["unknown step `nowhere` for the SSH agent\n"]).check();
}

#[test]
fn plans_are_compared_with_a_revision() {
    let folder = monorepo();
    folder.remove(".git");
    init(&folder, ".");
    folder.write("apps/old/railpack-plan.json", plan("make", "O_TOKEN"));
    folder.write("apps/same/railpack-plan.json", plan("make", "S_TOKEN"));
    commit(&folder, ".", ".");
    folder.replace("apps/api/railpack-plan.json", "rm -rf", "rm -r");
    folder.remove("apps/web/railpack-plan.json");
    folder.write("apps/web/railpack-plan.json", "{");
    folder.remove("apps/old/railpack-plan.json");
    folder.write("apps/new/railpack-plan.json", plan("make", "N_TOKEN"));
    let summary = "5 build plans: 1 changed, 1 new, 1 removed, 1 failed, 1 unchanged";
    let all = ["diff", "--since", "HEAD", "--all"];
    let lines =
        ["== apps/api\n", "new: apps/new\n", "removed: apps/old\n", "failed: apps/web\n", "unchanged: apps/same\n"];
    let text = folder.run(all).status(2).stdout([summary]).stderr(["error[invalid-json]"]).check().stdout;
    for line in lines {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let markdown =
        folder.run(all.iter().chain(&["--format", "markdown"])).status(2).stdout(anything()).stderr(anything());
    let markdown = markdown.check().stdout;
    assert!(
        markdown.starts_with(&format!("<!-- railpack2docker diff -->\n**{summary}**\n\n### `apps/api`\n")),
        "{markdown}"
    );
    assert!(markdown.ends_with("\nUnchanged: `apps/same`\n"), "{markdown}");
    assert_eq!(markdown.matches("<!-- railpack2docker diff -->").count(), 1);
    let json =
        folder.run(all.iter().chain(&["--format", "json"])).status(2).stdout(anything()).stderr(anything()).check();
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    let status =
        |at: usize| (json["plans"][at]["plan"].as_str().unwrap(), json["plans"][at]["status"].as_str().unwrap());
    assert_eq!(status(0), ("apps/api/railpack-plan.json", "changed"));
    assert_eq!(status(2), ("apps/old/railpack-plan.json", "removed"));

    folder
        .run(["diff", "--since", "HEAD", "../same", "."])
        .within("apps/api")
        .status(1)
        .stdout(["1 changed, 1 unchanged"])
        .check();
    folder.run(["diff", "--since", "HEAD", "apps/same"]).stdout(["1 build plan: 1 unchanged"]).check();
    folder.run(["diff", "--since", "-x", "apps/same"]).status(2).stderr(["error"]).check();
    folder.run(["diff", "--since", "nowhere", "--all"]).status(2).stderr(["unknown git revision `nowhere`"]).check();
}
