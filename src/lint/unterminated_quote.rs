//! Commands that end inside a quote.

use super::Subject;
use crate::compat::shlex;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about commands whose last word is unterminated: Railpack drops it.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, cmd) in subject.graph.command_lines() {
        if let Some(unfinished) = shlex::split(&cmd.value).unfinished {
            let message = format!("the command ends with {unfinished}; Railpack drops the incomplete word");
            findings.push(
                Diagnostic::new(Code::UnterminatedQuote, message)
                    .at(&cmd.location)
                    .with_help("close the quote, or escape it with a backslash"),
            );
        }
    }
}
