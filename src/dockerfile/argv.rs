//! The two forms of RUN, CMD and ENTRYPOINT: `["exec", "form"]` and `shell form`.

use std::fmt;

use super::layout::Layout;
use super::shell_words::{reads_as, shell_word};
use super::spelling::{Inexpressible, LONGEST_ARGUMENT, fold};
use crate::escape::{escape_invisible_json, is_invisible};

/// A program and its arguments in exec form: a JSON array, run without a shell.
///
/// Its pieces are the words as JSON strings, each with the bracket or comma beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExecForm(Vec<String>);

impl ExecForm {
    /// Spells an argv, whose words may be any text.
    ///
    /// # Errors
    /// A word that contains a NUL or exceeds the kernel's limit; an argv that exceeds the line limit and
    /// can't be folded.
    pub(crate) fn new<S: AsRef<str>>(argv: &[S]) -> Result<Self, Inexpressible> {
        let mut pieces = Vec::with_capacity(argv.len());
        for (at, word) in argv.iter().map(AsRef::as_ref).enumerate() {
            check_argument(word)?;
            let start = if at == 0 { "[" } else { "" };
            let end = if at + 1 == argv.len() { "]" } else { "," };
            pieces.push(format!("{start}{}{end}", json_string(word)));
        }
        if pieces.is_empty() {
            pieces.push("[]".to_owned());
        }
        let form = Self(pieces);
        fold(form.to_string())?;
        Ok(form)
    }

    /// The form in lines that are broken between words.
    pub(super) fn layout(&self, nested: bool) -> Layout {
        Layout::pieces(&self.0, nested)
    }

    /// Spells an argv that a shell runs after other statements, each of which ends with `;`. The argv gets
    /// additional variables as in [`ExecForm::with_variables`].
    ///
    /// # Errors
    /// Those of [`ExecForm::with_variables`].
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

    /// Spells an argv that `env` runs with additional variables, whose values may contain line feeds.
    ///
    /// # Errors
    /// Those of [`ExecForm::new`], and anything that `env` would misread: a variable whose name is empty,
    /// starts with `-` or contains `=`, and a program with `=` in its name.
    pub(crate) fn with_variables<S: AsRef<str>>(variables: &[(&str, &str)], argv: &[S]) -> Result<Self, Inexpressible> {
        Self::new(&env_words(variables, argv)?)
    }
}

/// The words of `env NAME=value … argv`.
fn env_words<S: AsRef<str>>(variables: &[(&str, &str)], argv: &[S]) -> Result<Vec<String>, Inexpressible> {
    let is_name = |name: &str| !name.is_empty() && !name.starts_with('-') && !name.contains('=');
    if !variables.iter().all(|(name, _)| is_name(name)) {
        return Err(Inexpressible::Malformed("a command that `env` can run: the name of a variable would be misread"));
    }
    if argv.first().is_some_and(|program| program.as_ref().contains('=')) {
        return Err(Inexpressible::Malformed("a command that `env` can run, as a multi-line variable requires"));
    }
    let assignments = variables.iter().map(|(name, value)| format!("{name}={value}"));
    let words = argv.iter().map(|word| word.as_ref().to_owned());
    Ok(std::iter::once("env".to_owned()).chain(assignments).chain(words).collect())
}

impl fmt::Display for ExecForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// A command in shell form, which Docker passes to `/bin/sh -c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShellForm(String);

impl ShellForm {
    /// Accepts a script that the parser passes to the shell unchanged.
    ///
    /// # Errors
    /// A script that BuildKit's parser or a reader would misread: one that contains a line feed, another
    /// invisible character except a tab, or `<<`; starts with JSON, a flag, a comment or whitespace; or
    /// ends with a backslash or whitespace. The exec form can express all of these. Also a script that is
    /// empty, contains a NUL, exceeds the kernel's limit, or can't be folded.
    pub(crate) fn script(script: &str) -> Result<Self, Inexpressible> {
        check_argument(script)?;
        let legal = !script.is_empty()
            && !script.chars().any(|c| c != '\t' && is_invisible(c))
            && !script.contains("<<")
            && !["[", "--", "#"].iter().any(|start| script.starts_with(start))
            // the parser trims all Unicode whitespace
            && script.trim() == script
            && !script.ends_with('\\');
        if !legal {
            return Err(Inexpressible::Malformed("a script that the shell form can express"));
        }
        fold(script.to_owned())?;
        Ok(Self(script.to_owned()))
    }

    /// Spells an argv for `exec`, which replaces the shell with the program itself, even if the shell has
    /// a builtin of the same name. The command line is kept if the shell reads this argv from it.
    ///
    /// # Errors
    /// An empty argv, a program that starts with `-`, and the errors of [`ShellForm::script`].
    pub(crate) fn exec<S: AsRef<str>>(line: &str, argv: &[S]) -> Result<Self, Inexpressible> {
        // dash would treat a program that starts with `-` as an option of `exec`
        match argv.first().map(AsRef::as_ref) {
            None => Err(Inexpressible::Malformed("a command")),
            Some(program) if program.starts_with('-') => Err(Inexpressible::Malformed("a program for `exec`")),
            Some(_) => Self::script(&format!("exec {}", spell(line, argv)?)),
        }
    }

