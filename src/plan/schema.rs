//! The JSON schema of plans, for editors. It describes what [`super::read()`] reads without a finding about the shape of
//! a plan: no key is unknown or misspelled, and each value has the right type.
//!
//! `tests/library/schema.rs` checks that the schema and the reader agree. A schema can't express that keys match
//! case-insensitively, as in Go: it accepts only the keys that Railpack writes.

use serde_json::{Map, Value, json};

use super::NEWEST_RAILPACK;
use super::command::KEYS as COMMAND_KEYS;
use super::detect::CONFIG_KEYS;
use super::read::IGNORED_DEPLOY_KEYS;

/// The schema, in draft 7, which most editors support.
pub(crate) fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Railpack build plan",
        "description": format!("A build plan as `railpack plan` writes it, up to Railpack {NEWEST_RAILPACK}"),
        "type": "object",
        "properties": with_nulls(&CONFIG_KEYS, &json!({
            "$schema": {},
            "steps": described("The steps of the build", &steps()),
            "caches": described("Directories that persist across builds, by name", &nullable(&map_of(&reference("cache")))),
            "secrets": described("The names of the secrets that commands see", &reference("strings")),
            "deploy": described("The final image", &reference("deploy")),
            "exclude": described("Ignore patterns for the build context", &reference("strings")),
            "variables": reference("variables"),
            "env": reference("variables"),
        })),
        "required": ["deploy"],
        "additionalProperties": false,
        "not": both("env", "variables"),
        "definitions": {
            "strings": nullable(&array_of(&text())),
            "texts": nullable(&map_of(&nullable(&text()))),
            "variables": described("Environment variables, by name", &reference("texts")),
            "step": step(),
            "input": input(),
            "command": { "anyOf": [string_command(), exec(), file(), path(), copy()] },
            "cache": cache(),
            "deploy": deploy(),
        },
    })
}

/// Steps in an array, as Railpack writes them, or by name, as its documentation describes them.
fn steps() -> Value {
    let named = json!({
        "type": "object",
        "propertyNames": { "minLength": 1 },
        "additionalProperties": reference("step"),
    });
    let with_names =
        json!({ "allOf": [reference("step"), { "required": ["name"], "properties": { "name": name() } }] });
    json!({ "anyOf": [array_of(&with_names), named, nothing()] })
}

fn step() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": { "description": "The name of the step" },
            "inputs": described("The base of the step's file system, and the files that are copied onto it", &inputs()),
            "commands": described("The commands of the step, in order", &nullable(&array_of(&reference("command")))),
            "secrets": described("The names of the secrets whose values invalidate the step; `*` means all", &reference("strings")),
            "assets": described("The content of files, by name", &reference("texts")),
            "variables": reference("variables"),
            "env": reference("variables"),
            "caches": described("The names of the caches that the step's commands use", &reference("strings")),
        },
        "additionalProperties": false,
        "not": both("env", "variables"),
    })
}

fn inputs() -> Value {
    nullable(&array_of(&reference("input")))
}

/// An object with one source, or a shorthand.
fn input() -> Value {
    json!({
        "anyOf": [
            described("The local files, `.`, or a step, `$name`", &json!({ "type": "string", "anyOf": [{ "const": "." }, step_shorthand()] })),
            {
                "type": "object",
                "properties": {
                    "image": described("The image to copy from", &nullable(&text())),
                    "step": described("The step to copy from", &nullable(&text())),
                    "local": described("Whether to copy from the build context", &json!({ "type": ["boolean", "null"] })),
                    "spread": nothing(),
                    "include": described("The paths to copy", &reference("strings")),
                    "exclude": described("The patterns of files that are not copied", &reference("strings")),
                },
                "additionalProperties": false,
                "oneOf": [
                    { "required": ["image"], "properties": { "image": name() } },
                    { "required": ["step"], "properties": { "step": name() } },
                    { "required": ["local"], "properties": { "local": { "const": true } } },
                ],
            },
        ],
    })
}

/// `$` and the name of a step.
fn step_shorthand() -> Value {
    json!({ "pattern": "^\\$[\\s\\S]" })
}

