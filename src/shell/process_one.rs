//! The process of a start command: whether bash, which runs it, becomes the program or stays process 1.
//!
//! Docker sends its stop signal to process 1 only, and a bash that waits for a program ignores it.

use crate::dockerfile::{is_bare_name, is_shell_word};

/// The process 1 of `bash -c SCRIPT`, after the commands before the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProcessOne {
    /// The last command: the shell replaces itself.
    Program,
    /// The last command in bash 5.1 and later. `exec` at this offset makes it so in every shell.
    ProgramOfList {
        /// The offset of the last command's first word.
        exec_at: usize,
    },
    /// The shell, which waits for the last command.
    Shell {
        /// The offset at which `exec` makes the last command process 1. `None` if nothing surely does.
        exec_at: Option<usize>,
    },
    /// Not known: the script has a construct that isn't read here.
    Unknown,
}

impl ProcessOne {
    /// Reads a script. Whatever is unusual is [`ProcessOne::Unknown`].
    pub(crate) fn parse(script: &str) -> Self {
        Reader::new(script).read().unwrap_or(Self::Unknown)
    }

    /// The script with `exec` before its last command. `None` if the program is process 1 without it, or if
    /// it could change what the script does.
    pub(crate) fn with_exec(script: &str) -> Option<String> {
        let (Self::ProgramOfList { exec_at } | Self::Shell { exec_at: Some(exec_at) }) = Self::parse(script) else {
            return None;
        };
        let (before, command) = script.split_at_checked(exec_at)?;
        Some(format!("{before}exec {command}"))
    }
}

/// An operator between two commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// `;` or a line feed.
    Then,
    And,
    Or,
    Pipe,
}

/// A simple command.
#[derive(Debug, Default)]
struct SimpleCommand<'a> {
    /// The first word after the assignments.
    program: Option<Word<'a>>,
    has_assignment: bool,
    has_redirection: bool,
}

impl SimpleCommand<'_> {
    fn is_empty(&self) -> bool {
        self.program.is_none() && !self.has_assignment && !self.has_redirection
    }
}

/// A word as it is written.
#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    text: &'a str,
    /// Its offset in the script.
    at: usize,
}

