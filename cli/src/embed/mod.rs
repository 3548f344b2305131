//! The command without files, for programs that embed it: plans and options are texts in memory, and results are
//! JSON. The options are the content of `railpack2docker.toml`, as JSON.
//!
//! The file of the plan is `railpack-plan.json`, and that of the Dockerfile is `Dockerfile`. Both are in the root of the
//! build context.
//!
//! A failure is an object with `findings`: the errors, and the warnings and notes so far. A finding has `severity`,
//! `code`, `message`, `location`, `related` and `help`, as with `--message-format json`. It also has `page`, the path
//! of its documentation in the repository, and `frame`, the text with a code frame that the command prints. A location
//! has `file`, `path`, `line` and `column`. `from` and `to` are the offsets of the value in the plan, in UTF-16 code
//! units, as JavaScript counts them.

mod documents;
mod rebuilds;
mod settings;
mod utf16;

use railpack2docker::diff::{CompareError, compare};
use railpack2docker::explain::{self, ChangeSet, Consequences, Explanation};
use railpack2docker::{Code, Diagnostic, Diagnostics, Options, Severity, Transpiled};
use serde_json::{Value, json};

use crate::commands::diff;
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::PLAN_NAME;
use documents::{Documents, plan_file};

pub use rebuilds::rebuilds;
pub use settings::Settings;

/// A document, or the document of a failure.
pub type Answer = Result<Value, Value>;

/// Transpiles a plan. The document has
///
/// * `dockerfile`, the text, and `dockerignore`, that of `Dockerfile.dockerignore` or null;
/// * `assets`, the files that the option `assets` writes, each with `path` and `text`;
/// * `findings`, those that the command prints;
/// * `sourceMap`, the ranges of lines that come from a location: `first` and `last`, from 1, and `location`;
/// * `arguments`, those of the command line with the same options.
///
/// # Errors
/// A plan or options that the command rejects.
pub fn transpile(plan: &str, settings: &Settings) -> Answer {
    transpiled(plan, settings, |transpiled, documents| {
        let assets = transpiled.assets.iter().map(|asset| json!({ "path": asset.path, "text": asset.text }));
        json!({
            "dockerfile": transpiled.dockerfile,
            "dockerignore": transpiled.dockerignore,
            "assets": assets.collect::<Vec<_>>(),
            "findings": documents.findings(&transpiled.findings),
            "sourceMap": documents.source_map(transpiled),
            "arguments": settings.arguments(),
        })
    })
}

/// All findings for a plan, as `lint` prints them. Errors in the plan are among them.
///
/// # Errors
/// Options that the command rejects.
pub fn lint(plan: &str, settings: &Settings) -> Answer {
    with_options(plan, settings, |plan, options, documents| {
        Ok(documents.findings(&railpack2docker::lint(&plan.text, options)))
    })
}

/// Compares two plans, with the document that `diff --format json` prints.
///
/// # Errors
/// A plan or options that the command rejects. `plan` in the document is the plan with errors: `old` or `new`. Without
/// it, the errors are those of the options.
pub fn diff(old: &str, new: &str, settings: &Settings) -> Answer {
    let old = plan_file("old.json", old).map_err(|failure| about_plan("old", failure))?;
    let new = plan_file("new.json", new).map_err(|failure| about_plan("new", failure))?;
    let options = settings.options(&new).map_err(|found| Documents::new(&new).command_failure(found))?;
    let comparison = compare(&old.text, &new.text, &diff::comparable(&options))
        .map_err(|errors| comparison_failure(&errors, &old, &new))?;
    Ok(diff::document(old, new, comparison))
}

/// The document of a failed comparison. Errors of the options are found with each plan, and are reported if no plan has
/// errors of its own.
fn comparison_failure(errors: &CompareError, old: &PlanFile, new: &PlanFile) -> Value {
    let found = |errors: &Option<Diagnostics>| errors.as_ref().map(|errors| errors.0.clone()).unwrap_or_default();
    let (of_old, of_new) = (found(&errors.old), found(&errors.new));
    let failure = |plan: &PlanFile, found: &[Diagnostic]| Documents::new(plan).failure(found);
    if of_old.iter().any(is_about_plan) {
        about_plan("old", failure(old, &of_old))
    } else if of_new.iter().any(is_about_plan) {
        about_plan("new", failure(new, &of_new))
    } else if of_new.is_empty() {
        failure(old, &of_old)
    } else {
        failure(new, &of_new)
    }
}

