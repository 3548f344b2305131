//! The differences between the configs of two images.
//!
//! The names of the settings are those of the OCI image specification (`config.md`) and of moby (`HealthcheckConfig`),
//! spelled as the options of railpack2docker.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::difference::{Aspect, Difference, Subject};

/// The settings with one value, each with its key in a config.
const VALUES: [(&str, &str); 8] = [
    ("entrypoint", "Entrypoint"),
    ("command", "Cmd"),
    ("workdir", "WorkingDir"),
    ("user", "User"),
    ("stop-signal", "StopSignal"),
    ("healthcheck", "Healthcheck"),
    ("shell", "Shell"),
    ("onbuild", "OnBuild"),
];

/// The settings that are sets, each with its key in a config.
const SETS: [(&str, &str); 2] = [("expose", "ExposedPorts"), ("volume", "Volumes")];

/// Compares two configs: the settings of a container, and the platform. What docker ignores, such as the history and
/// the time, is not compared.
pub(super) fn compare(first: &Value, second: &Value) -> Vec<Difference> {
    let settings = [first, second].map(settings);
    let names: BTreeSet<&String> = settings.iter().flat_map(BTreeMap::keys).collect();
    let mut differences = Vec::new();
    for name in names {
        let values = [0, 1].map(|side| settings.get(side).and_then(|settings| settings.get(name)).cloned());
        if values[0] == values[1] {
            continue;
        }
        let subject = Subject::Setting(name.clone());
        match &values {
            [Some(old), Some(new)] if name == "env.PATH" => differences.extend(compare_path(&subject, old, new)),
            [Some(_), Some(_)] => differences.push(Difference { subject, aspect: Aspect::Value, values }),
            _ => differences.push(Difference { subject, aspect: Aspect::Existence, values }),
        }
    }
    differences
}

/// The number of different settings of both configs.
pub(super) fn count(first: &Value, second: &Value) -> usize {
    let settings = [first, second].map(settings);
    settings.iter().flat_map(BTreeMap::keys).collect::<BTreeSet<_>>().len()
}

/// The settings of a config, by name. An empty value is none.
fn settings(config: &Value) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    let platform: Vec<&str> =
        ["os", "architecture", "variant"].into_iter().filter_map(|key| config.get(key)?.as_str()).collect();
    if !platform.is_empty() {
        settings.insert("platform".to_owned(), platform.join("/"));
    }
    let container = config.get("config").unwrap_or(&Value::Null);
    for variable in container.get("Env").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
        settings.insert(format!("env.{name}"), value.to_owned());
    }
    for (key, value) in container.get("Labels").and_then(Value::as_object).into_iter().flatten() {
        settings.insert(format!("label.{key}"), text(value));
    }
    for (name, key) in SETS {
        for member in container.get(key).and_then(Value::as_object).into_iter().flat_map(serde_json::Map::keys) {
            settings.insert(format!("{name}.{member}"), "set".to_owned());
        }
    }
    for (name, key) in VALUES {
        let value = container.get(key).map(text).unwrap_or_default();
        // the root is the default
        let is_empty = value.is_empty() || name == "workdir" && value == "/";
        if !is_empty {
            settings.insert(name.to_owned(), value);
        }
    }
    settings
}

/// A value as text: JSON, but a string without quotes. Empty for an empty value.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) if items.is_empty() => String::new(),
        Value::Object(members) if members.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// Compares two lists of directories.
fn compare_path(subject: &Subject, old: &str, new: &str) -> Vec<Difference> {
    let positions = [old, new].map(|path| {
        let mut positions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, entry) in path.split(':').enumerate() {
            positions.entry(entry).or_default().push(at + 1);
        }
        positions
    });
    let entries: BTreeSet<&str> = positions.iter().flat_map(BTreeMap::keys).copied().collect();
    let mut differences = Vec::new();
    for entry in entries {
        let numbers = positions.each_ref().map(|positions| positions.get(entry));
        if numbers[0].map(Vec::len) != numbers[1].map(Vec::len) {
            let values = numbers.map(|numbers| numbers.map(|numbers| position(numbers)));
            differences.push(Difference {
                subject: subject.clone(),
                aspect: Aspect::PathEntry(entry.to_owned()),
                values,
            });
        }
    }
    if differences.is_empty() {
        let values = [old, new].map(|path| Some(path.to_owned()));
        differences.push(Difference { subject: subject.clone(), aspect: Aspect::PathOrder, values });
    }
    differences
}

