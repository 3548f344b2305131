//! Errors in the content of the config file, in the words of the documents: serde's own are those of Rust.

use std::path::Path;

use railpack2docker::{Code, Diagnostic, LineIndex};

use crate::files::paths::shown;

/// The error for a file that is not valid.
pub(super) fn syntax_error(file: &Path, text: &str, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or_default();
    let (line, column) = LineIndex::new(text).line_and_column(span.start);
    let what = match (error.message(), text.get(span)) {
        ("duplicate key", Some(key)) => format!("duplicate field `{key}`"),
        (what, _) => what.to_owned(),
    };
    invalid_content(&format!("`{}`, line {line}, column {column}", shown(file)), &what)
}

/// The error for content that is not valid at a place. `what` is serde's message; the keys that lead to the value, if
/// any, are in lines of their own.
pub(super) fn invalid_content(place: &str, what: &str) -> Diagnostic {
    let what = what.trim_end().replace('\n', "; ");
    let found = |what: &str| Diagnostic::new(Code::InvalidConfig, format!("{place}: {what}"));
    // unknown field `a`, expected one of `b`, `c`
    let names: Vec<&str> = what.split('`').skip(1).step_by(2).collect();
    let unknown = |kind: &str, all: &str| {
        let (unknown, known) = names.split_first()?;
        let found = found(&format!("unknown {kind} `{unknown}`")).with_suggestion(unknown, known.iter().copied());
        Some(if found.help.is_some() { found } else { found.with_help(format!("{all}: {}", known.join(", "))) })
    };
    let known = match what.split_once(' ').map(|(first, rest)| (first, rest.split('`').next())) {
        Some(("unknown", Some("field "))) => unknown("key", "the keys here"),
        Some(("unknown", Some("variant "))) => unknown("value", "the values"),
        Some(("duplicate", Some("field "))) => {
            names.first().map(|key| found(&format!("duplicate key `{key}`")).with_help("remove one of them"))
        }
        Some(("invalid", _)) => wrong_value(&what).map(|(what, help)| found(&what).with_help(help)),
        _ => None,
    };
    known.unwrap_or_else(|| found(&what).with_help(SEE_DOCUMENTS))
}

const SEE_DOCUMENTS: &str = "see `docs/options.md`";

/// The message for a value of another type, and the help. serde's message is: invalid type: integer `1`, expected a map
fn wrong_value(what: &str) -> Option<(String, &'static str)> {
    let (_, what) = what.split_once(": ")?;
    let (given, expected) = what.rsplit_once(", expected ")?;
    // the key of a value in a table follows
    let (expected, place) = expected
        .split_once("; ")
        .map_or((expected, String::new()), |(expected, place)| (expected, format!(" ({place})")));
    let (expected, help) = match expected {
        "a sequence" => ("a list", "write it in brackets, such as `[\"a\", \"b\"]`"),
        "a map" => ("a table", "write it in braces, such as `{ NAME = \"value\" }`"),
        "a boolean" => ("`true` or `false`", SEE_DOCUMENTS),
        "path string" => ("a path", SEE_DOCUMENTS),
        other => (other, SEE_DOCUMENTS),
    };
    let given = match given.split_once(' ') {
        Some(("integer" | "boolean", value)) => value.to_owned(),
        Some(("floating", value)) => value.trim_start_matches("point ").to_owned(),
        Some(("string", value)) => format!("the text {value}"),
        _ => match given {
            "sequence" => "a list".to_owned(),
            "map" => "a table".to_owned(),
            other => other.to_owned(),
        },
    };
    Some((format!("expected {expected}, found {given}{place}"), help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::config::Config;

    fn error(text: &str) -> (String, String) {
        let found = syntax_error(Path::new("x"), text, &Config::parse(text).unwrap_err());
        (found.message, found.help.unwrap())
    }

    #[test]
    fn messages_about_values_have_no_types_of_rust() {
        for (json, toml, message) in [
            (
                r#"{"image": {"healthcheck": {"retries": "many"}}}"#,
                "[image]\nhealthcheck = { retries = 'many' }",
                "expected a whole number, found the text \"many\" (in `retries`)",
            ),
            (
                r#"{"image": {"healthcheck": {"retries": -1}}}"#,
                "[image]\nhealthcheck = { retries = -1 }",
                "expected a whole number, found `-1` (in `retries`)",
            ),
            (
                r#"{"transpile": {"output-version": 5000000000}}"#,
                "[transpile]\noutput-version = 5000000000",
                "the number `5000000000` is too large",
            ),
            (
                r#"{"transpile": {"output-version": 1.5}}"#,
                "[transpile]\noutput-version = 1.5",
                "expected a whole number, found `1.5`",
            ),
            (r#"{"image": {"expose": 3000}}"#, "[image]\nexpose = 3000", "expected a list, found `3000`"),
            (r#"{"transpile": {"ssh": true}}"#, "[transpile]\nssh = true", "expected a string, found `true`"),
            (
                r#"{"transpile": {"mirror": "a=b"}}"#,
                "[transpile]\nmirror = 'a=b'",
                "expected a table, found the text \"a=b\"",
            ),
            (r#"{"image": {"exec": 1}}"#, "[image]\nexec = 1", "expected `true` or `false`, found `1`"),
            (r#"{"transpile": {"append": []}}"#, "[transpile]\nappend = []", "expected a path, found a list"),
            (r#"{"image": []}"#, "image = []", "expected a table, found a list"),
            (r#"{"railpack": {"command": 3}}"#, "[railpack]\ncommand = 3", "expected a string or an array of strings"),
            (r#"{"lint": {"fail-on": "warn"}}"#, "[lint]\nfail-on = 'warn'", "unknown value `warn`"),
            (r#"{"allow": [], "allow": []}"#, "allow = []\nallow = []", "duplicate key `allow`"),
        ] {
            assert_eq!(Config::parse_json(json).unwrap_err().message, format!("the options: {message}"));
            let (found, _) = error(toml);
            assert!(found.ends_with(&format!(": {message}")), "{found}");
        }
        let error = Config::parse_json("1").unwrap_err();
        assert_eq!(error.message, "the options: expected a table, found `1`");
        assert!(Config::parse_json("{} {}").is_err() && Config::parse_json("[]").is_err());
    }

    #[test]
    fn the_help_fits_the_mistake() {
        for (text, message, help) in [
            (
                "[transpile]\nsecret-scope = 1",
                "`x`, line 2, column 1: unknown key `secret-scope`",
                "did you mean `secrets-scope`?",
            ),
            ("alow = []", "`x`, line 1, column 1: unknown key `alow`", "did you mean `allow`?"),
            ("[lint]\nfail-on = 'waring'", "`x`, line 2, column 11: unknown value `waring`", "did you mean `warning`?"),
            ("[lint]\nfail-on = 'x'", "`x`, line 2, column 11: unknown value `x`", "the values: warning, error, never"),
            (
                "[image]\nexpose = 1",
                "`x`, line 2, column 10: expected a list, found `1`",
                "write it in brackets, such as `[\"a\", \"b\"]`",
            ),
            ("allow = []\nallow = []", "`x`, line 2, column 1: duplicate key `allow`", "remove one of them"),
        ] {
            assert_eq!(error(text), (message.to_owned(), help.to_owned()));
        }
    }
}
