//! The pieces of a script, between the blanks at which it can be broken.
//!
//! The reader knows a part of the shell's grammar (POSIX, and what bash adds to it) and gives up on the
//! rest: from the first text that it is not sure of, the script is one piece.

use crate::dockerfile::shell_words::is_plain;

/// A part of a script. The shell reads any number of blanks between two of them as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'s> {
    pub(super) text: &'s str,
    pub(super) kind: Kind,
}

/// The role of a piece in a list of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word of a command, or anything else.
    Word,
    /// `&&` or `||`
    AndOr,
    /// `|`
    Pipe,
    /// A word with a `;` at its end, or only a `;`.
    End,
}

impl<'s> Piece<'s> {
    /// The piece without a final `;`, if it is one word with nothing to quote or expand.
    pub(super) fn plain_word(&self) -> Option<&'s str> {
        let word = match self.kind {
            Kind::Word => self.text,
            Kind::End => self.text.strip_suffix(';')?,
            Kind::AndOr | Kind::Pipe => return None,
        };
        (!word.is_empty() && word.chars().all(is_plain)).then_some(word)
    }
}

/// Splits a script of one line. The operators of a compound command, such as `if`, and all operators after
/// it are words.
pub(super) fn split(script: &str) -> Vec<Piece<'_>> {
    let mut reader = Reader { rest: script, last: None, in_compound: false, depth: 0 };
    std::iter::from_fn(|| reader.piece()).collect()
}

/// Words that start a compound command.
const COMPOUND: [&str; 8] = ["if", "while", "until", "for", "case", "select", "function", "{"];

/// The maximum depth of substitutions in substitutions.
const MAX_DEPTH: usize = 8;

struct Reader<'s> {
    rest: &'s str,
    /// The last character of the piece: a quote for everything that is quoted, escaped or expanded.
    last: Option<char>,
    /// Whether a compound command has started.
    in_compound: bool,
    /// The number of substitutions around the current character.
    depth: usize,
}

/// A text that the reader is not sure of.
struct Unsure;

