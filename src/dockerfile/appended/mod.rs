//! Instructions that someone wrote, for the end of the image's stage.
//!
//! The text is kept as it is. It is read as BuildKit reads it (`frontend/dockerfile/parser`), and what would be read
//! differently by a person is rejected, so that nothing in it can end the stage.

mod flags;
mod heredocs;
mod instruction;
mod lines;

use std::collections::BTreeSet;
use std::fmt;

use lines::Statement;

use super::Copy;
use super::spelling::LONGEST_LINE;
use crate::escape::hidden;

/// Instructions that can follow those of the image's stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    text: String,
    keywords: BTreeSet<String>,
    needs: Vec<(Place, Need)>,
    copies: Vec<Copy>,
}

/// A position in the text, counted from 1. The column is in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Something that a build must be given for a RUN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// The secret with this ID.
    Secret(String),
    /// The SSH agent with this ID.
    Ssh(String),
}

/// The reason why a text can't be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) place: Place,
    pub(crate) message: String,
    pub(crate) help: Option<&'static str>,
    /// A misspelled word, and the words that it may stand for.
    pub(crate) misspelled: Option<(String, &'static [&'static str])>,
}

impl Fault {
    fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), help: None, misspelled: None }
    }

    fn with_help(self, help: &'static str) -> Self {
        Self { help: Some(help), ..self }
    }
}

impl Appended {
    /// Reads a text with LF or CRLF line endings, and with or without a byte order mark.
    ///
    /// # Errors
    /// All faults, in order: invisible characters, long lines, an instruction that ends the stage or is unknown, a
    /// directive, a continuation or heredoc without an end, a flag that requires an argument of `docker build` that
    /// the header does not have.
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let mut faults: Vec<Fault> =
            (1..).zip(text.split('\n')).filter_map(|(number, line)| fault(number, line)).collect();
        // the rules for lines depend on what they look like
        if !faults.is_empty() {
            return Err(faults);
        }
        let statements = lines::statements(&text, &mut faults);
        let (mut needs, mut copies) = (Vec::new(), Vec::new());
        for statement in &statements {
            instruction::check(statement, &mut needs, &mut faults);
            copies.extend(instruction::copies(statement));
        }
        if statements.is_empty() && faults.is_empty() {
            faults.push(Fault::new(Place { line: 1, column: 1 }, "expected an instruction, such as `LABEL`"));
        }
        faults.sort_by_key(|fault| fault.place);
        if !faults.is_empty() {
            return Err(faults);
        }
        let keywords = statements.iter().map(Statement::keyword).collect();
        Ok(Self { text: text.trim_end().to_owned(), keywords, needs, copies })
    }

    /// The secrets and SSH agents that the instructions mount, with their positions.
    pub(crate) fn needs(&self) -> &[(Place, Need)] {
        &self.needs
    }

    /// Whether one of the instructions is of this kind, such as `CMD`.
    pub(crate) fn has(&self, keyword: &str) -> bool {
        self.keywords.contains(keyword)
    }

    /// Whether an instruction copies this file from the build context, as far as its operands are plain words; see
    /// [`Copy::takes`].
    pub(crate) fn takes(&self, file: &str) -> bool {
        self.copies.iter().any(|copy| copy.takes(file))
    }
}