    /// Spells an argv for the shell, if the shell then runs exactly that argv. The command line is kept if
    /// the shell reads this argv from it.
    ///
    /// # Errors
    /// A first word that the shell handles itself (a reserved word or a builtin), an empty argv, and the
    /// errors of [`ShellForm::script`].
    pub(crate) fn argv<S: AsRef<str>>(line: &str, argv: &[S]) -> Result<Self, Inexpressible> {
        let Some((program, arguments)) = argv.split_first() else {
            return Err(Inexpressible::Malformed("a command"));
        };
        let program = program.as_ref();
        if is_shell_word(program) {
            return Err(Inexpressible::Malformed("a program that the shell looks up"));
        }
        if !program.contains('=') {
            return Self::script(&spell(line, argv)?);
        }
        // without quotes, it would be an assignment
        let mut script = shell_word(program, true);
        if !arguments.is_empty() {
            script.push(' ');
            script.push_str(&spell("", arguments)?);
        }
        Self::script(&script)
    }

    /// The maximum number of bytes that the shell gets: breaks add blanks.
    pub(crate) fn length(&self) -> usize {
        self.layout(true).joined_length()
    }

    /// The form in lines from which the shell reads the same.
    pub(super) fn layout(&self, nested: bool) -> Layout {
        Layout::script(&self.0, nested)
    }
}

/// Spells words for a shell, as in a command line if the shell reads the same words from it.
fn spell<S: AsRef<str>>(line: &str, words: &[S]) -> Result<String, Inexpressible> {
    words.iter().try_for_each(|word| check_argument(word.as_ref()))?;
    let line = line.trim_matches(' ');
    if reads_as(line, words) {
        return Ok(line.to_owned());
    }
    Ok(words.iter().map(|word| shell_word(word.as_ref(), false)).collect::<Vec<_>>().join(" "))
}

impl fmt::Display for ShellForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A JSON string with invisible characters escaped as `\uXXXX`.
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

/// Whether a shell doesn't look up a word as a program.
pub(crate) fn is_shell_word(word: &str) -> bool {
    SHELL_WORDS.contains(&word)
}

/// Words that a shell doesn't look up as programs: the reserved words of POSIX and bash, and the builtins
/// of dash, bash and busybox, which may differ from the programs of the same names.
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
    fn env_sets_multi_line_variables() {
        let form = ExecForm::with_variables(&[("A", "1\n2")], &["npm", "ci"]).unwrap();
        assert_eq!(form.to_string(), r#"["env", "A=1\n2", "npm", "ci"]"#);
        for (name, program) in [("-u", "npm"), ("", "npm"), ("A=B", "npm"), ("A", "B=1")] {
            assert!(ExecForm::with_variables(&[(name, "1\n2")], &[program]).is_err(), "{name} {program}");
        }
    }

    #[test]
    fn scripts_that_the_parser_would_misread_are_rejected() {
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
    fn words_are_quoted_if_the_shell_would_change_them() {
        for (argv, spelled) in [
            (vec!["npm", "run", "build"], "npm run build"),
            (vec!["rm", "-rf", "src", "target/x*"], "rm -rf src 'target/x*'"),
            (vec!["A=1", "x", "B=2"], "'A=1' x B=2"),
            (vec!["npm", "it's", "", "$HOME"], r"npm 'it'\''s' '' '$HOME'"),
            (vec!["npm", "~", "a#b", "{a,b}"], "npm '~' 'a#b' '{a,b}'"),
        ] {
            assert_eq!(ShellForm::argv("", &argv).unwrap().to_string(), spelled);
        }
    }

    #[test]
    fn command_line_is_kept_if_the_shell_reads_the_same_words() {
        let argv = ["go", "build", "-ldflags=-w -s"];
        let line = r#" go  build -ldflags="-w -s" "#;
        assert_eq!(ShellForm::argv(line, &argv).unwrap().to_string(), line.trim());
        assert_eq!(ShellForm::exec(line, &argv).unwrap().to_string(), format!("exec {}", line.trim()));
        assert_eq!(ShellForm::argv("go build x", &argv).unwrap().to_string(), "go build '-ldflags=-w -s'");
        assert_eq!(ShellForm::argv("A=1 x 'y'", &["A=1", "x", "y"]).unwrap().to_string(), "'A=1' x y");
        assert!(ShellForm::argv("'if' x", &["if", "x"]).is_err());
    }

    #[test]
    fn exec_runs_the_program_itself() {
        assert_eq!(ShellForm::exec("", &["echo", "it's", "-n"]).unwrap().to_string(), r"exec echo 'it'\''s' -n");
        assert!(ShellForm::exec("", &["-n"]).is_err(), "an option of dash's exec");
        assert!(ShellForm::exec::<&str>("", &[]).is_err());
    }

    #[test]
    fn reserved_words_and_builtins_are_rejected() {
        for program in ["echo", "if", "time", "test", "[", "export", ":"] {
            assert!(ShellForm::argv("", &[program, "x"]).is_err(), "{program}");
        }
        assert!(ShellForm::argv::<&str>("", &[]).is_err());
    }
}
