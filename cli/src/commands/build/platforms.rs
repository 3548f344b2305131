//! The platforms that docker builds for: those of the option, or those that the user's own arguments name.

use std::borrow::Cow;
use std::ffi::OsString;

use railpack2docker::header::{check_platforms, platform_names};
use railpack2docker::{Diagnostic, Options};

use crate::options::secret_sources::variable_value;

/// The variable with the platforms that docker builds for by default.
const VARIABLE: &str = "DOCKER_DEFAULT_PLATFORM";

/// Checks that the Dockerfile is for all platforms that the arguments of docker, or else its environment, name.
pub(in crate::commands) fn check(more: &[OsString], options: &Options) -> Result<(), Diagnostic> {
    let mut given = in_arguments(more);
    if given.is_empty() && options.platforms.is_empty() {
        let value = variable_value(VARIABLE).filter(|value| !value.is_empty());
        given.extend(value.map(|value| String::from_utf8_lossy(&value).into_owned()));
    }
    check_platforms(given.iter().map(String::as_str), options)
}

/// The platforms to pass to docker. None if its arguments name some: it would build for all of them.
pub(super) fn flag(more: &[OsString], options: &Options) -> Vec<String> {
    if in_arguments(more).is_empty() { platform_names(options) } else { Vec::new() }
}

/// The values of `--platform VALUE` and `--platform=VALUE`.
fn in_arguments(more: &[OsString]) -> Vec<String> {
    const FLAG: &str = "--platform";
    let mut values = Vec::new();
    let mut arguments = more.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        if argument == FLAG {
            values.extend(arguments.next().map(Cow::into_owned));
        } else if let Some(value) = argument.strip_prefix(FLAG).and_then(|rest| rest.strip_prefix('=')) {
            values.push(value.to_owned());
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_flag() {
        let values = |arguments: &[&str]| in_arguments(&arguments.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(values(&["-t", "x", "--platforms", "--platform-x=y"]), [""; 0]);
        assert_eq!(values(&["--platform", "a,b", "--platform=c", "-t", "x"]), ["a,b", "c"]);
        assert_eq!(values(&["--platform"]), [""; 0]);
    }
}
