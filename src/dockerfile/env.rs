//! `NAME="value"`, as ENV and ARG take it.

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
    /// A name that is empty or holds `=`, a line feed or NUL; a value that holds a line feed
    /// or NUL, or can't be folded; both together longer than the kernel takes.
    pub(crate) fn new(name: &str, value: &str) -> Result<Self, Inexpressible> {
        check_name(name)?;
        // quotes around the whole pair would not do: the parser takes it apart at the first `=`
        let spelled_name = if is_bare_name(name) { name.to_owned() } else { quoted(name) };
        Self::of(name, &spelled_name, value)
    }

    /// Spells a build arg, whose name stands there as it is: the newer frontends neither unquote
    /// nor expand it, the older ones do both.
    ///
    /// # Errors
    /// What [`Assignment::new`] refuses, and a name that is not one word without quotes, `\` and `$`.
    pub(crate) fn arg(name: &str, value: &str) -> Result<Self, Inexpressible> {
        check_name(name)?;
        if !is_arg_name(name) {
            return Err(Inexpressible::Malformed("the name of a build arg"));
        }
        Self::of(name, name, value)
    }

    fn of(name: &str, spelled_name: &str, value: &str) -> Result<Self, Inexpressible> {
        one_line(value, "ENV")?;
        let length = name.len() + "=".len() + value.len();
        if length > LONGEST_ARGUMENT {
            return Err(Inexpressible::LongVariable(length));
        }
        let spelled = [spelled_name, "=", &quoted(value)].concat();
        Ok(Self { name: name.to_owned(), spelled: fold(spelled)? })
    }

    /// How many bytes it takes.
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
    one_line(name, "a variable's name")?;
    if name.is_empty() || name.contains('=') { Err(Inexpressible::Malformed("a variable's name")) } else { Ok(()) }
}

/// Text in double quotes. BuildKit reads `"x\\\\"` well; hadolint does not, so backslashes at the
/// end stand behind the quote, and an empty pair of quotes behind them.
fn quoted(text: &str) -> String {
    let inner = text.trim_end_matches('\\');
    let trailing = "\\\\".repeat(text.len() - inner.len());
    let inner = escape(inner, &['\\', '"', '$']);
    if trailing.is_empty() { ["\"", &inner, "\""].concat() } else { format!("\"{inner}\"{trailing}\"\"") }
}

/// Whether `name` is a variable to a shell: `[A-Za-z_][A-Za-z0-9_]*`.
#[must_use]
pub(crate) fn is_bare_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a variable of this name can be set, and only by ENV: ARG takes one word, as it stands there.
#[must_use]
pub(crate) fn is_for_env_alone(name: &str) -> bool {
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
    fn its_length_is_that_of_its_text() {
        let variable = Assignment::new("A", "$").unwrap();
        assert_eq!(variable.length(), variable.to_string().len());
    }

    #[test]
    fn some_names_are_for_env_alone_and_some_for_nothing() {
        for name in ["a b", "a\"b", "$x", "--x"] {
            assert!(is_for_env_alone(name), "{name}");
        }
        for name in ["A", "my-var", "", "A=B", "A\n"] {
            assert!(!is_for_env_alone(name), "{name}");
        }
    }

    #[test]
    fn a_build_arg_is_called_what_stands_there() {
        for (name, spelled) in [("A", "A=\"x\""), ("my-var", "my-var=\"x\""), ("é", "é=\"x\""), ("-u", "-u=\"x\"")] {
            assert_eq!(Assignment::arg(name, "x").unwrap().to_string(), spelled);
        }
        for name in ["", "a b", "a\"b", "$x", "a\\", "--x", "a=b", "a\u{3000}b", "a\r"] {
            assert!(Assignment::arg(name, "x").is_err(), "{name:?}");
        }
    }

    #[test]
    fn refused() {
        for (name, value) in [("", "x"), ("A=B", "x"), ("A\n", "x"), ("A", "a\nb"), ("A", "\0")] {
            assert!(Assignment::new(name, value).is_err(), "{name:?} {value:?}");
        }
        assert!(Assignment::new("A", &"x".repeat(131_069)).is_ok());
        assert_eq!(Assignment::new("A", &"x".repeat(131_070)), Err(Inexpressible::LongVariable(131_072)));
    }
}
