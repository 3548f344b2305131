//! Text that is not JSON: the mistakes that people make in JSON, and files of other kinds.

/// The remedy for a text that is not JSON. `byte` is the position at which the parser stopped, and `reason` the error.
pub(super) fn remedy(text: &str, byte: usize, reason: &str) -> Option<String> {
    // a byte order mark is before the text
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.contains('\0') {
        return Some(
            "the text is UTF-16: save it as UTF-8, or let `railpack plan --out railpack-plan.json .` write the file"
                .to_owned(),
        );
    }
    if !start.starts_with(['{', '[', '"', '\'', '/']) || is_table(start) {
        return Some(match kind(start) {
            Some(kind) => format!("this looks like {kind}, but a plan is JSON: {GENERATE}"),
            None => format!("a plan is JSON: {GENERATE}"),
        });
    }
    mistake(text.get(byte..).unwrap_or_default(), reason).map(str::to_owned)
}

const GENERATE: &str = "generate one with `railpack plan --out railpack-plan.json .`";

/// The remedy for a common mistake at the position at which the parser stopped.
fn mistake(rest: &str, reason: &str) -> Option<&'static str> {
    if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') {
        Some("remove the comment: JSON has none")
    } else if rest.starts_with('\'') {
        Some("use double quotes: JSON has no single quotes")
    } else if reason.contains("trailing comma") {
        Some("remove the comma before it: JSON has no trailing commas")
    } else if reason.contains("key must be a string") {
        Some("put the key in double quotes")
    } else {
        None
    }
}

/// Whether a text begins with the heading of a TOML table, such as `[transpile]`.
fn is_table(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim_end();
    let name = line.trim_start_matches('[').trim_end_matches(']');
    line.starts_with('[')
        && line.ends_with(']')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// The kind of a text, from its first lines.
fn kind(text: &str) -> Option<&'static str> {
    let lines = || text.lines().map(str::trim_end).filter(|line| !line.trim_start().is_empty());
    let first = lines().find(|line| !line.starts_with('#'))?;
    let word = first.split_whitespace().next()?;
    let has_comment =
        |start: &str| lines().take_while(|line| line.starts_with('#')).any(|line| line.starts_with(start));
    if first.starts_with('<') {
        Some("HTML, perhaps the page of an error")
    } else if ["FROM", "ARG"].iter().any(|name| word.eq_ignore_ascii_case(name)) || has_comment("# syntax=") {
        Some("a Dockerfile, which `-o` writes")
    } else if is_table(first) || first.split_once('=').is_some_and(|(key, _)| is_word(key.trim())) {
        Some("TOML or an env file")
    } else if first == "---" || word == "-" || word.strip_suffix(':').is_some_and(is_word) {
        let is_compose = lines().any(|line| line == "services:");
        Some(if is_compose { "a Compose file" } else { "YAML" })
    } else {
        None
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.\"'".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Compilation};

    fn help(text: &str) -> String {
        let found = Compilation::parse(text, false).unwrap_err().0.remove(0);
        assert_eq!(found.code, Code::InvalidJson, "{text}");
        found.help.unwrap_or_default()
    }

    #[test]
    fn other_kinds_of_files_are_named() {
        for (text, kind) in [
            ("steps:\n  - name: a\n", "YAML"),
            ("---\na: b\n", "YAML"),
            ("- a\n", "YAML"),
            ("# mine\nversion: '3'\nservices:\n  web:\n", "a Compose file"),
            ("FROM x\nRUN y\n", "a Dockerfile, which `-o` writes"),
            ("# syntax=docker/dockerfile:1\n\nARG A=1\n", "a Dockerfile, which `-o` writes"),
            ("\u{feff}<!doctype html>\n", "HTML, perhaps the page of an error"),
            ("[transpile]\nsyntax = 'none'\n", "TOML or an env file"),
            ("A_B=c\n", "TOML or an env file"),
        ] {
            let expected = format!("this looks like {kind}, but a plan is JSON: {GENERATE}");
            assert_eq!(help(text), expected, "{text}");
        }
        assert_eq!(help("hello"), format!("a plan is JSON: {GENERATE}"));
        assert!(help("{\0\"\0").starts_with("the text is UTF-16"));
    }

    #[test]
    fn mistakes_in_json_have_a_remedy() {
        for (text, remedy) in [
            ("// mine\n{}", "remove the comment"),
            ("{ \"steps\": [] /* none */ }", "remove the comment"),
            ("{ # mine\n}", "remove the comment"),
            ("{ 'steps': [] }", "use double quotes"),
            ("{ \"steps\": ['a'] }", "use double quotes"),
            ("{ \"steps\": [], }", "remove the comma before it"),
            ("[\"a\",]", "remove the comma before it"),
            ("{ steps: [] }", "put the key in double quotes"),
            ("{ \"steps\": [", "the text ends too early"),
        ] {
            assert!(help(text).starts_with(remedy), "{text}: {}", help(text));
        }
        assert_eq!(help("{ \"steps\" [] }"), "");
    }
}
