//! The lines of a script: broken at the operators between its commands first, then between words.

use super::packages::{Install, is_update};
use super::pieces::{Kind, Piece, split};
use super::{CONTINUATION, INDENT, Line, columns, fill, fits, inner_indent};

/// The lines of a script. A script that fits on a line stays on it, unless it installs many packages.
pub(super) fn lines(script: &str, nested: bool) -> Vec<Line> {
    let pieces = split(script);
    let statements = statements(&pieces);
    if fits(script, INDENT) && statements.iter().all(|statement| packages(statement).is_none()) {
        return vec![Line { indent: INDENT, text: script.to_owned() }];
    }
    let inner = inner_indent(nested || statements.len() > 1);
    let mut lines = Vec::new();
    for statement in statements {
        match packages(statement) {
            Some(Install { opening, packages }) => {
                fill(&texts(opening), INDENT, inner, &mut lines);
                let packages = packages.into_iter().map(|package| texts(package).join(" "));
                lines.extend(packages.map(|text| Line { indent: inner, text }));
            }
            None => statement_lines(statement, inner, &mut lines),
        }
    }
    lines
}

/// The lines of a statement, broken before each `|` if it does not fit on one.
fn statement_lines(statement: &[Piece<'_>], inner: usize, lines: &mut Vec<Line>) {
    if fits(&texts(statement).join(" "), INDENT + CONTINUATION) {
        return fill(&texts(statement), INDENT, inner, lines);
    }
    for (at, part) in statement.chunk_by(|_, next| next.kind != Kind::Pipe).enumerate() {
        fill(&texts(part), if at == 0 { INDENT } else { inner }, inner, lines);
    }
}

/// The parts of a script that start a line: before `&&` and `||`, and after `;`. An installation stays with
/// the update before it.
fn statements<'p, 's>(pieces: &'p [Piece<'s>]) -> Vec<&'p [Piece<'s>]> {
    let mut statements = Vec::new();
    let mut parts = pieces.chunk_by(|piece, next| piece.kind != Kind::End && next.kind != Kind::AndOr).peekable();
    let (mut start, mut end) = (0, 0);
    while let Some(part) = parts.next() {
        end += part.len();
        let installs =
            |next: &&[Piece<'_>]| next.first().is_some_and(|piece| piece.text == "&&") && Install::new(next).is_some();
        if !is_update(part) || !parts.peek().is_some_and(installs) {
            statements.extend(pieces.get(start..end));
            start = end;
        }
    }
    statements
}

/// The packages of a statement, if they are on lines of their own.
fn packages<'p, 's>(statement: &'p [Piece<'s>]) -> Option<Install<'p, 's>> {
    let width = INDENT + columns(&texts(statement).join(" "));
    Install::new(statement).filter(|install| install.is_long(width))
}

fn texts<'s>(pieces: &[Piece<'s>]) -> Vec<&'s str> {
    pieces.iter().map(|piece| piece.text).collect()
}

#[cfg(test)]
mod tests {
    use crate::dockerfile::layout::Layout;

    /// The script as it is in a Dockerfile, after `RUN `.
    fn laid_out(script: &str, nested: bool) -> String {
        Layout::script(script, nested).to_string()
    }

    #[test]
    fn short_script_stays_on_its_line() {
        for script in
            ["npm ci  &&  npm run build", "apt-get update && apt-get install -y a b c d e f", "x".repeat(116).as_str()]
        {
            assert_eq!(laid_out(script, false), script);
        }
    }

    #[test]
    fn packages_have_lines_of_their_own() {
        let script = "apt-get update && apt-get install -y a b c d e f g";
        assert_eq!(
            laid_out(script, false),
            "apt-get update && apt-get install -y \\\n    a \\\n    b \\\n    c \\\n    d \\\n    e \\\n    f \\\n    g"
        );
        let long =
            format!("apt-get update && apt-get install -y {} git && rm -rf /var/lib/apt/lists/*", "x".repeat(70));
        let lines = [
            "apt-get update && apt-get install -y",
            &format!("    {}", "x".repeat(70)),
            "    git",
            "&& rm -rf /var/lib/apt/lists/*",
        ];
        assert_eq!(laid_out(&long, true), lines.join(" \\\n    "));
    }

    #[test]
    fn lines_start_with_operators() {
        let [a, b, c] = ["a", "b", "c"].map(|name| name.repeat(60));
        for (script, lines) in [
            (format!("{a} && {b} || {c}"), format!("{a} \\\n    && {b} \\\n    || {c}")),
            (format!("{a}; {b} ; {c}"), format!("{a}; \\\n    {b} ; \\\n    {c}")),
            (format!("{a} | {b} | {c}"), format!("{a} \\\n    | {b} \\\n    | {c}")),
            (format!("{a} && {b} x | {c}"), format!("{a} \\\n    && {b} x \\\n        | {c}")),
            (format!("{a}  x && {b}  y | z"), format!("{a} x \\\n    && {b} y | z")),
        ] {
            assert_eq!(laid_out(&script, false), lines);
        }
    }

    #[test]
    fn long_commands_are_broken_between_words() {
        let [a, b] = ["a", "b"].map(|name| name.repeat(60));
        assert_eq!(laid_out(&format!("npm {a} {b} c"), false), format!("npm {a} \\\n    {b} c"));
        assert_eq!(laid_out(&format!("npm {a} {b} c"), true), format!("npm {a} \\\n        {b} c"));
        assert_eq!(laid_out(&format!("if {a}; then {b}; fi"), false), format!("if {a}; then \\\n    {b}; fi"));
        let quoted = format!("'{a} {b}'");
        assert_eq!(laid_out(&format!("npm {quoted} c"), false), format!("npm {quoted} \\\n    c"));
        assert_eq!(laid_out(&format!("npm {a} # {b} c"), false), format!("npm {a} # {b} c"));
    }

    #[test]
    fn text_after_many_blanks_is_in_sight() {
        assert_eq!(laid_out(&format!("npm ci{}&& evil", " ".repeat(300)), false), "npm ci \\\n    && evil");
    }

    #[test]
    fn breaks_do_not_exceed_the_limit_of_an_argument() {
        let script = "a ".repeat(65_000) + "a";
        assert_eq!(laid_out(&script, true), script);
    }
}
