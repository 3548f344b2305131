//! Checks of a plan, a file for each code. Each warns of something that does not stop the lowering.
//!
//! The reader of plans ([`crate::plan`]) reports by itself how a plan is written: the JSON's keys are
//! known only there.

mod absolute_exclude;
mod brace_expansion_in_sh;
mod cached_output;
mod caches;
mod credential_in_variable;
mod dangerous_secret_name;
mod duplicate_cache_directory;
mod empty_input;
mod excluded_copy;
mod images;
mod invisible_text;
mod large_dockerfile;
mod latest_image;
mod mixed_cache;
mod no_shell;
mod no_start_command;
mod overlapping_inputs;
mod programs;
mod runtime_secret;
mod secret_in_variable;
mod shell_words;
mod unknown_secret;
mod unlisted_secret;
mod unlocked_cache;
mod unpinned_image;
mod unterminated_quote;
mod unused_step;

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::Graph;
use crate::render::Rendered;
use crate::secret_usage::SecretUsage;

/// The largest Dockerfile that BuildKit accepts, in bytes: its text is in a message of at most 16 MiB
/// twice.
pub(crate) const LARGEST_DOCKERFILE: usize = 7 * 1024 * 1024;

/// A plan and the files that it became, for the checks.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) usage: &'a SecretUsage,
    /// `None` for a plan that can't become a Dockerfile.
    pub(crate) rendered: Option<&'a Rendered>,
}

/// Occasions to run a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Run {
    /// On each transpilation.
    Always,
    /// On `lint`.
    InLint,
    /// On `lint`, if asked for.
    OnRequest,
}

type Check = fn(&Subject<'_>, &mut Findings);

const CHECKS: &[(Code, Run, Check)] = &[
    (Code::AbsoluteExclude, Run::Always, absolute_exclude::check),
    (Code::CredentialInVariable, Run::Always, credential_in_variable::check),
    (Code::DangerousSecretName, Run::Always, dangerous_secret_name::check),
    (Code::EmptyInput, Run::Always, empty_input::check),
    (Code::InvisibleText, Run::Always, invisible_text::check),
    (Code::LargeDockerfile, Run::Always, large_dockerfile::check),
    (Code::RuntimeSecret, Run::Always, runtime_secret::check),
    (Code::SecretInVariable, Run::Always, secret_in_variable::check),
    (Code::UnknownSecret, Run::Always, unknown_secret::check),
    (Code::UnlistedSecret, Run::Always, unlisted_secret::check),
    (Code::UnterminatedQuote, Run::Always, unterminated_quote::check),
    (Code::UnusedStep, Run::Always, unused_step::check),
    (Code::BraceExpansionInSh, Run::InLint, brace_expansion_in_sh::check),
    (Code::CachedOutput, Run::InLint, cached_output::check),
    (Code::DuplicateCacheDirectory, Run::InLint, duplicate_cache_directory::check),
    (Code::ExcludedCopy, Run::InLint, excluded_copy::check),
    (Code::LatestImage, Run::InLint, latest_image::check),
    (Code::MixedCache, Run::InLint, mixed_cache::check),
    (Code::NoShell, Run::InLint, no_shell::check),
    (Code::NoStartCommand, Run::InLint, no_start_command::check),
    (Code::OverlappingInputs, Run::InLint, overlapping_inputs::check),
    (Code::UnlockedCache, Run::InLint, unlocked_cache::check),
    (Code::UnpinnedImage, Run::OnRequest, unpinned_image::check),
];

/// Runs the checks of each transpilation.
pub(crate) fn check_always(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, _, check) in CHECKS.iter().filter(|(_, run, _)| *run == Run::Always) {
        check(subject, findings);
    }
}

/// Runs all checks, those on request only if their code is among `requested`.
pub(crate) fn check_all(subject: &Subject<'_>, requested: &BTreeSet<String>, findings: &mut Findings) {
    for code in requested.iter().filter(|code| Code::warnings().all(|known| known.name() != code.as_str())) {
        let message = format!("no warning has the code `{code}`");
        let known = Code::OPTIONAL.iter().map(|code| code.name());
        findings.push(Diagnostic::new(Code::InvalidOption, message).with_suggestion(code, known));
    }
    for (code, run, check) in CHECKS {
        if *run != Run::OnRequest || requested.contains(code.name()) {
            check(subject, findings);
        }
    }
}

/// Whether an absolute path is a folder or in it.
fn is_in(path: &str, folder: &str) -> bool {
    folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_in_itself_and_in_its_folders() {
        for folder in ["/var/lib/apt", "/var/lib", "/"] {
            assert!(is_in("/var/lib/apt", folder), "{folder}");
        }
        assert!(!is_in("/var/lib/apt2", "/var/lib/apt"));
    }

    #[test]
    fn checks_on_request_are_the_optional_codes() {
        let on_request = CHECKS.iter().filter(|(_, run, _)| *run == Run::OnRequest).map(|(code, ..)| *code);
        assert!(on_request.eq(Code::OPTIONAL));
    }

    #[test]
    fn each_check_has_a_code_of_its_own() {
        let codes: BTreeSet<Code> = CHECKS.iter().map(|(code, ..)| *code).collect();
        assert_eq!(codes.len(), CHECKS.len());
    }
}
