//! Shell syntax in commands that no shell runs.

use super::programs::Program;
use crate::diagnostic::{Diagnostic, Findings};
use crate::graph::{Graph, StepId};
use crate::lower::words::{Letter, Quote, split_letters};
use crate::plan::{Command, Located};
use crate::visible::visible;

pub(super) type Word = [Letter];

/// Longer commands are not repeated in a message.
const LONGEST_SHOWN: usize = 100;

/// How far from its beginning the end of a name is looked for.
const LONGEST_NAME: usize = 200;

/// Warns of commands in which something is left to a shell that is not there.
pub(super) fn check(graph: &Graph<'_>, findings: &mut Findings) {
    for (_, cmd) in commands(graph) {
        let words = split_letters(&cmd.value);
        let texts: Vec<String> = words.iter().map(|word| text(word)).collect();
        let Some(message) = unobeyed(&words, &texts) else { continue };
        findings.push(
            Diagnostic::warning("no-shell", format!("no shell runs this command, so {message}"))
                .at(&cmd.place)
                .with_help(in_a_shell(&cmd.value)),
        );
    }
}

/// The command lines of the steps that the image needs.
pub(super) fn commands<'p>(graph: &Graph<'p>) -> impl Iterator<Item = (StepId, &'p Located<String>)> {
    let commands = graph.needed().flat_map(|(id, node)| node.step.commands.iter().map(move |command| (id, command)));
    commands.filter_map(|(id, command)| match command {
        Command::Exec { cmd, .. } => Some((id, cmd)),
        _ => None,
    })
}

pub(super) fn text(word: &Word) -> String {
    word.iter().map(|letter| letter.c).collect()
}

pub(super) fn is_plain(word: &Word) -> bool {
    word.iter().all(|letter| letter.quote == Quote::Plain)
}

/// What of a command a shell would have done something with.
fn unobeyed(words: &[Vec<Letter>], texts: &[String]) -> Option<String> {
    let (first, name) = (words.first()?, texts.first()?);
    let program = Program::new(name);
    if program.is_shell() {
        return None;
    }
    if is_assignment(first) {
        return Some(format!("`{name}` is taken for a program"));
    }
    if name.starts_with("~/") && is_plain(first) {
        return Some(format!("`{name}` is taken for a folder called `~`"));
    }
    words.iter().zip(texts).skip(1).find_map(|(word, text)| unobeyed_argument(word, text, program))
}

fn unobeyed_argument(word: &Word, text: &str, program: Program<'_>) -> Option<String> {
    if is_operator(word, text) && !program.knows_operator(text) {
        return Some(format!("`{text}` is one of its arguments"));
    }
    if let Some(variable) = variable(word, program) {
        return Some(format!("`{variable}` stays as it is"));
    }
    if program.takes_files() && is_plain(word) && text.starts_with("~/") {
        return Some(format!("`{text}` is in a folder called `~`"));
    }
    let has_pattern = word.iter().any(|letter| letter.quote == Quote::Plain && matches!(letter.c, '*' | '?'));
    if program.takes_files() && has_pattern && !text.starts_with('-') {
        return Some(format!("`{text}` is the name of one file"));
    }
    None
}

/// `A=b` in front of a command.
fn is_assignment(word: &Word) -> bool {
    let name: String = word.iter().take_while(|letter| letter.c != '=').map(|letter| letter.c).collect();
    let unquoted = word.iter().take(name.len() + 1).all(|letter| letter.quote == Quote::Plain);
    name.len() < word.len() && unquoted && is_name(&name)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `&&` and the like. A version such as `>=1.2` is none.
pub(super) fn is_operator(word: &Word, text: &str) -> bool {
    const OPERATORS: [&str; 14] = ["&&", "||", "|", "|&", ";", "&", ">", ">>", "<", "2>", "2>>", "&>", "2>&1", "1>&2"];
    let redirects = || {
        let to = [">>", ">", "2>>", "2>", "&>"].iter().find_map(|operator| text.strip_prefix(operator));
        to.is_some_and(|to| to.starts_with(['/', '.', '&']))
    };
    let ends = || text.len() > 1 && text.ends_with(';') && text.starts_with(|c: char| c.is_ascii_alphanumeric());
    is_plain(word) && (OPERATORS.contains(&text) || redirects() || ends())
}

/// A variable in an argument that a shell would replace.
fn variable(word: &Word, program: Program<'_>) -> Option<String> {
    let dollars = word.iter().enumerate().filter(|(_, letter)| letter.c == '$' && letter.quote != Quote::Literal);
    let rest = |at: usize| word.iter().skip(at + 1).take(LONGEST_NAME).map(|letter| letter.c).collect::<String>();
    dollars.map(|(at, _)| rest(at)).find_map(|rest| {
        if let Some(name) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(name, _)| name) {
            return (is_name(name) && !program.knows_braces()).then(|| format!("${{{name}}}"));
        }
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        (is_variable(&name) && !program.knows_dollars()).then(|| format!("${name}"))
    })
}

/// Whether a name is that of an environment variable. The linker has some of its own.
fn is_variable(name: &str) -> bool {
    name.len() > 1
        && is_name(name)
        && name.chars().all(|c| !c.is_ascii_lowercase())
        && !["ORIGIN", "LIB", "PLATFORM"].contains(&name)
}

/// How to have a shell run a command.
fn in_a_shell(cmd: &str) -> String {
    if cmd.contains('\'') || cmd.len() > LONGEST_SHOWN || visible(cmd) != cmd {
        return "let one run it: put `sh -c '…'` around the command".to_owned();
    }
    format!("let one run it: `sh -c '{cmd}'`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(cmd: &str) -> Option<String> {
        let words = split_letters(cmd);
        let texts: Vec<String> = words.iter().map(|word| text(word)).collect();
        unobeyed(&words, &texts)
    }

    #[test]
    fn what_a_shell_would_have_done() {
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
            assert!(said(cmd).is_some(), "{cmd}");
        }
    }

    #[test]
    fn what_is_meant_as_it_stands() {
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
            assert_eq!(said(cmd), None, "{cmd}");
        }
    }
}