impl Word<'_> {
    /// Whether the word stands for itself: no quotes, no expansion.
    fn is_literal(self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_@%+:,./-".contains(&byte))
    }

    fn is_assignment(self) -> bool {
        self.text.split_once('=').is_some_and(|(name, _)| is_bare_name(name))
    }

    fn is_descriptor(self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// Builtins that don't change how the commands after them run.
const HARMLESS: &[&str] =
    &[":", "[", "cd", "echo", "export", "printf", "set", "test", "true", "ulimit", "umask", "unset"];

const BLANKS: [char; 2] = [' ', '\t'];
const BLANKS_AND_LINES: [char; 3] = [' ', '\t', '\n'];

/// Reads a script. The methods return `None` for what they don't know.
struct Reader<'a> {
    script: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn new(script: &'a str) -> Self {
        Self { script, rest: script.trim_start_matches(BLANKS_AND_LINES) }
    }

    fn read(&mut self) -> Option<ProcessOne> {
        let mut operators: Vec<Operator> = Vec::new();
        let mut last = self.command()?;
        while !self.rest.is_empty() {
            let operator = self.operator()?;
            if operator == Operator::Then && self.rest.is_empty() {
                break;
            }
            if !last.program.is_none_or(is_harmless) {
                return None;
            }
            operators.push(operator);
            last = self.command()?;
        }
        let program = last.program?;
        let before = operators.last();
        if program.text == "exec" && before != Some(&Operator::Pipe) {
            return Some(ProcessOne::Program);
        }
        if is_shell_word(program.text) {
            return None;
        }
        // a program that begins with a dash would be an option of `exec`
        let exec_at = (program.is_literal() && !program.text.starts_with('-')).then_some(program.at);
        let list = operators.rsplit(|operator| *operator == Operator::Then).next().unwrap_or_default();
        match before {
            Some(Operator::Pipe) => Some(ProcessOne::Shell { exec_at: None }),
            // another command of the list may be the one that keeps running
            _ if list.contains(&Operator::Or) => None,
            _ if last.has_redirection => Some(ProcessOne::Shell { exec_at }),
            None => Some(ProcessOne::Program),
            Some(_) => Some(exec_at.map_or(ProcessOne::Program, |exec_at| ProcessOne::ProgramOfList { exec_at })),
        }
    }

    /// The operator after a command.
    fn operator(&mut self) -> Option<Operator> {
        const OPERATORS: [(&str, Operator); 5] = [
            ("&&", Operator::And),
            ("||", Operator::Or),
            ("|", Operator::Pipe),
            (";", Operator::Then),
            ("\n", Operator::Then),
        ];
        let (text, operator) = OPERATORS.into_iter().find(|(text, _)| self.rest.starts_with(text))?;
        let after = self.rest.get(text.len()..)?;
        // `|&`, `;;` and `;&` are operators of their own
        if after.starts_with(['&', ';']) {
            return None;
        }
        self.rest = after.trim_start_matches(BLANKS_AND_LINES);
        Some(operator)
    }

    /// The simple command up to the next operator.
    fn command(&mut self) -> Option<SimpleCommand<'a>> {
        let mut command = SimpleCommand::default();
        loop {
            self.rest = self.rest.trim_start_matches(BLANKS);
            if self.rest.starts_with(['<', '>']) || self.rest.starts_with("&>") {
                self.redirection()?;
                command.has_redirection = true;
            } else if self.rest.is_empty() || self.rest.starts_with([';', '\n', '|', '&']) {
                return Some(command).filter(|command| !command.is_empty());
            } else {
                let word = self.word()?;
                // a variable for the descriptor: `{name}>file`
                let is_redirected = self.rest.starts_with(['<', '>']);
                if is_redirected && word.text.starts_with('{') {
                    return None;
                }
                if is_redirected && word.is_descriptor() {
                    continue;
                }
                if command.program.is_none() && word.is_assignment() {
                    command.has_assignment = true;
                } else {
                    command.program = command.program.or(Some(word));
                }
            }
        }
    }

    /// A redirection, but no heredoc.
    fn redirection(&mut self) -> Option<()> {
        const OPERATORS: [&str; 9] = ["&>>", "&>", ">>", ">&", ">|", ">", "<&", "<>", "<"];
        let operator = OPERATORS.into_iter().find(|operator| self.rest.starts_with(operator))?;
        self.rest = self.rest.get(operator.len()..)?.trim_start_matches(BLANKS);
        self.word().map(drop)
    }

    fn word(&mut self) -> Option<Word<'a>> {
        let at = self.script.len() - self.rest.len();
        let start = self.rest;
        if start.starts_with('#') {
            return None;
        }
        while let Some(c) = self.rest.chars().next() {
            if BLANKS_AND_LINES.contains(&c) || ";|&<>".contains(c) {
                break;
            }
            self.rest = self.rest.get(c.len_utf8()..)?;
            match c {
                '(' | ')' | '`' => return None,
                '\\' => self.escaped()?,
                '$' if self.rest.starts_with(['\'', '"']) => return None,
                '$' => self.parameter()?,
                '\'' => self.rest = self.rest.split_once('\'')?.1,
                '"' => self.double_quoted()?,
                _ => {}
            }
        }
        let text = start.get(..start.len() - self.rest.len()).filter(|text| !text.is_empty())?;
        Some(Word { text, at })
    }

    /// The character after a backslash.
    fn escaped(&mut self) -> Option<()> {
        let c = self.rest.chars().next().filter(|c| *c != '\n')?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(())
    }

    /// What follows a `$`, but no command: `$NAME`, `${NAME:-default}`.
    fn parameter(&mut self) -> Option<()> {
        if self.rest.starts_with('(') {
            return None;
        }
        if let Some(inner) = self.rest.strip_prefix('{') {
            let (parameter, after) = inner.split_once('}')?;
            self.rest = after;
            return (!parameter.contains(['\'', '"', '`', '$', '\\', '{', '\n'])).then_some(());
        }
        Some(())
    }

    /// The text up to the quote that ends it.
    fn double_quoted(&mut self) -> Option<()> {
        loop {
            let c = self.rest.chars().next()?;
            self.rest = self.rest.get(c.len_utf8()..)?;
            match c {
                '"' => return Some(()),
                '`' => return None,
                '\\' => self.escaped()?,
                '$' => self.parameter()?,
                _ => {}
            }
        }
    }
}

