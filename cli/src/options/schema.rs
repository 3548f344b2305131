//! The JSON schema of `railpack2docker.toml`, for editors. Most of it comes from the options of the command line: their
//! names, help and values. A test checks that the schema and [`super::config::Config`] accept the same values.

use clap::{Arg, ArgAction, ValueEnum};
use railpack2docker::{Code, OutputVersion};
use serde_json::{Map, Value, json};

use super::config::{FILE_NAME, FailOn};
use super::image::ImageArgs;
use super::transpile::TranspileArgs;

/// Options of the command line that are not in the table `[transpile]`.
const NOT_IN_FILE: [&str; 2] = ["allow", "config"];

/// The second names of keys in `[image]`.
const ALIASES: [(&str, &str); 3] = [("labels", "label"), ("label-args", "label-arg"), ("volumes", "volume")];

/// The keys of the table `healthcheck`, with the options that do the same.
const HEALTHCHECK: [(&str, &str); 5] = [
    ("command", "healthcheck"),
    ("interval", "health-interval"),
    ("timeout", "health-timeout"),
    ("start-period", "health-start-period"),
    ("retries", "health-retries"),
];

/// The schema, in draft 7, which most editors support.
pub(crate) fn config_schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": FILE_NAME,
        "description": "The options of a project for railpack2docker",
        "type": "object",
        "properties": {
            "allow": described("The codes of warnings that are not reported", codes(Code::warnings())),
            "transpile": table("The options of the transpiler", &transpile()),
            "image": table("The options of the image", &image()),
            "lint": table("The options of `lint`", &lint()),
            "verify": table("The options of `verify`", &verify()),
            "railpack": table("How `sync` runs Railpack", &railpack()),
        },
        "additionalProperties": false,
    })
}

/// The options of the transpiler, without those of the image.
fn transpile() -> Map<String, Value> {
    let of_image = options_of::<ImageArgs>();
    let is_here = |option: &Arg| !of_image.iter().any(|other| other.get_id() == option.get_id());
    let options = options_of::<TranspileArgs>();
    let options = options.iter().filter(|option| is_here(option) && !NOT_IN_FILE.contains(&name(option)));
    options.map(|option| (name(option).to_owned(), described(&help(option), value(option)))).collect()
}

fn image() -> Map<String, Value> {
    let options = options_of::<ImageArgs>();
    let property = |name: &str| {
        let option = options.iter().find(|option| self::name(option) == name);
        option.map_or_else(|| json!({}), |option| described(&help(option), value(option)))
    };
    let is_in_table = |name: &str| HEALTHCHECK.iter().any(|(_, option)| *option == name);
    let names = options.iter().map(name).filter(|name| !is_in_table(name));
    let mut properties: Map<String, Value> = names.map(|name| (name.to_owned(), property(name))).collect();
    properties.extend(ALIASES.map(|(alias, name)| (alias.to_owned(), property(name))));
    let health: Map<String, Value> =
        HEALTHCHECK.iter().map(|(key, option)| ((*key).to_owned(), property(option))).collect();
    let health = json!({ "anyOf": [command(), table("The command, its timing and its retries", &health)] });
    properties.insert("healthcheck".to_owned(), described("The health check of a container", health));
    properties
}

fn lint() -> Map<String, Value> {
    let severities = FailOn::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let severities: Vec<String> = severities.map(|value| value.get_name().to_owned()).collect();
    members(json!({
        "fail-on": described("Lowest severity that fails the command", json!({ "enum": severities })),
        "warn": described("The codes of checks that are off by default", codes(Code::OPTIONAL)),
    }))
}

fn verify() -> Map<String, Value> {
    members(json!({
        "frontend": described("Image of Railpack's frontend", text()),
        "accept": described("Patterns for differences that are accepted", array_of(&text())),
    }))
}

fn railpack() -> Map<String, Value> {
    members(json!({
        "command": described("The program, or the program and its first arguments", command()),
        "version": described("The required version of Railpack, such as `0.37.0`", text()),
        "env": described("Variables for Railpack, which are not secret", map_of(&text())),
        "secrets": described("Names of secrets for Railpack; their values are read from the environment", array_of(&text())),
        "args": described("More arguments for `railpack plan`", array_of(&text())),
        "source": described("The directory that Railpack inspects, relative to this file", text()),
    }))
}

/// The options of a group, except `--help`.
fn options_of<A: clap::Args>() -> Vec<Arg> {
    A::augment_args(clap::Command::new("")).get_arguments().cloned().collect()
}

/// The long name of an option.
fn name(option: &Arg) -> &str {
    option.get_long().unwrap_or_default()
}

/// The short help of an option, without notes that are only for the command line.
fn help(option: &Arg) -> String {
    let help = option.get_help().map(ToString::to_string).unwrap_or_default();
    help.trim_end_matches(" (repeatable)").to_owned()
}

/// The values of an option in the file.
fn value(option: &Arg) -> Value {
    match name(option) {
        "output-version" => {
            let versions: Vec<u32> = OutputVersion::ALL.iter().map(|version| version.number()).collect();
            return json!({ "enum": versions });
        }
        "secret-mount" => return json!({ "type": "string", "pattern": "^(env|file|arg|bundle(=.+)?)$" }),
        "health-retries" => return json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        "user" | "stop-signal" => return text_or_number(),
        "expose" => return array_of(&text_or_number()),
        "env" | "label" | "label-arg" => return map_of(&text_or_number()),
        "entrypoint" | "command" | "healthcheck" => return command(),
        _ => {}
    }
    let values: Vec<String> = option.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let is_pair = || option.get_value_names().is_some_and(|names| names.iter().any(|name| name.contains('=')));
    match option.get_action() {
        ArgAction::SetTrue => json!({ "type": "boolean" }),
        ArgAction::Append if is_pair() => map_of(&text()),
        ArgAction::Append => array_of(&text()),
        _ if values.is_empty() => text(),
        _ => json!({ "enum": values }),
    }
}

