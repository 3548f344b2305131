//! Shell syntax in commands that are not run by a shell.

use std::fmt;

use super::programs::Program;
use super::words::{Word, is_operator, is_plain, text};
use crate::compat::shlex::{Letter, Quote, split_letters};
use crate::dockerfile::is_bare_name;

/// The search limit for the end of a variable's name, in characters.
const LONGEST_NAME: usize = 200;

/// A part of a command that a shell would interpret, and that the program gets literally instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// An assignment before the command, which is run as a program.
    Assignment(String),
    /// A path that starts with `~/`.
    Home(String),
    /// An operator such as `&&`.
    Operator(String),
    /// A variable, with its `$`.
    Variable(String),
    /// A pattern of file names, for a program that does not expand patterns itself.
    Pattern(String),
    /// Any other word with characters that are special to a shell.
    Word(String),
}

impl Literal {
    /// The first part of a command line that was probably meant for a shell.
    pub(crate) fn mistake(line: &str) -> Option<Self> {
        let words = split_letters(line);
        mistake(&words, &texts(&words))
    }

    /// The first part of a command line that a shell would change if it were not quoted.
    pub(crate) fn first(line: &str) -> Option<Self> {
        let words = split_letters(line);
        let texts = texts(&words);
        let program = Program::new(texts.first()?);
        let special = || words.iter().zip(&texts).find(|(word, _)| has_special(word, program));
        mistake(&words, &texts).or_else(|| special().map(|(_, text)| Self::Word(text.clone())))
    }
}

fn texts(words: &[Vec<Letter>]) -> Vec<String> {
    words.iter().map(|word| text(word)).collect()
}

impl fmt::Display for Literal {
    /// A sentence without its end: "`&&` is passed as an argument".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assignment(word) => write!(f, "`{word}` is run as a program"),
            Self::Home(word) => write!(f, "`{word}` is in a directory named `~`"),
            Self::Operator(word) => write!(f, "`{word}` is passed as an argument"),
            Self::Variable(variable) => write!(f, "`{variable}` is not expanded"),
            Self::Pattern(word) | Self::Word(word) => write!(f, "`{word}` is passed literally"),
        }
    }
}

fn mistake(words: &[Vec<Letter>], texts: &[String]) -> Option<Literal> {
    let (first, name) = (words.first()?, texts.first()?);
    let program = Program::new(name);
    if program.is_shell() {
        return None;
    }
    if is_assignment(first) {
        return Some(Literal::Assignment(name.clone()));
    }
    if name.starts_with("~/") && is_plain(first) {
        return Some(Literal::Home(name.clone()));
    }
    words.iter().zip(texts).skip(1).find_map(|(word, text)| argument(word, text, program))
}

fn argument(word: &Word, text: &str, program: Program<'_>) -> Option<Literal> {
    if is_operator(word, text) && !program.accepts_operator(text) {
        return Some(Literal::Operator(text.to_owned()));
    }
    if let Some(variable) = variable(word, program) {
        return Some(Literal::Variable(variable));
    }
    if program.accepts_files() && is_plain(word) && text.starts_with("~/") {
        return Some(Literal::Home(text.to_owned()));
    }
    let has_pattern = word.iter().any(|letter| letter.quote == Quote::Plain && matches!(letter.c, '*' | '?'));
    if program.accepts_files() && has_pattern && !text.starts_with('-') {
        return Some(Literal::Pattern(text.to_owned()));
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

/// Whether a word has unquoted characters that a shell would interpret. Brackets and braces count only for
/// a program that accepts file names: elsewhere, as in `uvicorn[standard]`, a shell would hardly find a
/// file to put in their place.
fn has_special(word: &Word, program: Program<'_>) -> bool {
    let is_special = |c: char| "*?$`&|;<>()".contains(c) || program.accepts_files() && "[{".contains(c);
    word.iter().any(|letter| letter.quote == Quote::Plain && is_special(letter.c))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(Literal::mistake(cmd).is_some(), "{cmd}");
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
            assert_eq!(Literal::mistake(cmd), None, "{cmd}");
        }
    }

    #[test]
    fn other_words_that_a_shell_would_change() {
        for (cmd, word) in [
            ("find . -name *.pyc -exec rm {} ;", Some("*.pyc")),
            ("pip install x>=1.2", Some("x>=1.2")),
            ("bash -lc 'a | b' *", Some("*")),
            ("mvn -Dx=${project.version} package", Some("-Dx=${project.version}")),
            ("rm -rf app/[slug]", Some("app/[slug]")),
            ("pip install uvicorn[standard]", None),
            ("find . -exec rm '{}' ';'", None),
            ("git show HEAD~1^", None),
            ("go build -ldflags=\"-w -s\"", None),
        ] {
            assert_eq!(Literal::first(cmd), word.map(|word| Literal::Word(word.to_owned())), "{cmd}");
        }
        assert_eq!(Literal::first("npm ci && x *"), Some(Literal::Operator("&&".to_owned())));
    }
}
