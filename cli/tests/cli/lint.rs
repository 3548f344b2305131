//! Tests of `lint`: the output of each finding, for people and for services.

use fs_err as fs;
use railpack2docker::{Code, Severity};
use serde_json::Value;
use testkit::command::{Folder, anything};
use testkit::{arguments_with, plan_with, settings};

use crate::folder;

/// A folder with the plan in `tests/lint` that has the finding of this code.
fn with(code: Code) -> Folder {
    folder().file(&format!("{code}.json"), fs::read(plan_with(code)).unwrap())
}

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

#[test]
fn findings_read_well() {
    for code in Code::LINTS.iter().copied().filter(|code| *code != Code::ExposedFile) {
        let status = i32::from(code.severity() > Severity::Note);
        let options = arguments_with(code).iter().map(|&option| option.to_owned());
        let arguments = ["lint".to_owned(), format!("{code}.json")].into_iter().chain(options);
        let seen = with(code).run(arguments).status(status).stdout(anything()).check().stdout;
        // the size of a Dockerfile changes with its wording
        let seen: Vec<&str> =
            seen.split(' ').map(|word| if word.len() > 6 && is_number(word) { "…" } else { word }).collect();
        settings("lint").bind(|| insta::assert_snapshot!(code.name(), seen.join(" ")));
    }
}

#[test]
fn standard_input_has_a_name_only_where_a_report_needs_one() {
    let plan = fs::read(plan_with(Code::NoShell)).unwrap();
    for (format, expected) in [
        ("github", "::warning title=no-shell::`dist/*` is passed literally: this command is not run by a shell"),
        ("gitlab", "\"path\": \"railpack-plan.json\""),
        ("json", "\"plan\": null"),
        ("sarif", "\"fullyQualifiedName\": \"steps[0].commands[0].cmd\""),
        ("human", " --> <stdin>:6:29\n"),
    ] {
        let folder = folder();
        let said =
            folder.run(["lint", "-", "--format", format]).stdin(&plan).status(1).stdout([expected]).check().stdout;
        assert!(format != "sarif" || !said.contains("physicalLocation"), "{said}");
    }
}

#[test]
fn messages_in_json_are_a_report_in_json() {
    let folder = with(Code::NoShell);
    let report = folder.run(["lint", "no-shell.json", "--format=json"]).status(1).stdout(anything()).check().stdout;
    folder.run(["lint", "no-shell.json", "--message-format=json"]).status(1).stdout(report).check();
    let github = ["lint", "no-shell.json", "--message-format=json", "--format=github"];
    folder.run(github).status(1).stdout(["::warning "]).check();
}

/// A plan with the images of Railpack, these steps in addition to `build`, and these secrets.
fn from_railpack(steps: &str, secrets: &str) -> Folder {
    let image = |name: &str| format!(r#"{{ "image": "ghcr.io/railwayapp/railpack-{name}:mise-2026.8.6" }}"#);
    let (builder, runtime) = (image("builder"), image("runtime"));
    folder().file(
        "plan.json",
        format!(
            r#"{{ "steps": [{{ "name": "build", "inputs": [{builder}, {{ "local": true }}], "secrets": [], "commands": [{{ "cmd": "make" }}] }}{steps}],
            "secrets": [{secrets}],
            "deploy": {{ "base": {runtime}, "inputs": [{{ "step": "build", "include": ["."] }}], "startCommand": "./app" }} }}"#
        ),
    )
}

#[test]
fn what_railpack_writes_is_a_note() {
    let step = |name: &str| {
        format!(r#", {{ "name": "{name}", "inputs": [{{ "step": "build" }}], "commands": [{{ "cmd": "make" }}] }}"#)
    };
    let folder = from_railpack(&step("install"), "");
    let said = [
        "note[empty-input]: an input without `include` copies nothing",
        "note[unused-step]: step `install` is unused",
        "= help: Railpack writes this into the plan by itself: there is nothing to change",
        "\n2 notes; ",
    ];
    folder.run(["lint", "plan.json"]).stdout(said).check();
    let allowed = ["lint", "plan.json", "--allow=empty-input", "--allow=unused-step"];
    folder.run(allowed).stdout("no problems found\n").check();
    // a step of the owner's own
    let said = ["warning[unused-step]: step `test` is unused", "add it to the inputs of `deploy` in `railpack.json`"];
    from_railpack(&step("test"), "").run(["lint", "plan.json"]).status(1).stdout(said).check();
}

#[test]
fn one_cause_is_one_finding() {
    let folder = from_railpack("", r#""A", "B", "C", "D", "E", "F", "G", "H""#);
    let said = [
        "warning[unlisted-secret]: no step lists secrets `A`, `B`, `C`, `D`, `E`, `F` and 2 more: changing them",
        "list them in the `secrets` of the steps that need them in `railpack.json`",
        "\n1 warning, 1 note; ",
    ];
    folder.run(["lint", "plan.json"]).status(1).stdout(said).check();
    folder.write("plan.json", folder.read("plan.json").replace("\"secrets\": []", "\"secrets\": [\"*\"]"));
    folder.replace("plan.json", "\"A\", \"B\"", "\"STRIPE_API_KEY\", \"NPM_TOKEN\", \"DB_HOST\", \"MONGO_PORT\"");
    let said = [
        "warning[runtime-secret]: secrets `STRIPE_API_KEY`, `DB_HOST` and `MONGO_PORT` look like ones that the application needs",
        "\n1 warning, 1 note; ",
    ];
    folder.run(["lint", "plan.json"]).status(1).stdout(said).check();
    // a command uses them
    folder.replace("plan.json", "\"make\"", "\"sh -c 'test $STRIPE_API_KEY $DB_HOST $MONGO_PORT'\"");
    folder.run(["lint", "plan.json"]).stdout(["\n1 note; "]).check();
}

#[test]
fn no_finding_fails_on_request() {
    for code in [Code::NoShell, Code::UnknownStep] {
        let folder = with(code);
        let file = format!("{code}.json");
        folder.run(["lint", &file, "--fail-on", "never"]).stdout([format!("[{code}]").as_str()]).check();
        folder.write("railpack2docker.toml", "lint.fail-on = 'never'");
        folder.run(["lint", &file]).stdout(anything()).check();
    }
}

#[test]
fn each_service_has_its_own_severities() {
    let said = |code: Code, format: &str| -> Value {
        let status = i32::from(code.severity() > Severity::Note);
        let folder = with(code);
        let run = folder.run(["lint", &format!("{code}.json"), "--format", format]).status(status);
        serde_json::from_str(&run.stdout(anything()).check().stdout).unwrap()
    };
    let result = |code: Code| said(code, "sarif")["runs"][0]["results"][0].clone();
    for (code, gitlab, sarif) in [
        (Code::DuplicateStep, "critical", "error"),
        (Code::NoShell, "minor", "warning"),
        (Code::InfoFile, "info", "note"),
    ] {
        assert_eq!(said(code, "gitlab")[0]["severity"], gitlab);
        assert_eq!(result(code)["level"], sarif);
    }
    let related = &result(Code::DuplicateStep)["relatedLocations"][0];
    assert_eq!(related["message"]["text"], "first defined here");
    assert_eq!(related["logicalLocations"][0]["fullyQualifiedName"], "steps[0].name");
}

#[test]
fn each_code_can_be_explained() {
    for code in Code::LINTS {
        folder().run(["lint", "--explain", code.name()]).stdout(code.page()).check();
    }
}