/// Whether a command leaves the commands after it as they are: no `trap`, no alias, nothing evaluated.
fn is_harmless(program: Word<'_>) -> bool {
    HARMLESS.contains(&program.text) || program.is_literal() && !is_shell_word(program.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_exec(script: &str) -> String {
        ProcessOne::with_exec(script).unwrap_or_else(|| panic!("{script}: {:?}", ProcessOne::parse(script)))
    }

    #[test]
    fn exec_comes_before_the_last_command() {
        for (script, expected) in [
            ("caddy run --config /Caddyfile 2>&1", "exec caddy run --config /Caddyfile 2>&1"),
            ("migrate && serve", "migrate && exec serve"),
            ("migrate; serve", "migrate; exec serve"),
            (
                "cd /app && A=1 B=\"$x y\" ./serve -p ${PORT:-3000} > log 2>&1;",
                "cd /app && A=1 B=\"$x y\" exec ./serve -p ${PORT:-3000} > log 2>&1;",
            ),
            ("a\nb\n", "a\nexec b\n"),
            ("a || true; serve", "a || true; exec serve"),
            ("a | b && serve 'x | y'", "a | b && exec serve 'x | y'"),
            ("serve &> log", "exec serve &> log"),
            ("serve>log", "exec serve>log"),
            ("2>&1 serve \"a\\\"b\" \\; c", "2>&1 exec serve \"a\\\"b\" \\; c"),
            ("A=1; serve", "A=1; exec serve"),
            ("[ -d x ] && serve {a,b} é", "[ -d x ] && exec serve {a,b} é"),
        ] {
            assert_eq!(with_exec(script), expected);
        }
    }

    #[test]
    fn shell_stays_before_a_redirection_and_in_a_pipe() {
        for (script, exec_at) in [
            ("serve 2>&1", Some(0)),
            ("a && serve >x", Some(5)),
            ("serve | tee x", None),
            ("$SERVE 2>&1", None),
            ("'serve' <x", None),
            ("-c 2>&1", None),
        ] {
            assert_eq!(ProcessOne::parse(script), ProcessOne::Shell { exec_at }, "{script}");
        }
    }

    #[test]
    fn shell_replaces_itself_with_a_simple_command() {
        for script in [
            "npm start",
            "A=1 npm start",
            "npm start;",
            "exec npm start 2>&1",
            "a && exec b",
            "$APP",
            "x && \"$APP\" $ARGS",
        ] {
            assert_eq!(ProcessOne::parse(script), ProcessOne::Program, "{script}");
            assert_eq!(ProcessOne::with_exec(script), None);
        }
    }

    #[test]
    fn unusual_scripts_are_unknown() {
        for script in [
            "",
            " ",
            "&& a",
            "a &",
            "a & b",
            "a |& b",
            "a ;; b",
            "(a)",
            "{ a; }",
            "if a; then b 2>&1; fi",
            "! a 2>&1",
            "time a 2>&1",
            "a || b 2>&1",
            "a && b || c",
            "trap x EXIT; a 2>&1",
            "eval x; a",
            ". ./env && a",
            "$X; a 2>&1",
            "f() { b; }; a",
            "a `b` 2>&1",
            "a $(b) 2>&1",
            "a \"$(b)\" 2>&1",
            "a <<E",
            "a <<<x",
            "a <(b)",
            "a > >(b)",
            "a # b",
            "a 'b",
            "a \"b",
            "a ${b",
            "a ${b:-\"c\"} 2>&1",
            "a $'b' 2>&1",
            "a \\\n2>&1",
            "a 2>",
            "wait 2>&1",
            "cd x 2>&1",
            "A=1",
            "{fd}>x a",
            "exec 2>&1; a",
            "a && [[ x < y ]]",
            "a |",
            "a &&",
            "a\\",
        ] {
            assert_eq!(ProcessOne::parse(script), ProcessOne::Unknown, "{script}");
        }
    }
}