/// Codes of findings. Others are accepted too, because an older file may contain one that no longer exists.
fn codes(codes: impl IntoIterator<Item = Code>) -> Value {
    let names: Vec<&str> = codes.into_iter().map(Code::name).collect();
    array_of(&json!({ "type": "string", "anyOf": [{ "enum": names }, text()] }))
}

/// A shell command, or a program and its arguments.
fn command() -> Value {
    json!({ "anyOf": [text(), array_of(&text())] })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn text_or_number() -> Value {
    json!({ "anyOf": [text(), { "type": "integer", "minimum": 0, "maximum": u32::MAX }] })
}

fn array_of(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn map_of(values: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": values })
}

fn table(description: &str, properties: &Map<String, Value>) -> Value {
    json!({ "description": description, "type": "object", "properties": properties, "additionalProperties": false })
}

fn described(description: &str, mut schema: Value) -> Value {
    if let Some(keywords) = schema.as_object_mut() {
        keywords.insert("description".to_owned(), description.into());
    }
    schema
}

fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use testkit::schema::is_valid;

    use super::*;
    use crate::options::config::Config;

    /// Values of all types, as TOML and JSON.
    const VALUES: [(&str, &str); 22] = [
        ("true", "true"),
        ("0", "0"),
        ("1", "1"),
        ("2", "2"),
        ("-1", "-1"),
        ("4294967296", "4294967296"),
        ("1.5", "1.5"),
        ("''", "\"\""),
        ("'text'", "\"text\""),
        ("'layer'", "\"layer\""),
        ("'step'", "\"step\""),
        ("'never'", "\"never\""),
        ("'bundle=A'", "\"bundle=A\""),
        ("'bundle='", "\"bundle=\""),
        ("[]", "[]"),
        ("['a']", "[\"a\"]"),
        ("[1]", "[1]"),
        ("[-1]", "[-1]"),
        ("{}", "{}"),
        ("{ A = 'b' }", "{ \"A\": \"b\" }"),
        ("{ A = 1 }", "{ \"A\": 1 }"),
        ("{ command = 'x', interval = '1s' }", "{ \"command\": \"x\", \"interval\": \"1s\" }"),
    ];

    /// The tables of the file and their keys, as the reader lists them for an unknown key.
    fn keys() -> Vec<(String, Vec<String>)> {
        let expected = |text: &str| -> Vec<String> {
            let error = Config::parse(text).unwrap_err().message().to_owned();
            error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
        };
        let top = expected("no-such-key = 1");
        let tables = top.into_iter().map(|name| {
            let keys = if name == "allow" { Vec::new() } else { expected(&format!("{name}.no-such-key = 1")) };
            (name, keys)
        });
        tables.collect()
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema = config_schema();
        for (name, mut keys) in keys() {
            let table = &schema["properties"][&name];
            assert!(table.is_object(), "{name}");
            let mut described: Vec<String> = match table["properties"].as_object() {
                Some(properties) => properties.keys().cloned().collect(),
                None => Vec::new(),
            };
            described.retain(|key| !ALIASES.iter().any(|(alias, _)| alias == key));
            keys.retain(|key| !ALIASES.iter().any(|(alias, _)| alias == key));
            keys.sort();
            assert_eq!(described, keys, "{name}");
        }
    }

    #[test]
    fn the_schema_accepts_the_values_that_are_read() {
        let schema = config_schema();
        let mut accepted = 0;
        let mut check = |toml: &str, json: &str| {
            let value = serde_json::from_str(json).unwrap();
            let read = Config::parse(toml);
            assert_eq!(is_valid(&schema, &value), read.is_ok(), "{toml}: {read:?}");
            accepted += usize::from(read.is_ok());
        };
        for (name, keys) in keys() {
            for (toml, json) in VALUES {
                check(&format!("{name} = {toml}"), &format!("{{ \"{name}\": {json} }}"));
                for key in &keys {
                    check(&format!("{name}.{key} = {toml}"), &format!("{{ \"{name}\": {{ \"{key}\": {json} }} }}"));
                }
                for (alias, _) in ALIASES.iter().filter(|_| name == "image") {
                    check(&format!("image.{alias} = {toml}"), &format!("{{ \"image\": {{ \"{alias}\": {json} }} }}"));
                }
                for (key, _) in HEALTHCHECK.iter().filter(|_| name == "image") {
                    let health = format!("{{ \"image\": {{ \"healthcheck\": {{ \"{key}\": {json} }} }} }}");
                    check(&format!("image.healthcheck.{key} = {toml}"), &health);
                }
            }
        }
        // each key has at least one
        assert!(accepted > 60, "{accepted}");
    }

    #[test]
    fn every_key_is_described() {
        fn check(schema: &Value, path: &str) {
            for (key, property) in schema["properties"].as_object().into_iter().flatten() {
                let description = property["description"].as_str().unwrap_or_default();
                assert!(!description.is_empty(), "{path}.{key}");
                check(property, &format!("{path}.{key}"));
            }
        }
        check(&config_schema(), "");
    }
}
