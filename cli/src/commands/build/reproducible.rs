//! The time and the destination of a reproducible image.

use std::ffi::{OsStr, OsString};

use railpack2docker::header::{Destination, SourceDate};
use railpack2docker::{Code, Diagnostic};

/// The environment variable for the time, and the name of the build arg.
const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// The field of an exporter that rewrites times.
const REWRITE: &str = "rewrite-timestamp=true";

/// The time of the image: the environment variable, or 1970. `None` if the user's arguments set it.
pub(super) fn source_date(more: &[OsString]) -> Result<Option<SourceDate>, Diagnostic> {
    let assignment = format!("{VARIABLE}=");
    let is_set = |argument: &OsString| {
        let argument = argument.to_string_lossy();
        argument.strip_prefix("--build-arg=").unwrap_or(&argument).starts_with(&assignment)
    };
    if more.iter().any(is_set) {
        return Ok(None);
    }
    let Some(value) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) else {
        return Ok(Some(SourceDate::Seconds(0)));
    };
    value.to_str().and_then(|value| value.parse().ok()).map(|seconds| Some(SourceDate::Seconds(seconds))).ok_or_else(
        || {
            let message = format!("`{VARIABLE}` is not a number of seconds: `{}`", value.to_string_lossy());
            Diagnostic::new(Code::InvalidOption, message).with_help(format!(
                "set it to the time of the last commit, for example: {VARIABLE}=\"$(git log -1 --format=%ct)\""
            ))
        },
    )
}

/// The destination of the image, unless the user's arguments name another. Those must rewrite times, too.
pub(super) fn destination(more: &[OsString]) -> Result<Destination, Diagnostic> {
    let Some(export) = more.iter().find(|argument| is_export(argument)) else { return Ok(Destination::Load) };
    if more.iter().any(|argument| argument.to_string_lossy().contains(REWRITE)) {
        return Ok(Destination::Default);
    }
    let message = format!("`{}` exports the image with the times of this build", export.to_string_lossy());
    let found = Diagnostic::new(Code::InvalidOption, message);
    Err(found.with_help(format!("pass `--output` with `{REWRITE}`, such as `--output type=image,push=true,{REWRITE}`")))
}

/// Whether an argument of docker names the destination of the image.
fn is_export(argument: &OsStr) -> bool {
    let argument = argument.to_string_lossy();
    let name = argument.split('=').next().unwrap_or_default();
    matches!(name, "--output" | "--push" | "--load") || argument.starts_with("-o")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_destination_must_rewrite_times() {
        let destination = |more: &[&str]| destination(&more.iter().map(OsString::from).collect::<Vec<_>>()).ok();
        for (more, expected) in [
            (&[][..], Some(Destination::Load)),
            (&["-t", "app", "--no-cache"], Some(Destination::Load)),
            (&["--output", "type=oci,dest=x,rewrite-timestamp=true"], Some(Destination::Default)),
            (&["-otype=oci,dest=x,rewrite-timestamp=true"], Some(Destination::Default)),
            (&["--push", "--output=type=image,rewrite-timestamp=true"], Some(Destination::Default)),
            (&["--push"], None),
            (&["--load=true"], None),
            (&["-o", "out"], None),
            (&["--output=type=oci,dest=x"], None),
        ] {
            assert_eq!(destination(more), expected, "{more:?}");
        }
    }

    #[test]
    fn own_time_is_kept() {
        for more in [&["--build-arg", "SOURCE_DATE_EPOCH=1"][..], &["--build-arg=SOURCE_DATE_EPOCH=1"]] {
            let more: Vec<OsString> = more.iter().map(OsString::from).collect();
            assert_eq!(source_date(&more), Ok(None), "{more:?}");
        }
    }
}
