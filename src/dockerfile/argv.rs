//! The two forms of RUN, CMD and ENTRYPOINT: `["exec", "form"]` and `shell form`.

use std::fmt;

use super::spelling::{Inexpressible, LONGEST_ARGUMENT, fold};
use crate::escape::{escape_invisible_json, is_invisible};

/// A program and its arguments in exec form: a JSON array, run with no shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExecForm(String);

impl ExecForm {
    /// Spells an argv of any text.
    ///
    /// # Errors
    /// A word with a NUL, or longer than the kernel takes; an argv so long that its line must be
    /// folded, with no place for that.
    pub(crate) fn new<S: AsRef<str>>(argv: &[S]) -> Result<Self, Inexpressible> {
        let mut json = String::from("[");
        for (i, word) in argv.iter().map(AsRef::as_ref).enumerate() {
            check_argument(word)?;
            if i > 0 {
                json.push_str(", ");
            }
            json.push_str(&json_string(word));
        }
        json.push(']');
        Ok(Self(fold(json)?))
    }

    /// Spells an argv that a shell runs after other statements, each ended by `;`, with further
    /// variables as [`ExecForm::with_variables`] sets them.
    ///
    /// # Errors
    /// What [`ExecForm::with_variables`] refuses.
    pub(crate) fn in_shell<S: AsRef<str>>(
        statements: &str,
        variables: &[(&str, &str)],
        argv: &[S],
    ) -> Result<Self, Inexpressible> {
        let words: Vec<String> = if variables.is_empty() {
            argv.iter().map(|word| word.as_ref().to_owned()).collect()
        } else {
            env_words(variables, argv)?
        };
        let shell = ["sh".to_owned(), "-c".to_owned(), format!("{statements} exec \"$@\""), "sh".to_owned()];
        Self::new(&shell.into_iter().chain(words).collect::<Vec<_>>())
    }

    /// Spells an argv that `env` runs with further variables, whose values may hold line feeds.
    ///
    /// # Errors
    /// What [`ExecForm::new`] refuses, and what `env` would take for something else: a variable
    /// whose name is empty, begins with `-` or holds `=`, a program with `=` in its name.
    pub(crate) fn with_variables<S: AsRef<str>>(variables: &[(&str, &str)], argv: &[S]) -> Result<Self, Inexpressible> {
        Self::new(&env_words(variables, argv)?)
    }
}

/// `env NAME=value … argv`.
fn env_words<S: AsRef<str>>(variables: &[(&str, &str)], argv: &[S]) -> Result<Vec<String>, Inexpressible> {
    let is_name = |name: &str| !name.is_empty() && !name.starts_with('-') && !name.contains('=');
    if !variables.iter().all(|(name, _)| is_name(name)) {
        return Err(Inexpressible::Malformed("a command for `env`, which takes no such name of a variable"));
    }
    if argv.first().is_some_and(|program| program.as_ref().contains('=')) {
        return Err(Inexpressible::Malformed("a command for `env`, which sets a variable with a line feed"));
    }
    let assignments = variables.iter().map(|(name, value)| format!("{name}={value}"));
    let words = argv.iter().map(|word| word.as_ref().to_owned());
    Ok(std::iter::once("env".to_owned()).chain(assignments).chain(words).collect())
}

impl fmt::Display for ExecForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A command in shell form: Docker runs `/bin/sh -c` with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShellForm(String);

impl ShellForm {
    /// Takes a script that the parser hands to the shell unchanged.
    ///
    /// # Errors
    /// What BuildKit's parser would read in another way: a line feed or another control
    /// character, `<<`, a beginning that is JSON, a flag, a comment or blank, an end that is
    /// a backslash or blank. The exec form can say all of these. Also a script that is empty, holds
    /// a NUL, or is longer than the kernel takes or than lines can be folded.
    pub(crate) fn script(script: &str) -> Result<Self, Inexpressible> {
        check_argument(script)?;
        let legal = !script.is_empty()
            && !script.chars().any(|c| c != '\t' && is_invisible(c))
            && !script.contains("<<")
            && !["[", "--", "#"].iter().any(|start| script.starts_with(start))
            // the parser trims all that Unicode calls a blank
            && script.trim() == script
            && !script.ends_with('\\');
        if !legal {
            return Err(Inexpressible::Malformed("a script that the shell form can hold"));
        }
        Ok(Self(fold(script.to_owned())?))
    }

    /// Spells an argv that takes the shell's place, which so runs the very program even where it has a
    /// builtin of the same name.
    ///
    /// # Errors
    /// An empty argv, a program that begins with `-`, and what [`ShellForm::script`] refuses.
    pub(crate) fn exec<S: AsRef<str>>(argv: &[S]) -> Result<Self, Inexpressible> {
        let mut script = "exec".to_owned();
        for word in argv {
            check_argument(word.as_ref())?;
            script.push(' ');
            script.push_str(&shell_word(word.as_ref(), false));
        }
        // dash takes what looks like an option for its own
        match argv.first().map(AsRef::as_ref) {
            None => Err(Inexpressible::Malformed("a command")),
            Some(program) if program.starts_with('-') => Err(Inexpressible::Malformed("a program for `exec`")),
            Some(_) => Self::script(&script),
        }
    }