/// Whether an error is about a plan, and not about the options. A Dockerfile that is too large has no location in its plan.
fn is_about_plan(finding: &Diagnostic) -> bool {
    let is_in_plan = finding.location.is_some() || finding.code == Code::HugeDockerfile;
    is_in_plan && finding.severity == Severity::Error
}

/// The document of a failure, with the name of the plan that has the errors.
fn about_plan(name: &str, mut failure: Value) -> Value {
    if let Some(members) = failure.as_object_mut() {
        members.insert("plan".to_owned(), name.into());
    }
    failure
}

/// Explains a plan, with the document that `explain --format json` prints, and marks what re-runs after the changes.
///
/// # Errors
/// A plan or options that the command rejects, an unknown secret, or a path outside the build context.
pub fn explain(plan: &str, settings: &Settings, changes: &ChangeSet) -> Answer {
    explained(plan, settings, |explanation| {
        let consequences = consequences(explanation, changes)?;
        let text = explain::json::render(explanation, consequences.as_ref());
        Ok(serde_json::from_str(&text).unwrap_or_default())
    })
}

/// Draws a plan as `explain --format svg` does, and marks what re-runs after the changes.
///
/// # Errors
/// Those of [`explain()`], and a plan with too many steps for a picture.
pub fn picture(plan: &str, settings: &Settings, changes: &ChangeSet) -> Answer {
    explained(plan, settings, |explanation| {
        let consequences = consequences(explanation, changes)?;
        let drawn = explain::svg::render(explanation, consequences.as_ref(), PLAN_NAME);
        drawn.map(Value::from).map_err(|found| vec![found])
    })
}

/// The location in the plan that a line of the Dockerfile, counted from 1, comes from. Null in the header, between
/// stages, and after the last line.
///
/// # Errors
/// A plan or options that the command rejects.
pub fn locate(plan: &str, settings: &Settings, line: usize) -> Answer {
    transpiled(plan, settings, |transpiled, documents| {
        let is_line = line <= transpiled.dockerfile.lines().count();
        let location = transpiled.source_map.location_of(line).filter(|_| is_line);
        location.map_or(Value::Null, |location| documents.location(location))
    })
}

/// The transpile and image options, in the order of the help. Each is an object:
///
/// | key | value |
/// |---|---|
/// | `name` | the name on the command line, without dashes |
/// | `path` | the keys that lead to the value in `railpack2docker.toml` |
/// | `kind` | `flag`, `choice`, `text`, `number`, `file`, `list`, or `pairs`, an object of names and values |
/// | `value` | the placeholder for the value, or null for a flag |
/// | `delimiter` | the character between several values in one argument, or null |
/// | `choices` | the values of a choice, each with `name` and `help` |
/// | `types` | the types of values in JSON: `string`, `number`, `boolean`, and lists and pairs, such as `string list` |
/// | `heading` | the heading in the help |
/// | `help`, `more` | the first line of the help, and the rest of it or null |
#[must_use]
pub fn option_table() -> Value {
    crate::options::table::option_table()
}

