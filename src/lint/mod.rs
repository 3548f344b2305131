//! Lints: checks of a valid plan, one file per code. A finding never stops the lowering.
//!
//! Findings about the JSON itself, such as unknown keys, come from the parser ([`crate::plan`]), since only
//! the parser knows the keys.

mod absolute_exclude;
mod brace_expansion_in_sh;
mod cached_output;
mod caches;
mod credential_in_variable;
mod dangerous_secret_name;
mod duplicate_cache_directory;
mod empty_input;
mod excluded_copy;
mod fixed_architecture;
mod image_variables;
mod images;
mod invisible_text;
mod large_dockerfile;
mod latest_image;
mod many_secrets;
mod mixed_cache;
mod no_shell;
mod no_start_command;
mod overlapping_inputs;
mod overridden_start_command;
mod overridden_variable;
mod port_mismatch;
mod railpack;
mod runtime_secret;
mod secret_in_build_arg;
mod secret_in_variable;
mod shell_as_pid_1;
mod start_script;
mod unapplied_exec;
mod unknown_secret;
mod unlisted_secret;
mod unlocked_cache;
mod unpinned_image;
mod unterminated_quote;
mod unused_step;
mod unwritable_app;

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::Graph;
use crate::options::Options;
use crate::render::Rendered;
use crate::secret_usage::SecretUsage;

/// The largest Dockerfile that BuildKit accepts, in bytes: the text is sent twice in one message, which is
/// limited to 16 MiB.
pub(crate) const LARGEST_DOCKERFILE: usize = 7 * 1024 * 1024;

/// The input of a check: a plan, the options, and the files generated from these.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) usage: &'a SecretUsage,
    pub(crate) options: &'a Options,
    /// `None` if the plan can't be rendered.
    pub(crate) rendered: Option<&'a Rendered>,
}

impl Subject<'_> {
    /// Whether the build is for several platforms.
    fn is_for_platforms(&self) -> bool {
        self.options.platforms.len() > 1
    }
}

/// When a check runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Schedule {
    /// In every transpilation.
    Always,
    /// In `lint`.
    InLint,
    /// In every transpilation for several platforms, and in `lint` if the code is requested.
    ForPlatforms,
    /// In `lint`, if the code is requested.
    OnRequest,
}

impl Schedule {
    /// Whether a check is part of every transpilation.
    fn is_always(self, subject: &Subject<'_>) -> bool {
        self == Self::Always || (self == Self::ForPlatforms && subject.is_for_platforms())
    }

    /// Whether a check is off in `lint` unless its code is requested.
    fn is_optional(self, subject: &Subject<'_>) -> bool {
        self == Self::OnRequest || (self == Self::ForPlatforms && !subject.is_for_platforms())
    }
}

type Check = fn(&Subject<'_>, &mut Findings);

const CHECKS: &[(Code, Schedule, Check)] = &[
    (Code::AbsoluteExclude, Schedule::Always, absolute_exclude::check),
    (Code::CredentialInVariable, Schedule::Always, credential_in_variable::check),
    (Code::DangerousSecretName, Schedule::Always, dangerous_secret_name::check),
    (Code::EmptyInput, Schedule::Always, empty_input::check),
    (Code::InvisibleText, Schedule::Always, invisible_text::check),
    (Code::LargeDockerfile, Schedule::Always, large_dockerfile::check),
    (Code::ManySecrets, Schedule::Always, many_secrets::check),
    (Code::RuntimeSecret, Schedule::Always, runtime_secret::check),
    (Code::SecretInBuildArg, Schedule::Always, secret_in_build_arg::check),
    (Code::SecretInVariable, Schedule::Always, secret_in_variable::check),
    (Code::UnappliedExec, Schedule::Always, unapplied_exec::check),
    (Code::UnknownSecret, Schedule::Always, unknown_secret::check),
    (Code::UnlistedSecret, Schedule::Always, unlisted_secret::check),
    (Code::UnterminatedQuote, Schedule::Always, unterminated_quote::check),
    (Code::UnusedStep, Schedule::Always, unused_step::check),
    (Code::UnwritableApp, Schedule::Always, unwritable_app::check),
    (Code::BraceExpansionInSh, Schedule::InLint, brace_expansion_in_sh::check),
    (Code::CachedOutput, Schedule::InLint, cached_output::check),
    (Code::DuplicateCacheDirectory, Schedule::InLint, duplicate_cache_directory::check),
    (Code::ExcludedCopy, Schedule::InLint, excluded_copy::check),
    (Code::LatestImage, Schedule::InLint, latest_image::check),
    (Code::MixedCache, Schedule::InLint, mixed_cache::check),
    (Code::NoShell, Schedule::InLint, no_shell::check),
    (Code::NoStartCommand, Schedule::InLint, no_start_command::check),
    (Code::OverlappingInputs, Schedule::InLint, overlapping_inputs::check),
    (Code::OverriddenStartCommand, Schedule::InLint, overridden_start_command::check),
    (Code::OverriddenVariable, Schedule::InLint, overridden_variable::check),
    (Code::PortMismatch, Schedule::InLint, port_mismatch::check),
    (Code::ShellAsPid1, Schedule::InLint, shell_as_pid_1::check),
    (Code::UnlockedCache, Schedule::InLint, unlocked_cache::check),
    (Code::FixedArchitecture, Schedule::ForPlatforms, fixed_architecture::check),
    (Code::UnpinnedImage, Schedule::OnRequest, unpinned_image::check),
];

/// Runs the checks that are part of every transpilation.
pub(crate) fn check_always(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, _, check) in CHECKS.iter().filter(|(_, schedule, _)| schedule.is_always(subject)) {
        check(subject, findings);
    }
}

/// Runs all checks. Optional ones run only if `requested` contains their code.
pub(crate) fn check_all(subject: &Subject<'_>, requested: &BTreeSet<String>, findings: &mut Findings) {
    for code in requested.iter().filter(|code| Code::warnings().all(|known| known.name() != code.as_str())) {
        let message = format!("unknown warning `{code}`");
        let known = Code::OPTIONAL.iter().map(|code| code.name());
        let found = Diagnostic::new(Code::InvalidOption, message).about_option("warn");
        findings.push(found.with_suggestion(code, known));
    }
    for (code, schedule, check) in CHECKS {
        if !schedule.is_optional(subject) || requested.contains(code.name()) {
            check(subject, findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optional_codes_run_only_on_request() {
        let is_optional = |schedule| matches!(schedule, Schedule::ForPlatforms | Schedule::OnRequest);
        let on_request = CHECKS.iter().filter(|(_, schedule, _)| is_optional(*schedule)).map(|(code, ..)| *code);
        assert!(on_request.eq(Code::OPTIONAL));
    }

    #[test]
    fn codes_are_unique() {
        let codes: BTreeSet<Code> = CHECKS.iter().map(|(code, ..)| *code).collect();
        assert_eq!(codes.len(), CHECKS.len());
    }
}