    /// Spells an argv for the shell, when the shell then runs the very same argv.
    ///
    /// # Errors
    /// A first word that the shell takes for itself (a reserved word or a builtin), an empty
    /// argv, and what [`ShellForm::script`] refuses.
    pub(crate) fn argv<S: AsRef<str>>(argv: &[S]) -> Result<Self, Inexpressible> {
        let Some(program) = argv.first().map(AsRef::as_ref) else {
            return Err(Inexpressible::Malformed("a command"));
        };
        if SHELL_WORDS.contains(&program) {
            return Err(Inexpressible::Malformed("a program that the shell would look for"));
        }
        let mut script = shell_word(program, program.contains('='));
        for word in argv.iter().skip(1) {
            check_argument(word.as_ref())?;
            script.push(' ');
            script.push_str(&shell_word(word.as_ref(), false));
        }
        Self::script(&script)
    }
}

impl fmt::Display for ShellForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Spells any text as one word that a POSIX shell reads back: bare where it is plain and not to be
/// `quoted`, else in `'…'`.
#[must_use]
pub(crate) fn shell_word(word: &str, quoted: bool) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !quoted && !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A JSON string, with what a reader can't see as `\u…`.
pub(super) fn json_string(text: &str) -> String {
    escape_invisible_json(&serde_json::Value::from(text).to_string())
}

fn check_argument(word: &str) -> Result<(), Inexpressible> {
    if word.contains('\0') {
        return Err(Inexpressible::Nul);
    }
    if word.len() > LONGEST_ARGUMENT {
        return Err(Inexpressible::LongArgument(word.len()));
    }
    Ok(())
}

/// Words that a shell does not look for as programs: the reserved words of POSIX and bash, and
/// the builtins of dash, bash and busybox, which may differ from the program of that name.
const SHELL_WORDS: &[&str] = &[
    "!",
    ".",
    ":",
    "[",
    "[[",
    "]]",
    "alias",
    "bg",
    "bind",
    "break",
    "builtin",
    "caller",
    "case",
    "cd",
    "chdir",
    "command",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "coproc",
    "declare",
    "dirs",
    "disown",
    "do",
    "done",
    "echo",
    "elif",
    "else",
    "enable",
    "esac",
    "eval",
    "exec",
    "exit",
    "export",
    "false",
    "fc",
    "fg",
    "fi",
    "for",
    "function",
    "getopts",
    "hash",
    "help",
    "history",
    "if",
    "in",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "select",
    "set",
    "shift",
    "shopt",
    "source",
    "suspend",
    "test",
    "then",
    "time",
    "times",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "until",
    "wait",
    "while",
    "{",
    "}",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exec_form() {
        for (argv, spelled) in [
            (vec!["npm", "ci"], r#"["npm", "ci"]"#),
            (vec!["a\"b", "c\\", "d\ne"], r#"["a\"b", "c\\", "d\ne"]"#),
            (vec!["$x", "<<E", "é"], r#"["$x", "<<E", "é"]"#),
            (vec!["\u{202e}\u{7f}"], r#"["\u202e\u007f"]"#),
        ] {
            assert_eq!(ExecForm::new(&argv).unwrap().to_string(), spelled);
        }
        assert!(ExecForm::new(&["a\0"]).is_err());
        assert!(ExecForm::new(&["x".repeat(131_072)]).is_err());
    }

    #[test]
    fn env_sets_what_no_env_instruction_can() {
        let form = ExecForm::with_variables(&[("A", "1\n2")], &["npm", "ci"]).unwrap();
        assert_eq!(form.to_string(), r#"["env", "A=1\n2", "npm", "ci"]"#);
        for (name, program) in [("-u", "npm"), ("", "npm"), ("A=B", "npm"), ("A", "B=1")] {
            assert!(ExecForm::with_variables(&[(name, "1\n2")], &[program]).is_err(), "{name} {program}");
        }
    }

    #[test]
    fn a_script_that_the_parser_would_read_otherwise_is_refused() {
        for script in [
            "",
            " a",
            "a ",
            "a\t",
            "a\nb",
            "a\r",
            "cat <<E",
            "[ -d x ]",
            "--x",
            "# a",
            "a \\",
            "a\u{3000}",
            "\u{a0}# a",
            "a\u{1b}",
            "a\u{202e}",
        ] {
            assert!(ShellForm::script(script).is_err(), "{script:?}");
        }
    }

    #[test]
    fn words_are_quoted_where_the_shell_would_change_them() {
        for (argv, spelled) in [
            (vec!["npm", "run", "build"], "npm run build"),
            (vec!["rm", "-rf", "src", "target/x*"], "rm -rf src 'target/x*'"),
            (vec!["A=1", "x", "B=2"], "'A=1' x B=2"),
            (vec!["npm", "it's", "", "$HOME"], r"npm 'it'\''s' '' '$HOME'"),
            (vec!["npm", "~", "a#b", "{a,b}"], "npm '~' 'a#b' '{a,b}'"),
        ] {
            assert_eq!(ShellForm::argv(&argv).unwrap().to_string(), spelled);
        }
    }

    #[test]
    fn exec_runs_the_very_program() {
        assert_eq!(ShellForm::exec(&["echo", "it's", "-n"]).unwrap().to_string(), r"exec echo 'it'\''s' -n");
        assert!(ShellForm::exec(&["-n"]).is_err(), "an option of dash's exec");
        assert!(ShellForm::exec::<&str>(&[]).is_err());
    }

    #[test]
    fn a_program_that_the_shell_takes_for_itself_is_refused() {
        for program in ["echo", "if", "time", "test", "[", "export", ":"] {
            assert!(ShellForm::argv(&[program, "x"]).is_err(), "{program}");
        }
        assert!(ShellForm::argv::<&str>(&[]).is_err());
    }
}
