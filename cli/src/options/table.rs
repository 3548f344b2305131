//! The options as a table, for a form: the same names, values and help as on the command line.

use clap::builder::ValueHint;
use clap::{Arg, ArgAction, Args as _, Command};
use serde_json::{Value, json};

use super::config::Config;
use super::transpile::TranspileArgs;

/// Options that are of no use without a file system.
const LEFT_OUT: &[&str] = &["config"];

/// The transpile and image options in the order of the help. Each is an object:
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
pub(crate) fn option_table() -> Value {
    let command = TranspileArgs::augment_args(Command::new(crate::NAME));
    command
        .get_arguments()
        .filter(|arg| arg.get_long().is_some_and(|name| !LEFT_OUT.contains(&name)))
        .map(row)
        .collect()
}

fn row(arg: &Arg) -> Value {
    let name = arg.get_long().unwrap_or_default();
    let (path, choices) = (path(arg, name), choices(arg));
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let more = arg.get_long_help().map(ToString::to_string);
    json!({
        "name": name,
        "path": path,
        "kind": kind(arg, !choices.is_empty()),
        "value": value_name(arg),
        "delimiter": arg.get_value_delimiter(),
        "choices": choices,
        "types": types(&path, &choices),
        "heading": arg.get_help_heading().unwrap_or_default(),
        "help": help,
        "more": more.and_then(|more| Some(more.strip_prefix(&help)?.trim().to_owned())).filter(|more| !more.is_empty()),
    })
}

/// The types that the reader of the config file accepts, found by trying values, so that there is no second list.
fn types(path: &[String], choices: &[Value]) -> Vec<&'static str> {
    let named = choices.iter().filter_map(|choice| choice.get("name")?.as_str());
    let strings: Vec<Value> = ["x", "file"].into_iter().chain(named).map(Value::from).collect();
    let accepts = |value: &Value| {
        let options = path.iter().rev().fold(value.clone(), |value, key| json!({ key: value }));
        Config::parse_json(&options.to_string()).is_ok()
    };
    let samples = [
        ("string", strings),
        ("number", vec![json!(1)]),
        ("boolean", vec![json!(true)]),
        ("string list", vec![json!(["x"])]),
        ("number list", vec![json!([1])]),
        ("string pairs", vec![json!({ "x": "y" })]),
        ("number pairs", vec![json!({ "x": 1 })]),
    ];
    samples.into_iter().filter(|(_, values)| values.iter().any(accepts)).map(|(name, _)| name).collect()
}

fn value_name(arg: &Arg) -> Option<String> {
    arg.get_action().takes_values().then(|| arg.get_value_names()?.first().map(ToString::to_string)).flatten()
}

fn choices(arg: &Arg) -> Vec<Value> {
    let values = if arg.get_action().takes_values() { arg.get_possible_values() } else { Vec::new() };
    let help = |value: &clap::builder::PossibleValue| value.get_help().map(ToString::to_string);
    values.iter().map(|value| json!({ "name": value.get_name(), "help": help(value) })).collect()
}

fn kind(arg: &Arg, has_choices: bool) -> &'static str {
    let value = value_name(arg).unwrap_or_default();
    match arg.get_action() {
        _ if has_choices => "choice",
        ArgAction::SetTrue => "flag",
        ArgAction::Append if value.contains('=') => "pairs",
        ArgAction::Append => "list",
        _ if arg.get_value_hint() == ValueHint::FilePath => "file",
        _ if value == "N" => "number",
        _ => "text",
    }
}

/// The keys in the config file. Those of the health check are in a separate table, and named after its fields.
fn path(arg: &Arg, name: &str) -> Vec<String> {
    let field = arg.get_id().as_str().replace('_', "-");
    let keys: &[&str] = match arg.get_help_heading() {
        _ if name == "allow" => &["allow"],
        Some("Image options") if name == "healthcheck" => &["image", "healthcheck", "command"],
        Some("Image options") if name == field => &["image", name],
        Some("Image options") => &["image", "healthcheck", &field],
        _ => &["transpile", name],
    };
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A valid value of an option, as JSON.
    fn sample(row: &Value) -> Value {
        match row["kind"].as_str().unwrap() {
            "flag" => json!(true),
            "choice" if row["name"] == "output-version" => json!(1),
            "choice" => row["choices"][0]["name"].clone(),
            "number" => json!(2),
            "list" => json!(["x"]),
            "pairs" => json!({ "x": "y" }),
            _ if row["name"] == "secret-mount" => json!("file"),
            _ => json!("x"),
        }
    }

    #[test]
    fn each_path_is_that_of_a_key() {
        let table = option_table();
        for row in table.as_array().unwrap() {
            let keys = row["path"].as_array().unwrap().iter().rev();
            let options = keys.fold(sample(row), |value, key| json!({ key.as_str().unwrap(): value }));
            let config = Config::parse_json(&options.to_string());
            assert!(config.is_ok(), "{options}: {config:?}");
        }
        assert!(table.as_array().unwrap().len() > 30);
    }

    #[test]
    fn types_are_those_of_the_config_file() {
        let table = option_table();
        for (name, types) in [
            ("strict", json!(["boolean"])),
            ("secrets-hash", json!(["string"])),
            ("secret-mount", json!(["string"])),
            ("output-version", json!(["number"])),
            ("user", json!(["string", "number"])),
            ("entrypoint", json!(["string", "string list"])),
            ("expose", json!(["string list", "number list"])),
            ("secret-id", json!(["string pairs"])),
            ("label", json!(["string pairs", "number pairs"])),
        ] {
            let row = table.as_array().unwrap().iter().find(|row| row["name"] == name);
            assert_eq!(row.unwrap()["types"], types, "{name}");
        }
    }

    #[test]
    fn kinds_follow_from_the_arguments() {
        let table = option_table();
        let kind = |name: &str| {
            let row = table.as_array().unwrap().iter().find(|row| row["name"] == name);
            row.unwrap_or_else(|| panic!("no {name}"))["kind"].as_str().unwrap().to_owned()
        };
        for (name, expected) in [
            ("builder", "text"),
            ("secrets-scope", "choice"),
            ("strict", "flag"),
            ("env", "pairs"),
            ("label-arg", "pairs"),
            ("mirror", "pairs"),
            ("expose", "list"),
            ("platforms", "list"),
            ("health-retries", "number"),
            ("append", "file"),
            ("assets", "text"),
            ("allow", "list"),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }
}
