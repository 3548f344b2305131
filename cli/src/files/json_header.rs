//! The header of a file in JSON, which has no comments: the lines are texts in an array with the key `//`, which HCL
//! ignores.

use serde_json::{Value, json};

/// The lines before and after the header.
const START: &str = "{\n  \"//\": [\n";
const END: &str = "\n  ],\n";

/// A text whose header is in comments, in JSON if its body is an object. Other texts stay as they are.
pub(crate) fn without_comments(text: &str) -> String {
    let end: usize = text.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum();
    let (header, body) = text.split_at(end);
    let Some(body) = body.strip_prefix("{\n").filter(|_| end > 0) else { return text.to_owned() };
    let lines: Vec<String> = header.lines().map(|line| format!("    {}", json!(line))).collect();
    format!("{START}{}{END}{body}", lines.join(",\n"))
}

/// The text with its header in comments: the reverse of [`without_comments`]. Other texts stay as they are.
pub(crate) fn with_comments(text: &str) -> String {
    let parts = text.strip_prefix(START).and_then(|rest| rest.split_once(END));
    let Some((header, body)) = parts else { return text.to_owned() };
    let lines = header.lines().map(|line| match serde_json::from_str(line.trim().trim_end_matches(',')) {
        Ok(Value::String(line)) if line.starts_with('#') => Some(line + "\n"),
        _ => None,
    });
    lines.collect::<Option<String>>().map_or_else(|| text.to_owned(), |header| format!("{header}{{\n{body}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_equivalent() {
        let comments = "# a \"b\"\n#\n# c\\d\n{\n  \"x\": 1\n}\n";
        let json = without_comments(comments);
        let expected = "{\n  \"//\": [\n    \"# a \\\"b\\\"\",\n    \"#\",\n    \"# c\\\\d\"\n  ],\n  \"x\": 1\n}\n";
        assert_eq!(json, expected);
        assert_eq!(with_comments(&json), comments);
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in ["", "{}\n", "# a\nx = 1\n", "{\n  \"//\": [\n    1\n  ],\n}", "{\n  \"//\": [\n    \"a\"\n  ],\n}"]
        {
            assert_eq!(with_comments(text), text);
            assert_eq!(without_comments(text), text);
        }
    }
}
