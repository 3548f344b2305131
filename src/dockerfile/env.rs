//! `NAME="value"` for ENV and ARG.

use std::fmt;

use super::spelling::{Inexpressible, LONGEST_ARGUMENT, escape, fold, one_line};

/// One `NAME="value"` of an ENV or ARG instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    name: String,
    spelled: String,
}

impl Assignment {
    /// Spells a variable. The value is literal: nothing in it is expanded.
    ///
    /// # Errors
    /// A name that is empty or contains `=`, a line feed or a NUL; a value that contains a line feed or a
    /// NUL, or can't be folded; a pair that exceeds the kernel's limit.
    pub(crate) fn new(name: &str, value: &str) -> Result<Self, Inexpressible> {
        check_name(name)?;
        // the whole pair can't be quoted: the parser splits it at the first `=`
        let spelled_name = if is_bare_name(name) { name.to_owned() } else { quoted(name) };
        Self::spell(name, &spelled_name, value)
    }

    /// Spells a build arg. Its name is literal: newer frontends neither unquote nor expand it, but older
    /// ones do both.
    ///
    /// # Errors
    /// Those of [`Assignment::new`], and a name that starts with `--` or contains whitespace, quotes, `\`
    /// or `$`.
    pub(crate) fn arg(name: &str, value: &str) -> Result<Self, Inexpressible> {
        check_name(name)?;
        if !is_arg_name(name) {
            return Err(Inexpressible::Malformed("a valid name for a build arg"));
        }
        Self::spell(name, name, value)
    }

    fn spell(name: &str, spelled_name: &str, value: &str) -> Result<Self, Inexpressible> {
        one_line(value, "ENV")?;
        let length = name.len() + "=".len() + value.len();
        if length > LONGEST_ARGUMENT {
            return Err(Inexpressible::LongVariable(length));
        }
        let spelled = [spelled_name, "=", &quoted(value)].concat();
        Ok(Self { name: name.to_owned(), spelled: fold(spelled)? })
    }

    /// The length of the spelled assignment, in bytes.
    pub(crate) fn length(&self) -> usize {
        self.spelled.len()
    }

    /// The variable's name.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled)
    }
}

fn check_name(name: &str) -> Result<(), Inexpressible> {
    one_line(name, "a variable name")?;
    if name.is_empty() || name.contains('=') {
        Err(Inexpressible::Malformed("a valid name for a variable"))
    } else {
        Ok(())
    }
}

/// Text in double quotes. BuildKit parses `"x\\\\"` correctly; hadolint doesn't, so trailing backslashes
/// come after the closing quote, followed by an empty pair of quotes.
pub(super) fn quoted(text: &str) -> String {
    let inner = text.trim_end_matches('\\');
    let trailing = "\\\\".repeat(text.len() - inner.len());
    let inner = escape(inner, &['\\', '"', '$']);
    if trailing.is_empty() { ["\"", &inner, "\""].concat() } else { format!("\"{inner}\"{trailing}\"\"") }
}

/// Whether `name` is a valid shell variable: `[A-Za-z_][A-Za-z0-9_]*`.
#[must_use]
pub(crate) fn is_bare_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The name of a build arg that has no default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BuildArg(String);

impl BuildArg {
    /// Accepts `[A-Za-z_][A-Za-z0-9_]*`, which needs no quotes.
    ///
    /// # Errors
    /// Any other name.
    pub(crate) fn new(name: &str) -> Result<Self, Inexpressible> {
        if is_bare_name(name) {
            Ok(Self(name.to_owned()))
        } else {
            Err(Inexpressible::Malformed("a name that a build arg can have"))
        }
    }

    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BuildArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Valid variable names whose values a shell sets or uses itself, so that it can't pass on others: those of bash,
/// `IFS` and `OPTIND`.
const USED_BY_SHELLS: [&str; 11] =
    ["_", "BASHOPTS", "BASH_VERSINFO", "EUID", "IFS", "OPTIND", "PIPESTATUS", "PPID", "SHELLOPTS", "SHLVL", "UID"];

/// Whether every shell can export a variable of this name with any value.
#[must_use]
pub(crate) fn is_exportable(name: &str) -> bool {
    is_bare_name(name) && !USED_BY_SHELLS.contains(&name)
}

/// Whether ENV can set a variable of this name but ARG can't: the name of an ARG is one literal word.
#[must_use]
pub(crate) fn is_env_only(name: &str) -> bool {
    check_name(name).is_ok() && !is_arg_name(name)
}

fn is_arg_name(name: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !"\"'\\$".contains(c);
    !name.starts_with("--") && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelled() {
        for (name, value, spelled) in [
            ("A", "", r#"A="""#),
            ("A", "two words", r#"A="two words""#),
            ("A", r#"it's "q" $x \n"#, r#"A="it's \"q\" \$x \\n""#),
            ("A", r"x\", r#"A="x"\\"""#),
            ("A", "tab\tcr\r<<X # é", "A=\"tab\tcr\r<<X # é\""),
            ("my-var", "$x", r#""my-var"="\$x""#),
            ("1st", "x", r#""1st"="x""#),
            ("é", "x", r#""é"="x""#),
        ] {
            assert_eq!(Assignment::new(name, value).unwrap().to_string(), spelled);
        }
    }

    #[test]
    fn length_is_that_of_the_text() {
        let variable = Assignment::new("A", "$").unwrap();
        assert_eq!(variable.length(), variable.to_string().len());
    }

    #[test]
    fn some_names_can_not_be_exported() {
        for name in ["A", "_A", "PATH", "RANDOM", "LC_ALL"] {
            assert!(is_exportable(name), "{name}");
        }
        for name in ["", "1A", "A-B", "é", "A=B", "UID", "IFS", "_"] {
            assert!(!is_exportable(name), "{name}");
        }
    }

    #[test]
    fn some_names_are_env_only_and_some_are_invalid() {
        for name in ["a b", "a\"b", "$x", "--x"] {
            assert!(is_env_only(name), "{name}");
        }
        for name in ["A", "my-var", "", "A=B", "A\n"] {
            assert!(!is_env_only(name), "{name}");
        }
    }

    #[test]
    fn name_of_a_build_arg_is_literal() {
        for (name, spelled) in [("A", "A=\"x\""), ("my-var", "my-var=\"x\""), ("é", "é=\"x\""), ("-u", "-u=\"x\"")] {
            assert_eq!(Assignment::arg(name, "x").unwrap().to_string(), spelled);
        }
        for name in ["", "a b", "a\"b", "$x", "a\\", "--x", "a=b", "a\u{3000}b", "a\r"] {
            assert!(Assignment::arg(name, "x").is_err(), "{name:?}");
        }
    }

    #[test]
    fn rejected() {
        for (name, value) in [("", "x"), ("A=B", "x"), ("A\n", "x"), ("A", "a\nb"), ("A", "\0")] {
            assert!(Assignment::new(name, value).is_err(), "{name:?} {value:?}");
        }
        assert!(Assignment::new("A", &"x".repeat(131_069)).is_ok());
        assert_eq!(Assignment::new("A", &"x".repeat(131_070)), Err(Inexpressible::LongVariable(131_072)));
    }
}