impl fmt::Display for Appended {
    /// Writes the text without its final line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The fault of a line, whatever it means.
fn fault(number: usize, line: &str) -> Option<Fault> {
    let place = |at: usize| Place { line: number, column: line.chars().take(at).count() + 1 };
    if let Some(c) = hidden(line).next() {
        let at = line.chars().position(|other| other == c).unwrap_or_default();
        return Some(Fault::new(place(at), format!("unexpected invisible character U+{:04X}", u32::from(c))));
    }
    let message = || format!("the line is {} bytes long, but a line of a Dockerfile is limited to 65,535", line.len());
    (line.len() > LONGEST_LINE).then(|| Fault::new(place(0), message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The positions and messages of all faults.
    fn faults(text: &str) -> Vec<String> {
        let faults = Appended::parse(text).err().unwrap_or_default();
        faults.iter().map(|fault| format!("{}:{} {}", fault.place.line, fault.place.column, fault.message)).collect()
    }

    #[test]
    fn text_is_kept() {
        for text in [
            "LABEL a=b",
            "# why\nLABEL a=b \\\n    # more\n    c=d\n\nEXPOSE 80",
            "run <<EOF\nFROM x\n# syntax=y\nEOF\nCOPY <<a <<-'b' /x/\n1\na\n\t2\n\tb",
            "RUN echo '<<EOF' \"<<EOF\" a<<b <<<c $((1<<2))",
            "RUN [\"a\", \"<<EOF\"]",
            "RUN a \\\\",
            "COPY --from=node:22 /a /b",
            "LABEL emoji=\"❤️\"",
            "  HEALTHCHECK --interval=5s CMD true",
        ] {
            assert_eq!(Appended::parse(text).map(|appended| appended.to_string()), Ok(text.to_owned()));
            for around in [format!("{text}\n"), format!("\u{feff}{}\r\n\r\n", text.replace('\n', "\r\n"))] {
                assert_eq!(Appended::parse(&around).map(|appended| appended.to_string()), Ok(text.to_owned()));
            }
        }
    }

    #[test]
    fn what_ends_the_stage_is_rejected() {
        for (text, expected) in [
            ("FROM x", "1:1 `FROM` would start another stage, which would then be the image"),
            ("LABEL a=b\n  from x", "2:3 `FROM` would start another stage, which would then be the image"),
            (
                "LABEL a=b \\\n\\\nc=d\n\\\nFROM x",
                "5:1 `FROM` would start another stage, which would then be the image",
            ),
            ("RUN cat <<EOF\nEOF\nFROM x", "3:1 `FROM` would start another stage, which would then be the image"),
            ("LABLE a=b", "1:1 unknown instruction `LABLE`"),
            ("EOF", "1:1 unknown instruction `EOF`"),
            ("RUN\u{a0}x", "1:1 unknown instruction `RUN\u{a0}x`"),
            ("ONBUILD RUN x", "1:1 `ONBUILD` changes builds of other images, not this image"),
            ("LABEL", "1:1 `LABEL` has no operands"),
            ("RUN a \\", "1:1 the instruction continues after the end of the file"),
            ("RUN a \\\n# b\n", "1:1 the instruction continues after the end of the file"),
            ("RUN a <<EOF\nb\n", "1:7 the heredoc `EOF` has no end"),
            ("RUN a \\\n   é <<'E' \\\n <<F\nE\nb\n", "3:2 the heredoc `F` has no end"),
            ("RUN a <<EOF\n EOF\n", "1:7 the heredoc `EOF` has no end"),
            ("RUN cat << EOF", "1:9 expected a name such as `EOF` after `<<`"),
            ("RUN cat <<$A", "1:9 expected a name such as `EOF` after `<<`"),
            ("RUN cat <<E'O'F", "1:9 expected a name such as `EOF` after `<<`"),
            ("RUN cat <<EOF ${A}\nEOF", "1:9 a heredoc can't be on a line with `${`"),
            ("RUN it's <<EOF\nEOF", "1:7 a quote without an end is on a line with `<<`"),
            ("# Syntax = x\nLABEL a=b", "1:1 the directive `syntax` is allowed only at the top of a Dockerfile"),
            (
                "LABEL a=b \\\n # escape=`\n c=d",
                "2:2 the directive `escape` is allowed only at the top of a Dockerfile",
            ),
            ("# check=skip=all\nLABEL a=b", "1:1 the directive `check` is allowed only at the top of a Dockerfile"),
            ("", "1:1 expected an instruction, such as `LABEL`"),
            ("# nothing\n", "1:1 expected an instruction, such as `LABEL`"),
            ("LABEL é=\u{202e}b", "1:9 unexpected invisible character U+202E"),
            ("LABEL a=b\0", "1:10 unexpected invisible character U+0000"),
            ("LABEL a=\rb", "1:9 unexpected invisible character U+000D"),
        ] {
            assert_eq!(faults(text), [expected], "{text:?}");
        }
        assert_eq!(faults(&format!("RUN {}", "x".repeat(LONGEST_LINE)))[0][..12], *"1:1 the line");
    }

    #[test]
    fn what_the_header_does_not_promise_is_rejected() {
        for (text, expected) in [
            ("ARG A SECRETS_HASH=x", "1:7 `SECRETS_HASH` would be part of the image's history"),
            ("ARG $A", "1:5 the name of a build arg can't contain `$`"),
            ("RUN --network=host x", "1:5 `--network=host` requires an entitlement"),
            ("RUN \\\n  --security=\"insecure\" x", "2:3 `--security=insecure` requires an entitlement"),
            ("RUN --device=x y", "1:5 `--device=x` requires an entitlement"),
            ("RUN --mount=type=secret,\\\"id=A x", "1:5 malformed `--mount`"),
            ("RUN --mount=é x", "1:5 only ASCII is allowed in flags"),
        ] {
            assert_eq!(faults(text), [expected], "{text:?}");
        }
    }

    #[test]
    fn all_faults_are_reported_in_order() {
        assert_eq!(faults("ONBUILD x\n# syntax=a\nNOPE a\n").len(), 3);
    }

    #[test]
    fn mounted_secrets_are_found() {
        let needs = |text: &str| Appended::parse(text).unwrap().needs;
        let secret = |id: &str, line, column| (Place { line, column }, Need::Secret(id.to_owned()));
        let text = "RUN --mount=type=secret,id=A \\\n  --mount=type=secret,target=/run/B \\\n  --mount=ID=x,Type=secret,src=C \\\n  --mount=type=secret,\\\"id=a,b\\\" --mount=target=/x x";
        assert_eq!(needs(text), [secret("A", 1, 5), secret("B", 2, 3), secret("C", 3, 3), secret("a,b", 4, 3)]);
        let ssh = |id: &str| vec![(Place { line: 1, column: 5 }, Need::Ssh(id.to_owned()))];
        assert_eq!(needs("RUN --mount=type=ssh x"), ssh("default"));
        assert_eq!(needs("RUN --mount=type=ssh,id=work x"), ssh("work"));
        assert_eq!(needs("COPY --link a /b\nRUN x --mount=type=secret,id=A"), []);
    }

    #[test]
    fn copied_files_are_found() {
        for (text, file, is_copied) in [
            ("COPY . /app", ".env", true),
            ("COPY --chmod=600 a b/ /app", "b/c", true),
            ("ADD [\"a b\", \"/x\"]", "a b", true),
            ("COPY --from=x . /app", ".env", false),
            ("COPY --exclude=.env* . /app", ".env", false),
            ("COPY src /app", ".env", false),
            ("COPY <<EOF a /app/\nEOF", "a", true),
            ("LABEL a=b", "a", false),
        ] {
            assert_eq!(Appended::parse(text).unwrap().takes(file), is_copied, "{text}");
        }
    }
}
