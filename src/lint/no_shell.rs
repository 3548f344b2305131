//! Shell syntax in commands that are not run by a shell.

use super::Subject;
use super::programs::Program;
use super::shell_words::{Word, is_operator, is_plain, text};
use crate::compat::shlex::{Letter, Quote, split_letters};
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::dockerfile::is_bare_name;
use crate::escape::escape_invisible;

/// The longest command that the help repeats, in bytes.
const LONGEST_SHOWN: usize = 100;

/// The search limit for the end of a variable's name, in characters.
const LONGEST_NAME: usize = 200;

/// Warns about commands with shell syntax that is passed literally.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, cmd) in subject.graph.command_lines() {
        let words = split_letters(&cmd.value);
        let texts: Vec<String> = words.iter().map(|word| text(word)).collect();
        let Some(fact) = literal(&words, &texts) else { continue };
        findings.push(
            Diagnostic::new(Code::NoShell, format!("{fact}: this command is not run by a shell"))
                .at(&cmd.location)
                .with_help(wrap_help(&cmd.value)),
        );
    }
}

/// Describes the first part of a command that a shell would interpret, and what happens to it instead.
fn literal(words: &[Vec<Letter>], texts: &[String]) -> Option<String> {
    let (first, name) = (words.first()?, texts.first()?);
    let program = Program::new(name);
    if program.is_shell() {
        return None;
    }
    if is_assignment(first) {
        return Some(format!("`{name}` is run as a program"));
    }
    if name.starts_with("~/") && is_plain(first) {
        return Some(format!("`{name}` is in a directory named `~`"));
    }
    words.iter().zip(texts).skip(1).find_map(|(word, text)| literal_argument(word, text, program))
}

fn literal_argument(word: &Word, text: &str, program: Program<'_>) -> Option<String> {
    if is_operator(word, text) && !program.accepts_operator(text) {
        return Some(format!("`{text}` is passed as an argument"));
    }
    if let Some(variable) = variable(word, program) {
        return Some(format!("`{variable}` is not expanded"));
    }
    if program.accepts_files() && is_plain(word) && text.starts_with("~/") {
        return Some(format!("`{text}` is in a directory named `~`"));
    }
    let has_pattern = word.iter().any(|letter| letter.quote == Quote::Plain && matches!(letter.c, '*' | '?'));
    if program.accepts_files() && has_pattern && !text.starts_with('-') {
        return Some(format!("`{text}` is passed literally"));
    }
    None
}

/// Whether a word is an assignment before a command, as in `A=b make`.
fn is_assignment(word: &Word) -> bool {
    let name: String = word.iter().take_while(|letter| letter.c != '=').map(|letter| letter.c).collect();
    let unquoted = word.iter().take(name.len() + 1).all(|letter| letter.quote == Quote::Plain);
    name.len() < word.len() && unquoted && is_bare_name(&name)
}

/// The first variable in an argument that a shell would expand.
fn variable(word: &Word, program: Program<'_>) -> Option<String> {
    let dollars = word.iter().enumerate().filter(|(_, letter)| letter.c == '$' && letter.quote != Quote::Literal);
    let rest = |at: usize| word.iter().skip(at + 1).take(LONGEST_NAME).map(|letter| letter.c).collect::<String>();
    dollars.map(|(at, _)| rest(at)).find_map(|rest| {
        if let Some(name) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(name, _)| name) {
            return (is_bare_name(name) && !program.expands_braces()).then(|| format!("${{{name}}}"));
        }
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        (is_variable(&name) && !program.uses_dollars()).then(|| format!("${name}"))
    })
}

/// Whether a name looks like an environment variable, and not like one that the dynamic linker expands.
fn is_variable(name: &str) -> bool {
    name.len() > 1
        && is_bare_name(name)
        && name.chars().all(|c| !c.is_ascii_lowercase())
        && !["ORIGIN", "LIB", "PLATFORM"].contains(&name)
}

/// The help: the command wrapped in a shell.
fn wrap_help(cmd: &str) -> String {
    if cmd.contains('\'') || cmd.len() > LONGEST_SHOWN || escape_invisible(cmd) != cmd {
        return "wrap it: `sh -c '…'`".to_owned();
    }
    format!("wrap it: `sh -c '{cmd}'`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(cmd: &str) -> Option<String> {
        let words = split_letters(cmd);
        let texts: Vec<String> = words.iter().map(|word| text(word)).collect();
        literal(&words, &texts)
    }

    #[test]
    fn finds_shell_syntax() {
        for cmd in [
            "rm -rf src target/release/x*",
            "/bin/cp conf/?.conf /etc",
            "npm ci && npm run build",
            "cd app; make",
            "cat a | wc -l",
            "make >/dev/null 2>&1",
            "npm run build 2>/dev/null",
            "npm run $TARGET",
            "npm run \"build:$TARGET\"",
            "go build -o ${OUT}",
            "test -f x && make",
            "[ -f x ] || make",
            "find . -name x | wc -l",
            "NODE_ENV=production npm run build",
            "A='b c' npm ci",
            "~/bin/tool",
            "rm -rf ~/.cache",
        ] {
            assert!(fact(cmd).is_some(), "{cmd}");
        }
    }

    #[test]
    fn ignores_literal_arguments() {
        for cmd in [
            "",
            "rm -rf 'x*' \"y*\" z\\*",
            "sh -c 'a && b'",
            "bash -lc 'a | b' *",
            "find . -name *.pyc -exec rm {} ;",
            "pip install uvicorn[standard] x>=1.2 >=1.3",
            "npm run build:*",
            "eslint src/**/*.ts",
            "curl https://example.com/?a=b&c=d",
            "npm config set //r/:_authToken=${NPM_TOKEN}",
            "mvn -Dx=${project.version} package",
            "php -r \"echo $x;\"",
            "gcc -Wl,-rpath,$ORIGIN x.c",
            "grep ^a$ x",
            "echo '$HOME' \\$HOME",
            "expr 1 | 2",
            "go build -ldflags=\"-w -s\" ./...",
            "cargo build --features=a,b",
            "rm -rf app/[slug]",
            "'A=b' x",
            "git tag v1;2",
        ] {
            assert_eq!(fact(cmd), None, "{cmd}");
        }
    }
}
