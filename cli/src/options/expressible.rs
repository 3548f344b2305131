//! Options that the command line can't express, although a table of the config file can.

use std::path::Path;

use railpack2docker::{Code, Diagnostic};

use super::assets::slashed;
use super::transpile::{TranspileArgs, mirror, secret_id};

/// An option whose values are pairs, such as `--env NAME=VALUE`.
pub(super) struct PairOption<'a> {
    pub(super) name: &'static str,
    pub(super) pairs: &'a [(String, String)],
    /// The parser of the command line.
    pub(super) parse: fn(&str) -> Result<(String, String), String>,
}

impl TranspileArgs {
    /// Fails if the options as arguments mean something else, or nothing.
    pub(crate) fn check_arguments(&self) -> Result<(), Diagnostic> {
        check_path("assets", self.assets.as_deref(), |path| {
            slashed(path).is_empty().then_some("expected the path of a directory")
        })?;
        check_path("append", self.append.as_deref(), |path| match path.file_name() {
            None => Some("expected the path of a file"),
            Some(_) => path.has_root().then_some("expected a path relative to the Dockerfile"),
        })?;
        let pairs = [
            PairOption { name: "secret-id", pairs: &self.secret_id, parse: secret_id },
            PairOption { name: "mirror", pairs: &self.mirror, parse: mirror },
        ];
        pairs.iter().chain(&self.image.pairs()).try_for_each(PairOption::check)
    }
}

impl PairOption<'_> {
    fn check(&self) -> Result<(), Diagnostic> {
        for pair in self.pairs {
            let text = format!("{}={}", pair.0, pair.1);
            match (self.parse)(&text) {
                Ok(parsed) if parsed == *pair => {}
                Ok(_) => return Err(invalid(self.name, &text, &format!("the name `{}` contains `=`", pair.0))),
                Err(why) => return Err(invalid(self.name, &text, &why)),
            }
        }
        Ok(())
    }
}

/// Fails with the fault of a path, if there is one.
fn check_path(
    option: &'static str,
    path: Option<&Path>,
    fault: impl Fn(&Path) -> Option<&'static str>,
) -> Result<(), Diagnostic> {
    match path.and_then(|path| Some((path, fault(path)?))) {
        Some((path, why)) => Err(invalid(option, &path.to_string_lossy(), why)),
        None => Ok(()),
    }
}

fn invalid(option: &'static str, text: &str, why: &str) -> Diagnostic {
    let message = format!("invalid value `{text}` for `--{option}`: {why}");
    Diagnostic::new(Code::InvalidOption, message).about_option(option)
}

#[cfg(test)]
mod tests {
    use crate::embed::Settings;

    #[test]
    fn what_the_command_line_rejects_or_reads_differently_is_an_error() {
        for (options, message) in [
            (r#"{"transpile": {"append": ""}}"#, "invalid value `` for `--append`: expected the path of a file"),
            (
                r#"{"transpile": {"append": "a/.."}}"#,
                "invalid value `a/..` for `--append`: expected the path of a file",
            ),
            (
                r#"{"transpile": {"append": "/a"}}"#,
                "invalid value `/a` for `--append`: expected a path relative to the Dockerfile",
            ),
            (r#"{"transpile": {"assets": "."}}"#, "invalid value `.` for `--assets`: expected the path of a directory"),
            (r#"{"image": {"env": {"a=b": 1}}}"#, "invalid value `a=b=1` for `--env`: the name `a=b` contains `=`"),
            (
                r#"{"image": {"label": {"": "b"}}}"#,
                "invalid value `=b` for `--label`: expected a name, `=`, and a value",
            ),
            (
                r#"{"transpile": {"mirror": {"a=b": "c"}}}"#,
                "invalid value `a=b=c` for `--mirror`: the name `a=b` contains `=`",
            ),
            (
                r#"{"transpile": {"secret-id": {"A": ""}}}"#,
                "invalid value `A=` for `--secret-id`: expected the name of a secret, `=`, and its ID in the build",
            ),
        ] {
            let failure = Settings::parse(options, "{}").unwrap_err();
            assert_eq!(failure["findings"][0]["message"], message);
        }
        let valid = r#"{"transpile": {"append": null}, "image": {"env": {"A": "b=c", "D": ""}}}"#;
        assert_eq!(Settings::parse(valid, "{}").unwrap().arguments(), ["--env=A=b=c", "--env=D="]);
    }
}