impl<'s> Reader<'s> {
    fn piece(&mut self) -> Option<Piece<'s>> {
        self.skip_blanks();
        let start = self.rest;
        self.last = None;
        let read = self.word();
        let text = self.since(start);
        // bash reads a pattern after `[[`, in which blanks can count
        if read.is_err() || text.ends_with("[[") {
            self.rest = "";
            return Some(Piece { text: start, kind: Kind::Word });
        }
        self.in_compound |= COMPOUND.contains(&text);
        (!text.is_empty()).then(|| Piece { text, kind: self.kind(text) })
    }

    fn kind(&self, text: &str) -> Kind {
        match text {
            _ if self.in_compound => Kind::Word,
            "&&" | "||" => Kind::AndOr,
            "|" | "|&" => Kind::Pipe,
            _ if self.last == Some(';') && !text.ends_with(";;") => Kind::End,
            _ => Kind::Word,
        }
    }

    fn word(&mut self) -> Result<(), Unsure> {
        while let Some(c) = self.peek() {
            match c {
                // the file of a redirection stays beside its operator
                ' ' | '\t' if matches!(self.last, Some('<' | '>')) => self.skip_blanks(),
                ' ' | '\t' => return self.end_of_word(),
                '(' => self.parenthesis()?,
                c => self.part(c)?,
            }
        }
        Ok(())
    }

    /// A quoted, escaped or expanded part of a word, or one other character.
    fn part(&mut self, c: char) -> Result<(), Unsure> {
        match c {
            '\'' => self.single_quoted()?,
            '"' => self.double_quoted()?,
            '\\' => self.escaped()?,
            '$' => self.dollar(false)?,
            '#' if matches!(self.last, None | Some(';' | '|' | '&' | '(' | ')' | '<' | '>')) => return Err(Unsure),
            '`' => return Err(Unsure),
            '<' if self.last == Some('<') => return Err(Unsure),
            '[' if !self.closes_bracket() => return Err(Unsure),
            c if c.is_control() || c.is_whitespace() => return Err(Unsure),
            c => self.take(c),
        }
        Ok(())
    }

    /// A comment, in which blanks count, stays on the line before it: Docker drops a line that starts with
    /// a comment.
    fn end_of_word(&self) -> Result<(), Unsure> {
        if self.rest.trim_start_matches([' ', '\t']).starts_with('#') { Err(Unsure) } else { Ok(()) }
    }

    fn single_quoted(&mut self) -> Result<(), Unsure> {
        self.skip('\'');
        let (_, rest) = self.rest.split_once('\'').ok_or(Unsure)?;
        self.rest = rest;
        Ok(())
    }

    fn double_quoted(&mut self) -> Result<(), Unsure> {
        self.skip('"');
        loop {
            match self.peek().ok_or(Unsure)? {
                '`' => return Err(Unsure),
                '\\' => self.escaped()?,
                '$' => self.dollar(true)?,
                c => {
                    self.skip(c);
                    if c == '"' {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn escaped(&mut self) -> Result<(), Unsure> {
        self.skip('\\');
        let escaped = self.peek().ok_or(Unsure)?;
        self.skip(escaped);
        Ok(())
    }

    /// Whether a `[` has no blanks and quotes before its `]`. In bash, the subscript of an array can have them.
    fn closes_bracket(&self) -> bool {
        let is_subscript = self.last.is_some_and(|last| last.is_alphanumeric() || last == '_');
        let end = self.rest.find([' ', '\t', '\'', '"', '\\', '`', ']']);
        !is_subscript || end.is_some_and(|end| self.rest.get(end..).is_some_and(|rest| rest.starts_with(']')))
    }

    /// A `$`, and the substitution that it starts. Any other character after it is read on its own. Shells
    /// disagree about `"$$("`.
    fn dollar(&mut self, quoted: bool) -> Result<(), Unsure> {
        if self.rest.starts_with("$$(") {
            return Err(Unsure);
        }
        self.skip('$');
        match self.peek() {
            Some('(') => self.command(),
            Some('{') => self.parameter(),
            Some('[') => Err(Unsure),
            Some('\'' | '"') if !quoted => Err(Unsure),
            _ => Ok(()),
        }
    }

    /// The command of a `$(…)`, without parentheses. A `case` in it could have a `)` of its own.
    fn command(&mut self) -> Result<(), Unsure> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Unsure);
        }
        self.skip('(');
        let start = self.rest;
        self.last = None;
        while self.peek() != Some(')') {
            match self.peek().ok_or(Unsure)? {
                '(' => return Err(Unsure),
                ' ' | '\t' => {
                    self.skip_blanks();
                    self.last = None;
                }
                c => self.part(c)?,
            }
        }
        let command = self.since(start);
        self.skip(')');
        self.depth -= 1;
        if command.contains("case") { Err(Unsure) } else { Ok(()) }
    }

    /// The parameter of a `${…}`, without quotes and other substitutions. `${ …; }` is a command of bash.
    fn parameter(&mut self) -> Result<(), Unsure> {
        let (parameter, rest) = self.rest.split_once('}').ok_or(Unsure)?;
        let is_simple = |c: char| is_plain(c) || " *?[]!~^|$#".contains(c);
        if parameter.starts_with("{ ") || parameter.starts_with("{|") || !parameter.chars().skip(1).all(is_simple) {
            return Err(Unsure);
        }
        self.rest = rest;
        Ok(())
    }

    /// The start of a subshell. After a word, it starts a function, an array or a pattern instead, and two
    /// start an arithmetic expression.
    fn parenthesis(&mut self) -> Result<(), Unsure> {
        if !matches!(self.last, None | Some(';' | '|' | '&' | '(')) || self.rest.starts_with("((") {
            return Err(Unsure);
        }
        self.in_compound = true;
        self.take('(');
        Ok(())
    }

    /// The part of `start` that has been read: everything before the rest.
    fn since(&self, start: &'s str) -> &'s str {
        start.get(..start.len() - self.rest.len()).unwrap_or(start)
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Reads an unquoted character.
    fn take(&mut self, c: char) {
        self.skip(c);
        self.last = Some(c);
    }

    /// Reads a character that has no meaning to the characters after it.
    fn skip(&mut self, c: char) {
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
        self.last = Some('\'');
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(script: &str) -> Vec<&str> {
        split(script).iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn pieces_are_split_at_unquoted_blanks() {
        for (script, pieces) in [
            ("npm  ci\t--x", &["npm", "ci", "--x"][..]),
            ("a 'b c'\"d e\"\\ f g", &["a", "'b c'\"d e\"\\ f", "g"]),
            (r#""a \" b" c"#, &[r#""a \" b""#, "c"]),
            ("a > b 2>&1 < c >>  d", &["a", "> b", "2>&1", "< c", ">>  d"]),
            ("(cd a && b) c", &["(cd", "a", "&&", "b)", "c"]),
            ("a $x ${y:-b c} $(cat d | wc -l) e", &["a", "$x", "${y:-b c}", "$(cat d | wc -l)", "e"]),
            ("a \"$(b c) ${d} $\" e$ f", &["a", "\"$(b c) ${d} $\"", "e$", "f"]),
            ("a $(b \"c )\" $(d ')') \\) e) f", &["a", "$(b \"c )\" $(d ')') \\) e)", "f"]),
            ("a \"$(b \"c )\" ) d\" e", &["a", "\"$(b \"c )\" ) d\"", "e"]),
            ("a#b c", &["a#b", "c"]),
            ("a $$ b$$ c", &["a", "$$", "b$$", "c"]),
            ("a b[c] [ d ] [e f", &["a", "b[c]", "[", "d", "]", "[e", "f"]),
            ("mkdir {a,b} é", &["mkdir", "{a,b}", "é"]),
        ] {
            assert_eq!(texts(script), pieces, "{script}");
        }
    }

    #[test]
    fn unsure_text_is_one_piece_with_all_that_follows() {
        for (script, pieces) in [
            ("a b # c d", &["a", "b # c d"][..]),
            ("a b;# c d", &["a", "b;# c d"]),
            ("a `b c` d", &["a", "`b c` d"]),
            ("a \"`b c`\" d", &["a", "\"`b c`\" d"]),
            ("a $(b (c d) ) e", &["a", "$(b (c d) ) e"]),
            ("a $(b `c` d) e", &["a", "$(b `c` d) e"]),
            ("a $(b c", &["a", "$(b c"]),
            ("a $(b # c) d) e", &["a", "$(b # c) d) e"]),
            ("a $(case b in b) c) d", &["a", "$(case b in b) c) d"]),
            ("a $((1 + 2)) b", &["a", "$((1 + 2)) b"]),
            ("a ${b:-\"c d\"} e", &["a", "${b:-\"c d\"} e"]),
            ("a ${ b; } c", &["a", "${ b; } c"]),
            ("a ${ b } c", &["a", "${ b } c"]),
            ("a b[c d]=e f", &["a", "b[c d]=e f"]),
            ("a $$(b c)", &["a", "$$(b c)"]),
            ("a \"$$(\" b c )\"", &["a", "\"$$(\" b c )\""]),
            ("a $[1 + 2] b", &["a", "$[1 + 2] b"]),
            ("a $'b c' d", &["a", "$'b c' d"]),
            ("[[ a =~ (b c) ]]", &["[[ a =~ (b c) ]]"]),
            ("a && ((b = c)) d", &["a", "&&", "((b = c)) d"]),
            ("a=(b c) d", &["a=(b c) d"]),
            ("a @(b c) d", &["a", "@(b c) d"]),
            ("f() { a b; }", &["f() { a b; }"]),
            ("a <(b c) d", &["a", "<(b c) d"]),
            ("cat <<a b", &["cat", "<<a b"]),
            ("a 'b c", &["a", "'b c"]),
            ("a \"b c", &["a", "\"b c"]),
            ("a b\\", &["a", "b\\"]),
            ("a b\u{a0}c d", &["a", "b\u{a0}c d"]),
        ] {
            assert_eq!(texts(script), pieces, "{script}");
        }
    }

    #[test]
    fn depth_of_substitutions_is_limited() {
        let nested = |depth: usize| format!("a {}b{} c", "$(".repeat(depth), ")".repeat(depth));
        assert_eq!(texts(&nested(8)).len(), 3);
        assert_eq!(texts(&nested(9)).len(), 2);
        assert_eq!(texts(&nested(40_000)).len(), 2);
    }

    #[test]
    fn operators_between_commands() {
        let kinds = |script| split(script).iter().map(|piece| piece.kind).collect::<Vec<_>>();
        assert_eq!(kinds("a && b; c || d | e"), {
            use Kind::{AndOr, End, Pipe, Word};
            [Word, AndOr, End, Word, AndOr, Word, Pipe, Word]
        });
        for script in ["if a; then b; fi && c", "for a in b; do c; done", "{ a; b; }", "(a; b)", "a \\; ';' \"&&\" b;;"]
        {
            assert!(kinds(script).iter().all(|kind| *kind == Kind::Word), "{script}");
        }
    }

    #[test]
    fn plain_words() {
        let words: Vec<Option<&str>> = split("a 'b' c; ; $d && e*").iter().map(Piece::plain_word).collect();
        assert_eq!(words, [Some("a"), None, Some("c"), None, None, None, None]);
    }

    /// Puts many blanks between all pieces, which is more than a layout does.
    #[cfg(unix)]
    #[test]
    fn shells_read_any_number_of_blanks_between_pieces() {
        let shells = testkit::script_runs::Shells::new();
        let property = |script: String| {
            let script = script.trim();
            let wide = texts(script).join("      ");
            proptest::prop_assert!(testkit::shell::differ_in_blanks_at_most(script, &wide), "{wide}");
            proptest::prop_assert_eq!(shells.run(script), shells.run(&wide), "{}", wide);
            Ok(())
        };
        let mut runner = testkit::runner_of(100);
        runner.run(&testkit::wild::script(), property).unwrap_or_else(|failure| panic!("{failure}"));
    }
}
