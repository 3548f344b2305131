//! The platforms of a build, and whether a Dockerfile is for all of them.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::dockerfile::Platform;
use crate::options::Options;

/// Checks that a Dockerfile with these options can be built for all of the given platforms at once. They are values
/// of `docker build --platform`, each of which can be a list.
///
/// # Errors
/// Several platforms that are not all among those of the options: they would share their caches.
pub fn check_platforms<'a>(given: impl IntoIterator<Item = &'a str>, options: &Options) -> Result<(), Diagnostic> {
    let given: BTreeSet<String> = given.into_iter().flat_map(|list| list.split(',')).map(name).collect();
    let covered: BTreeSet<String> = platform_names(options).into_iter().collect();
    if given.len() <= 1 || given.is_subset(&covered) {
        return Ok(());
    }
    let list = given.into_iter().collect::<Vec<_>>().join(",");
    let message = format!("the Dockerfile is not generated for the platforms `{list}`, so they would share caches");
    let help = format!("pass `--platforms {list}` instead: each platform then has its own caches");
    Err(Diagnostic::new(Code::InvalidOption, message).with_help(help))
}

/// Docker's names of the platforms of the options. Invalid ones are left out: lowering reports them.
#[must_use]
pub fn platform_names(options: &Options) -> Vec<String> {
    Platform::valid(&options.platforms).iter().map(Platform::to_string).collect()
}

/// The same name for each name of a platform that Docker accepts. Other texts stay as they are.
fn name(text: &str) -> String {
    Platform::guess(text).map_or_else(|| text.to_owned(), |platform| platform.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_platforms_need_a_dockerfile_for_all_of_them() {
        for (given, options, is_error) in [
            (&[][..], &[][..], false),
            (&["linux/arm64"], &[], false),
            (&["linux/arm64,linux/aarch64", "linux/arm64/v8"], &[], false),
            (&["linux/amd64,linux/arm64"], &[], true),
            (&["linux/amd64", "linux/arm64"], &["linux/amd64"], true),
            (&["linux/arm64", "linux/x86_64"], &["linux/amd64", "linux/arm64"], false),
            (&["linux/riscv64"], &["linux/amd64", "linux/arm64"], false),
            (&["linux/amd64,linux/riscv64"], &["linux/amd64", "linux/arm64"], true),
            (&["local,linux/arm64"], &["linux/amd64", "linux/arm64"], true),
            (&["linux/arm,linux/arm/v6"], &["linux/arm/v6", "linux/arm/v7"], false),
        ] {
            let platforms = options.iter().map(|platform| (*platform).to_owned()).collect();
            let options = Options { platforms, ..Options::default() };
            assert_eq!(check_platforms(given.iter().copied(), &options).is_err(), is_error, "{given:?}");
        }
    }

    #[test]
    fn the_error_names_the_option() {
        let error = check_platforms(["linux/arm64,linux/x86_64"], &Options::default()).unwrap_err();
        assert!(error.help.is_some_and(|help| help.contains("`--platforms linux/amd64,linux/arm64`")));
    }
}
