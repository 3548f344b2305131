//! Usage errors as JSON, in the shape of all other messages.

use std::ffi::OsString;

use clap::Error;
use railpack2docker::escape::escape_invisible_json;
use railpack2docker::{Code, Diagnostic};

use crate::output::report::finding_json;

/// Whether the arguments request JSON. They could not be parsed.
pub(super) fn is_requested(arguments: &[OsString]) -> bool {
    let before = arguments.iter().take_while(|argument| *argument != "--");
    let pairs = before.clone().zip(before.clone().skip(1));
    before.clone().any(|argument| argument == "--message-format=json")
        || pairs.into_iter().any(|(option, value)| option == "--message-format" && value == "json")
}

/// The error as one line. Its help has the tips.
pub(super) fn print(error: &Error) -> String {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let mut parts = text.split("\n\n").map(in_one_line);
    let message = parts.next().unwrap_or_default();
    let help: Vec<String> =
        parts.filter(|part| !part.starts_with("Usage: ") && !part.starts_with("For more ")).collect();
    let found = Diagnostic::new(Code::Usage, message);
    let found = if help.is_empty() { found } else { found.with_help(help.join("; ")) };
    escape_invisible_json(&finding_json(&found, None).to_string()) + "\n"
}

fn in_one_line(part: &str) -> String {
    let lines = part.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.strip_prefix("tip: ").unwrap_or(line)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_requested_before_the_arguments_of_docker() {
        let is_requested = |line: &str| is_requested(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert!(is_requested("x lint --message-format json --nosuch"));
        assert!(is_requested("x --message-format=json"));
        assert!(!is_requested("x build -- --message-format json"));
        assert!(!is_requested("x --message-format human json"));
    }
}