/// The position of an entry in words.
fn position(numbers: &[usize]) -> String {
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    format!("number {}", numbers.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The differences between two configs of containers, in words.
    fn differences(old: &Value, new: &Value) -> Vec<String> {
        let found = compare(&json!({ "config": old }), &json!({ "config": new }));
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let line = |found: &Difference| {
            let [old, new] = &found.values;
            format!("{} {}: {} | {}", found.subject.name(), found.aspect.words(), value(old), value(new))
        };
        found.iter().map(line).collect()
    }

    #[test]
    fn each_setting_is_compared() {
        for (key, old, new, expected) in [
            ("Env", json!(["A=1"]), json!(["A=2"]), "env.A value: 1 | 2"),
            ("Env", json!(["A=1"]), json!([]), "env.A existence: 1 | -"),
            ("Labels", json!({ "a.b": "1" }), json!({ "a.b": "2" }), "label.a.b value: 1 | 2"),
            ("Entrypoint", json!(["/bin/bash", "-c"]), json!(["x"]), r#"entrypoint value: ["/bin/bash","-c"] | ["x"]"#),
            ("Cmd", json!(["a"]), Value::Null, r#"command existence: ["a"] | -"#),
            ("WorkingDir", json!("/app"), json!("/"), "workdir existence: /app | -"),
            ("User", json!(""), json!("1000"), "user existence: - | 1000"),
            ("StopSignal", json!("SIGINT"), json!("SIGTERM"), "stop-signal value: SIGINT | SIGTERM"),
            ("Shell", json!(["a"]), json!(["b"]), r#"shell value: ["a"] | ["b"]"#),
            ("OnBuild", json!(["RUN x"]), json!([]), r#"onbuild existence: ["RUN x"] | -"#),
            ("ExposedPorts", json!({ "80/tcp": {} }), json!({}), "expose.80/tcp existence: set | -"),
            ("Volumes", Value::Null, json!({ "/data": {} }), "volume./data existence: - | set"),
            (
                "Healthcheck",
                json!({ "Test": ["CMD", "a"], "Interval": 1 }),
                json!({ "Test": ["CMD", "a"], "Interval": 2 }),
                r#"healthcheck value: {"Interval":1,"Test":["CMD","a"]} | {"Interval":2,"Test":["CMD","a"]}"#,
            ),
        ] {
            assert_eq!(differences(&json!({ key: old }), &json!({ key: new })), [expected]);
        }
    }

    #[test]
    fn empty_settings_and_order_of_variables_are_the_same() {
        let old = json!({ "Env": ["A=1", "B=2"], "Cmd": null, "User": "", "WorkingDir": "/", "Labels": {} });
        assert_eq!(differences(&old, &json!({ "Env": ["B=2", "A=0", "A=1"], "Cmd": [] })), [""; 0]);
        assert_eq!(differences(&json!([1]), &json!("x")), [""; 0]);
    }

    #[test]
    fn path_is_compared_entry_by_entry() {
        let path = |old: &str, new: &str| {
            differences(&json!({ "Env": [format!("PATH={old}")] }), &json!({ "Env": [format!("PATH={new}")] }))
        };
        assert_eq!(path("/a:/b", "/b"), ["env.PATH entry `/a`: number 1 | -"]);
        assert_eq!(
            path("/a", "/a:/c:/a"),
            ["env.PATH entry `/a`: number 1 | number 1 and 3", "env.PATH entry `/c`: - | number 2"]
        );
        assert_eq!(path("/a:/b", "/b:/a"), ["env.PATH order: /a:/b | /b:/a"]);
        assert_eq!(path("/a", "/a"), [""; 0]);
    }

    #[test]
    fn the_platform_is_compared() {
        let config =
            |variant: &str| json!({ "os": "linux", "architecture": "arm64", "variant": variant, "created": variant });
        let found = compare(&config("v8"), &config("v7"));
        assert_eq!(found[0].values, ["linux/arm64/v8", "linux/arm64/v7"].map(|platform| Some(platform.to_owned())));
        assert_eq!((found.len(), count(&config("v8"), &json!({}))), (1, 1));
    }
}