/// The answer about a plan, or its errors with their locations in the plan.
fn with_options(
    plan: &str,
    settings: &Settings,
    answer: impl FnOnce(&PlanFile, &Options, &Documents<'_>) -> Result<Value, Vec<Diagnostic>>,
) -> Answer {
    let plan = plan_file(PLAN_NAME, plan)?;
    let documents = Documents::new(&plan);
    let options = settings.options(&plan).map_err(|failure| documents.command_failure(failure))?;
    answer(&plan, &options, &documents).map_err(|found| documents.failure(&found))
}

fn transpiled(plan: &str, settings: &Settings, document: impl FnOnce(&Transpiled, &Documents<'_>) -> Value) -> Answer {
    with_options(plan, settings, |plan, options, documents| {
        let transpiled = railpack2docker::transpile(&plan.text, options).map_err(|errors| errors.0)?;
        Ok(document(&transpiled, documents))
    })
}

fn explained(
    plan: &str,
    settings: &Settings,
    document: impl FnOnce(&Explanation) -> Result<Value, Vec<Diagnostic>>,
) -> Answer {
    with_options(plan, settings, |plan, options, _| {
        document(&explain::explain(&plan.text, options).map_err(|errors| errors.0)?)
    })
}

fn consequences(explanation: &Explanation, changes: &ChangeSet) -> Result<Option<Consequences>, Vec<Diagnostic>> {
    let is_changed = *changes != ChangeSet::default();
    is_changed.then(|| explanation.consequences(changes)).transpose().map_err(|errors| errors.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"{
      "secrets": ["TOKEN"],
      "steps": [{
        "name": "é😀", "inputs": [{ "image": "debian:13" }, { "local": true, "include": ["src/a.js", "*.md"] }],
        "secrets": ["*"], "commands": [{ "cmd": "make" }]
      }],
      "deploy": { "base": { "image": "debian:13" }, "inputs": [{ "step": "é😀", "include": ["/app"] }] }
    }"#;

    fn settings(options: &str, files: &str) -> Settings {
        Settings::parse(options, files).unwrap()
    }

    #[test]
    fn the_header_has_the_command_line_with_the_same_options() {
        let options =
            r#"{ "transpile": { "secrets-scope": "step", "append": "more" }, "image": { "env": { "A": "b c" } } }"#;
        let settings = settings(options, r#"{ "more": "LABEL a=b\n" }"#);
        let command =
            "railpack2docker railpack-plan.json -o Dockerfile --secrets-scope step '--env=A=b c' --append=more";
        assert_eq!(settings.command(), command);
        let document = transpile(PLAN, &settings).unwrap();
        let text = document["dockerfile"].as_str().unwrap();
        assert!(text.contains(&format!("#   {command}\n")) && text.ends_with("LABEL a=b\n"), "{text}");
    }

    #[test]
    fn the_appended_file_keeps_its_directory() {
        for (append, argument) in
            [("docker/more", "docker/more"), ("./docker/more", "docker/more"), ("../more", "../more")]
        {
            let settings = settings(
                &json!({ "transpile": { "append": append } }).to_string(),
                &json!({ append: "LABEL a=b\n" }).to_string(),
            );
            let argument = format!("--append={argument}");
            assert_eq!(settings.arguments(), [argument.as_str()]);
            let document = transpile(PLAN, &settings).unwrap();
            assert!(document["dockerfile"].as_str().unwrap().contains(&format!("-o Dockerfile {argument}\n")));
        }
    }

    #[test]
    fn locations_have_offsets_for_javascript() {
        let document = transpile(PLAN, &Settings::default()).unwrap();
        let range = document["sourceMap"]
            .as_array()
            .unwrap()
            .iter()
            .find(|range| range["location"]["path"].as_str().unwrap().starts_with("steps[0].commands[0]"));
        let offset = |key: &str| usize::try_from(range.unwrap()["location"][key].as_u64().unwrap()).unwrap();
        let units: Vec<u16> = PLAN.encode_utf16().collect();
        let value = String::from_utf16(&units[offset("from")..offset("to")]).unwrap();
        assert!(value.contains("make") && value.len() < 30, "{value}");
    }

    #[test]
    fn failures_have_findings_with_frames() {
        let failure =
            transpile(&PLAN.replace("debian:13\" }, {", "debian:13\" }, { \"step\": \"b\" }, {"), &Settings::default());
        let findings = failure.unwrap_err()["findings"].clone();
        assert_eq!(
            (&findings[0]["code"], &findings[0]["page"]),
            (&json!("unknown-step"), &json!("docs/lints/unknown-step.md"))
        );
        let frame = findings[0]["frame"].as_str().unwrap();
        assert!(
            frame.contains("railpack-plan.json:4:") && frame.contains("^^^") && !frame.contains('\u{1b}'),
            "{frame}"
        );
        let missing = settings(r#"{ "transpile": { "append": "x" } }"#, "{}");
        assert_eq!(lint(PLAN, &missing).unwrap_err()["findings"][0]["message"], "can't read `x`: no such file");
        assert!(Settings::parse("{", "{}").is_err() && Settings::parse("{}", "[]").is_err());
    }

    #[test]
    fn an_invalid_plan_is_named_in_a_comparison() {
        let plan =
            |old: &str, new: &str| diff(old, new, &Settings::default()).map_err(|failure| failure["plan"].clone());
        assert_eq!(plan("{", PLAN), Err(json!("old")));
        assert_eq!(plan(PLAN, "{"), Err(json!("new")));
        assert_eq!((plan("", PLAN), plan(PLAN, "")), (Err(json!("old")), Err(json!("new"))));
        let large = " ".repeat(70 << 20);
        assert_eq!(plan(PLAN, &large), Err(json!("new")));
        assert_eq!(plan(PLAN, PLAN).unwrap()["same"], json!(true));
    }

    #[test]
    fn an_invalid_option_is_not_an_error_of_a_plan_in_a_comparison() {
        let with = |options: &str, old: &str, new: &str| diff(old, new, &settings(options, "{}")).unwrap_err();
        let invalid_base = r#"{ "image": { "base": "a b" } }"#;
        for options in [invalid_base, r#"{ "transpile": { "builder": "x" } }"#] {
            let failure = with(options, PLAN, PLAN);
            assert_eq!((failure.get("plan"), &failure["findings"][0]["code"]), (None, &json!("invalid-option")));
        }
        let invalid = PLAN.replace("make", "");
        assert_eq!(with(invalid_base, PLAN, &invalid)["plan"], json!("new"));
        assert_eq!(with(invalid_base, &invalid, PLAN)["plan"], json!("old"));
    }

    #[test]
    fn rebuilds_have_a_row_for_each_change() {
        let table = rebuilds(PLAN, &Settings::default(), &["other.js".to_owned()]).unwrap();
        let rows: Vec<(&Value, &Value, usize)> = table["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (&row["secret"], &row["file"], row["steps"].as_array().unwrap().len()))
            .collect();
        let (null, token, other, source) = (json!(null), json!("TOKEN"), json!("other.js"), json!("src/a.js"));
        assert_eq!(rows, [(&token, &null, 1), (&null, &other, 0), (&null, &source, 1)]);
        assert_eq!(
            rebuilds(PLAN, &Settings::default(), &["../x".to_owned()]).unwrap_err()["findings"][0]["code"],
            "outside-context"
        );
    }

    #[test]
    fn given_files_have_rows_however_many_secrets_there_are() {
        let secrets = (0..120).map(|at| format!("S{at}")).collect::<Vec<_>>();
        let plan = PLAN.replace("[\"TOKEN\"]", &json!(secrets).to_string());
        let given = |number: usize| (0..number).map(|at| format!("{at}.js")).collect::<Vec<_>>();
        // one path is in the plan
        for (files, shown, left_out) in
            [(given(0), 0, 21), (given(2), 2, 23), ([given(2), given(2)].concat(), 2, 23), (given(130), 100, 151)]
        {
            let table = rebuilds(&plan, &Settings::default(), &files).unwrap();
            let rows = table["rows"].as_array().unwrap();
            let files = rows.iter().filter_map(|row| row["file"].as_str()).collect::<Vec<_>>();
            assert_eq!(files, given(shown));
            assert_eq!((rows.len(), &table["leftOut"]), (100, &json!(left_out)));
        }
    }

    #[test]
    fn lines_lead_to_the_plan() {
        let locate = |line: usize| locate(PLAN, &Settings::default(), line).unwrap();
        assert_eq!((locate(0), locate(1), locate(10_000)), (Value::Null, Value::Null, Value::Null));
        assert!((1..60).any(|line| locate(line)["path"] == "steps[0].name"));
    }
}
