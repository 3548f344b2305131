//! A validator for the part of JSON Schema (draft 7) that the schemas of this repository use. `.ci/scripts` checks them
//! with a complete one. It panics for a keyword or a pattern that it does not know, so nothing goes unchecked.

use serde_json::{Map, Value};

/// Keywords that only describe.
const ANNOTATIONS: [&str; 6] = ["$schema", "title", "description", "definitions", "default", "examples"];

/// Whether a value is valid.
pub fn is_valid(schema: &Value, value: &Value) -> bool {
    Validator { root: schema }.accepts(schema, value)
}

struct Validator<'s> {
    root: &'s Value,
}

impl Validator<'_> {
    fn accepts(&self, schema: &Value, value: &Value) -> bool {
        match schema {
            Value::Bool(accepts) => *accepts,
            Value::Object(keywords) => {
                keywords.iter().all(|(keyword, given)| self.meets(keyword, given, keywords, value))
            }
            _ => panic!("no schema: {schema}"),
        }
    }

    /// Whether a value meets a keyword.
    fn meets(&self, keyword: &str, given: &Value, keywords: &Map<String, Value>, value: &Value) -> bool {
        let all = |schemas: &Value| schemas.as_array().unwrap().iter().filter(|one| self.accepts(one, value)).count();
        match keyword {
            "$ref" => {
                assert_eq!(keywords.len(), 1, "keywords next to a reference are ignored");
                let pointer = given.as_str().unwrap().strip_prefix('#').unwrap();
                self.accepts(self.root.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")), value)
            }
            "type" => match given {
                Value::Array(kinds) => kinds.iter().any(|kind| is_of(value, kind.as_str().unwrap())),
                kind => is_of(value, kind.as_str().unwrap()),
            },
            "const" => value == given,
            "enum" => given.as_array().unwrap().contains(value),
            "allOf" => all(given) == given.as_array().unwrap().len(),
            "anyOf" => all(given) > 0,
            "oneOf" => all(given) == 1,
            "not" => !self.accepts(given, value),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= given.as_u64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| matches(given.as_str().unwrap(), text)),
            "minimum" => value.as_f64().is_none_or(|number| number >= given.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= given.as_f64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= given.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= given.as_u64().unwrap()),
            "items" => value.as_array().is_none_or(|items| match given {
                Value::Array(schemas) => schemas.iter().zip(items).all(|(schema, item)| self.accepts(schema, item)),
                schema => items.iter().all(|item| self.accepts(schema, item)),
            }),
            "required" => value.as_object().is_none_or(|members| {
                given.as_array().unwrap().iter().all(|key| members.contains_key(key.as_str().unwrap()))
            }),
            "properties" => value.as_object().is_none_or(|members| {
                let schema = |key: &String| given.get(key);
                members.iter().all(|(key, member)| schema(key).is_none_or(|schema| self.accepts(schema, member)))
            }),
            "additionalProperties" => value.as_object().is_none_or(|members| {
                let is_known = |key: &String| keywords.get("properties").is_some_and(|known| known.get(key).is_some());
                members.iter().all(|(key, member)| is_known(key) || self.accepts(given, member))
            }),
            "propertyNames" => value
                .as_object()
                .is_none_or(|members| members.keys().all(|key| self.accepts(given, &Value::String(key.clone())))),
            annotation if ANNOTATIONS.contains(&annotation) => true,
            other => panic!("unknown keyword `{other}`"),
        }
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("unknown type `{other}`"),
    }
}

/// Whether a text matches one of the patterns of the schemas.
fn matches(pattern: &str, text: &str) -> bool {
    // the text after `COPY:`, `FILE:`, `COPY#name:` or `FILE#name:`
    let documented = || {
        let (head, rest) = text.split_once(':')?;
        let kind = head.split('#').next().unwrap();
        ["COPY", "FILE"].contains(&kind).then_some(rest)
    };
    match pattern {
        "^\\$[\\s\\S]" => text.starts_with('$') && text.len() > 1,
        "^(COPY|FILE)(#[^:]*)?:" => documented().is_some(),
        "^(COPY|FILE)(#[^:]*)?:\\s*\\S+\\s+\\S+\\s*$" => {
            documented().is_some_and(|rest| rest.split_whitespace().count() == 2)
        }
        "^(env|file|arg|bundle(=.+)?)$" => {
            ["env", "file", "arg", "bundle"].contains(&text)
                || text.strip_prefix("bundle=").is_some_and(|id| !id.is_empty())
        }
        other => panic!("unknown pattern `{other}`"),
    }
}
