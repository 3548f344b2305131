//! Commands that end inside a quote.

use super::Subject;
use crate::compat::shlex::{self, Unfinished};
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about commands whose last word is unterminated: Railpack drops it.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, cmd) in subject.graph.command_lines() {
        if let Some(unfinished) = shlex::split(&cmd.value).unfinished {
            let (end, help) = match unfinished {
                Unfinished::Quote => ("an unclosed quote", "close the quote, or escape it with a backslash"),
                Unfinished::Backslash => ("a lone backslash", "remove the backslash, or escape it with another one"),
                Unfinished::QuotedBackslash => (
                    "a lone backslash in quotes",
                    "remove the backslash, or escape it with another one, and close the quote",
                ),
            };
            let message = format!("the command ends with {end}; Railpack drops the incomplete word");
            findings.push(Diagnostic::new(Code::UnterminatedQuote, message).at(&cmd.location).with_help(help));
        }
    }
}
