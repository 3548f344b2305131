//! Formats JSON in few lines.

use serde_json::Value;

const WIDTH: usize = 110;

/// The keys of a plan that a reader wants to see first, in that order.
const FIRST: [&str; 18] = [
    "path",
    "name",
    "base",
    "step",
    "image",
    "local",
    "include",
    "exclude",
    "inputs",
    "src",
    "secrets",
    "caches",
    "variables",
    "assets",
    "steps",
    "commands",
    "deploy",
    "startCommand",
];

/// Formats a value on one line if it fits, or else each of its members on lines of its own.
pub fn compact(value: &Value) -> String {
    written(value, 0, 0)
}

/// Formats a value that begins at a column. Further lines are indented.
fn written(value: &Value, indentation: usize, column: usize) -> String {
    let line = on_a_line(value);
    if column + line.chars().count() <= WIDTH {
        return line;
    }
    let inner = indentation + 2;
    let (open, members, close) = match value {
        Value::Array(items) => ('[', items.iter().map(|item| written(item, inner, inner)).collect::<Vec<_>>(), ']'),
        Value::Object(_) => {
            let member = |(key, value): (&String, &Value)| {
                let key = format!("{}: ", Value::from(key.as_str()));
                let value = written(value, inner, inner + key.chars().count());
                format!("{key}{value}")
            };
            ('{', members(value).map(member).collect(), '}')
        }
        _ => return line,
    };
    let blanks = " ".repeat(inner);
    let members = members.join(&format!(",\n{blanks}"));
    format!("{open}\n{blanks}{members}\n{}{close}", &blanks[2..])
}

fn on_a_line(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(on_a_line).collect::<Vec<_>>().join(", ")),
        Value::Object(object) if !object.is_empty() => {
            let member =
                |(key, value): (&String, &Value)| format!("{}: {}", Value::from(key.as_str()), on_a_line(value));
            format!("{{ {} }}", members(value).map(member).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let mut members: Vec<_> = value.as_object().into_iter().flatten().collect();
    members.sort_by_key(|(key, _)| FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len()));
    members.into_iter()
}
