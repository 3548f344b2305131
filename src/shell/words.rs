//! Words of a command line, classified as a shell would.

use crate::compat::shlex::{Letter, Quote};

pub(crate) type Word = [Letter];

pub(crate) fn text(word: &Word) -> String {
    word.iter().map(|letter| letter.c).collect()
}

pub(crate) fn is_plain(word: &Word) -> bool {
    word.iter().all(|letter| letter.quote == Quote::Plain)
}

/// Whether a word is an operator such as `&&`. Version requirements such as `>=1.2` are not.
pub(crate) fn is_operator(word: &Word, text: &str) -> bool {
    const OPERATORS: [&str; 14] = ["&&", "||", "|", "|&", ";", "&", ">", ">>", "<", "2>", "2>>", "&>", "2>&1", "1>&2"];
    let redirects = || {
        let to = [">>", ">", "2>>", "2>", "&>"].iter().find_map(|operator| text.strip_prefix(operator));
        to.is_some_and(|to| to.starts_with(['/', '.', '&']))
    };
    let ends = || text.len() > 1 && text.ends_with(';') && text.starts_with(|c: char| c.is_ascii_alphanumeric());
    is_plain(word) && (OPERATORS.contains(&text) || redirects() || ends())
}