/// A script for `sh`. The forms `COPY:` and `FILE:` need two arguments.
fn string_command() -> Value {
    let prefixed = json!({ "pattern": "^(COPY|FILE)(#[^:]*)?:" });
    let complete = json!({ "pattern": "^(COPY|FILE)(#[^:]*)?:\\s*\\S+\\s+\\S+\\s*$" });
    json!({
        "description": "A script for `sh`",
        "type": "string",
        "not": { "const": "..." },
        "anyOf": [{ "not": prefixed }, complete],
    })
}

fn exec() -> Value {
    command("Runs a program", &[("cmd", text())], &[("customName", text())])
}

fn file() -> Value {
    let mode = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    command(
        "Writes an asset to a file",
        &[("path", text()), ("name", text())],
        &[("mode", mode), ("customName", text())],
    )
}

fn path() -> Value {
    command("Prepends a directory to PATH", &[("path", text())], &[])
}

fn copy() -> Value {
    command("Copies files", &[("src", text()), ("dest", text())], &[("image", text())])
}

/// A command with these keys. Those of other commands may be null.
fn command(description: &str, required: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let required_properties = required.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
    let optional_properties = optional.iter().map(|(key, value)| ((*key).to_owned(), nullable(value)));
    let properties: Map<String, Value> = required_properties.chain(optional_properties).collect();
    json!({
        "description": description,
        "type": "object",
        "properties": with_nulls(&COMMAND_KEYS, &properties.into()),
        "required": required.iter().map(|(key, _)| key).collect::<Vec<_>>(),
        "additionalProperties": false,
    })
}

fn cache() -> Value {
    json!({
        "type": "object",
        "properties": {
            "directory": described("The directory that the cache is mounted at", &text()),
            "type": described("Whether only one build at a time can use it", &json!({ "enum": ["shared", "locked", "", null] })),
        },
        "required": ["directory"],
        "additionalProperties": false,
    })
}

/// The image. Plans from v0.0.23 to v0.0.60 have no `base`, but a first input without paths.
fn deploy() -> Value {
    let no_paths = json!({ "maxItems": 0 });
    let old_base = json!({
        "anyOf": [
            { "type": "string", "allOf": [step_shorthand()] },
            { "type": "object", "properties": { "include": no_paths, "exclude": no_paths } },
        ],
    });
    json!({
        "type": "object",
        "properties": with_nulls(&IGNORED_DEPLOY_KEYS, &json!({
            "base": described("The base of the image", &json!({ "anyOf": [reference("input"), nothing()] })),
            "inputs": described("The files that are copied into the image", &inputs()),
            "startCommand": described("The command that a container runs", &nullable(&text())),
            "variables": reference("variables"),
            "env": reference("variables"),
            "paths": described("Directories that are added to PATH", &reference("strings")),
        })),
        "additionalProperties": false,
        "not": both("env", "variables"),
        "anyOf": [
            { "required": ["base"], "properties": { "base": { "not": nothing() } } },
            { "required": ["inputs"], "properties": { "inputs": { "type": "array", "minItems": 1, "items": [old_base] } } },
        ],
    })
}

/// Properties, and other keys that have an effect or a finding only if they are not null.
fn with_nulls(keys: &[&str], properties: &Value) -> Value {
    let mut all: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), nothing())).collect();
    all.extend(properties.as_object().cloned().unwrap_or_default());
    all.into()
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn name() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

fn nothing() -> Value {
    json!({ "type": "null" })
}

/// A value or null, which means that the key is absent.
fn nullable(schema: &Value) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some(kind) => {
            let mut schema = schema.clone();
            if let Some(object) = schema.as_object_mut() {
                object.insert("type".to_owned(), json!([kind, "null"]));
            }
            schema
        }
        None => json!({ "anyOf": [schema, nothing()] }),
    }
}

fn array_of(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn map_of(values: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": values })
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

/// A schema with a description. Draft 7 ignores keywords next to a reference, so a reference is wrapped.
fn described(description: &str, schema: &Value) -> Value {
    match schema.as_object() {
        Some(object) if !object.contains_key("$ref") => {
            let mut object = object.clone();
            object.insert("description".to_owned(), description.into());
            object.into()
        }
        _ => json!({ "description": description, "allOf": [schema] }),
    }
}

/// Objects with a value for both keys.
fn both(one: &str, other: &str) -> Value {
    let given = json!({ "not": nothing() });
    json!({ "required": [one, other], "properties": { one: given, other: given } })
}
