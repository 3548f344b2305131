//! A YAML document: maps in their order, lists, texts and comments. Every text is quoted unless each parser, of YAML
//! 1.1 or 1.2, reads it literally.

use std::fmt::{self, Write};

use railpack2docker::escape::escape_invisible;

use super::text::{Quoted, is_visible};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Yaml {
    Null,
    Bool(bool),
    Number(u32),
    Text(String),
    List(Vec<Yaml>),
    Map(Map),
}

/// A map. Its keys are texts, and stay in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Map(Vec<Entry>);

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    /// A comment above the key.
    comment: Option<String>,
    key: String,
    value: Yaml,
}

impl Map {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn with(mut self, key: &str, value: impl Into<Yaml>) -> Self {
        self.0.push(Entry { comment: None, key: key.to_owned(), value: value.into() });
        self
    }

    /// Adds an entry with a comment above it.
    pub(super) fn with_comment(mut self, comment: &str, key: &str, value: impl Into<Yaml>) -> Self {
        self.0.push(Entry { comment: Some(comment.to_owned()), key: key.to_owned(), value: value.into() });
        self
    }

    /// Adds an entry unless its value is an empty list, an empty map or an empty text.
    pub(super) fn with_some(self, key: &str, value: impl Into<Yaml>) -> Self {
        match value.into() {
            Yaml::List(list) if list.is_empty() => self,
            Yaml::Map(map) if map.is_empty() => self,
            Yaml::Text(text) if text.is_empty() => self,
            value => self.with(key, value),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The document.
    pub(super) fn document(&self) -> String {
        self.to_string()
    }
}

impl From<&str> for Yaml {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Yaml {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Yaml {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Yaml {
    fn from(value: u32) -> Self {
        Self::Number(value)
    }
}

impl From<Map> for Yaml {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl<T: Into<Yaml>> From<Vec<T>> for Yaml {
    fn from(list: Vec<T>) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_map(f, self, 0)
    }
}

/// Writes the lines of a map. The first one continues a line that is indented already.
fn write_map(f: &mut fmt::Formatter<'_>, map: &Map, indent: usize) -> fmt::Result {
    for (at, entry) in map.0.iter().enumerate() {
        if at > 0 {
            write_indent(f, indent)?;
        }
        if let Some(comment) = &entry.comment {
            writeln!(f, "# {}", escape_invisible(comment))?;
            write_indent(f, indent)?;
        }
        write!(f, "{}:", scalar(&entry.key))?;
        match &entry.value {
            Yaml::Map(map) if !map.is_empty() => {
                f.write_char('\n')?;
                write_indent(f, indent + 2)?;
                write_map(f, map, indent + 2)?;
            }
            Yaml::List(list) if !list.is_empty() => {
                for item in list {
                    f.write_char('\n')?;
                    write_indent(f, indent + 2)?;
                    f.write_str("-")?;
                    write_item(f, item, indent + 2)?;
                }
                f.write_char('\n')?;
            }
            value => write_scalar(f, value, indent + 2)?,
        }
    }
    Ok(())
}

/// Writes an item of a list, after its dash. The line ends where the next item begins.
fn write_item(f: &mut fmt::Formatter<'_>, item: &Yaml, indent: usize) -> fmt::Result {
    let mut text = Text(String::new());
    match item {
        Yaml::Map(map) if !map.is_empty() => write!(text, " {}", At(map, indent + 2))?,
        value => write!(text, "{}", ScalarAt(value, indent + 2))?,
    }
    f.write_str(text.0.trim_end_matches('\n'))
}

struct Text(String);

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(text);
        Ok(())
    }
}

struct At<'a>(&'a Map, usize);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_map(f, self.0, self.1)
    }
}

struct ScalarAt<'a>(&'a Yaml, usize);

impl fmt::Display for ScalarAt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scalar(f, self.0, self.1)
    }
}

/// Writes a value that is not a list or a map with content, with the blank before it and the end of its line.
fn write_scalar(f: &mut fmt::Formatter<'_>, value: &Yaml, indent: usize) -> fmt::Result {
    match value {
        Yaml::Null => writeln!(f, " null"),
        Yaml::Bool(value) => writeln!(f, " {value}"),
        Yaml::Number(value) => writeln!(f, " {value}"),
        Yaml::List(_) => writeln!(f, " []"),
        Yaml::Map(_) => writeln!(f, " {{}}"),
        Yaml::Text(text) if is_block(text) => {
            writeln!(f, " |")?;
            for line in text.lines() {
                write_indent(f, indent)?;
                writeln!(f, "{line}")?;
            }
            Ok(())
        }
        Yaml::Text(text) => writeln!(f, " {}", scalar(text)),
    }
}

fn write_indent(f: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
    write!(f, "{:indent$}", "")
}

/// Whether a text is written as a block: lines without anything that a parser would change.
fn is_block(text: &str) -> bool {
    let Some(lines) = text.strip_suffix('\n') else { return false };
    let is_literal = |line: &str| !line.is_empty() && line.chars().all(is_visible);
    !lines.starts_with(' ') && lines.split('\n').all(is_literal)
}

/// A text on one line, in quotes unless it is literal without.
fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { Quoted(text).to_string() }
}

/// Whether a text outside of quotes is this text, and not a number, a word with a meaning, or syntax.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_literal = |c: char| c.is_ascii_alphanumeric() || "_./@-=+$(){},".contains(c);
    let mut previous = None;
    let mut is_fine = true;
    for c in text.chars() {
        is_fine &= match (previous, c) {
            // `: ` ends a key, and ` #` starts a comment
            (Some(':'), c) => is_literal(c),
            (_, ':' | ' ') => previous != Some(' '),
            (_, c) => is_literal(c),
        };
        previous = Some(c);
    }
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || "_/$".contains(c));
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    is_fine && starts && !is_word && !text.ends_with([':', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use yaml_rust2::YamlLoader;

    type Parsed = yaml_rust2::Yaml;

    /// The value as the parser returns it.
    fn expected(value: &Yaml) -> Parsed {
        match value {
            Yaml::Null => Parsed::Null,
            Yaml::Bool(value) => Parsed::Boolean(*value),
            Yaml::Number(value) => Parsed::Integer(i64::from(*value)),
            Yaml::Text(text) => Parsed::String(text.clone()),
            Yaml::List(list) => Parsed::Array(list.iter().map(expected).collect()),
            Yaml::Map(map) => {
                let entries = map.0.iter().map(|entry| (Parsed::String(entry.key.clone()), expected(&entry.value)));
                Parsed::Hash(entries.collect())
            }
        }
    }

    fn text() -> impl Strategy<Value = String> {
        const AWKWARD: &[&str] = &[
            "", "a", " ", ":", "#", "- ", "\n", "\r\n", "\t", "'", "\"", "\\", "%", "&", "*", "!", "|", ">", "@", "`",
            "{", "}", "[", "]", ",", "?", "${{ x }}", "$(x)", "~", "no", "0x1", "1e3", "12:30", "\u{85}", "\u{2028}",
            "\u{feff}", "\0", "\u{7f}", "é", "🔥", "\u{202e}", "---", "...", "<<", "=", "build",
        ];
        let part = prop_oneof![prop::sample::select(AWKWARD).prop_map(str::to_owned), any::<String>()];
        prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
    }

    fn yaml() -> impl Strategy<Value = Yaml> {
        let leaf = prop_oneof![
            Just(Yaml::Null),
            any::<bool>().prop_map(Yaml::Bool),
            any::<u32>().prop_map(Yaml::Number),
            text().prop_map(Yaml::Text),
        ];
        leaf.prop_recursive(4, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Yaml::List),
                map(inner).prop_map(Yaml::Map),
            ]
        })
    }

    fn map(value: impl Strategy<Value = Yaml>) -> impl Strategy<Value = Map> {
        let entries = prop::collection::btree_map(text(), (prop::option::of(text()), value), 0..4);
        entries.prop_map(|entries| {
            let entry = |(key, (comment, value))| Entry { comment, key, value };
            Map(entries.into_iter().map(entry).collect())
        })
    }

    /// Whether a list contains a list: none of the formats has one.
    fn has_nested_list(value: &Yaml) -> bool {
        match value {
            Yaml::List(list) => {
                list.iter().any(|item| matches!(item, Yaml::List(list) if !list.is_empty()) || has_nested_list(item))
            }
            Yaml::Map(map) => map.0.iter().any(|entry| has_nested_list(&entry.value)),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn documents_are_read_back(map in map(yaml())) {
            prop_assume!(!map.is_empty() && !has_nested_list(&Yaml::Map(map.clone())));
            let document = map.document();
            let parsed = YamlLoader::load_from_str(&document);
            prop_assert_eq!(parsed.as_deref(), Ok(&[expected(&Yaml::Map(map))][..]), "{}", document);
        }

        #[test]
        fn texts_are_read_back_as_texts(text in "[-a-zA-Z0-9_.:/ $@=+]{0,12}") {
            let map = Map::new().with(&text, vec![text.clone()]);
            let document = map.document();
            let parsed = YamlLoader::load_from_str(&document);
            prop_assert_eq!(parsed.as_deref(), Ok(&[expected(&Yaml::Map(map))][..]), "{}", document);
        }
    }

    #[test]
    fn words_of_yaml_1_1_are_quoted() {
        for text in ["no", "On", "Y", "12:30", "0o7", "1_000", ".5", ".inf", "~", "", "a: b", "a #b", "a:", "=", "<<"] {
            assert!(scalar(text).starts_with('"'), "{text}");
        }
        for text in ["a", "actions/checkout@v5", "${{ secrets.A }}", "type=gha,mode=max", "linux/arm/v7", "a:b"] {
            assert_eq!(scalar(text), text);
        }
    }

    #[test]
    fn layout() {
        let step = Map::new().with("run", "a\nb\n").with_some("env", Map::new().with("A", "1"));
        let list = vec![Yaml::from(step), "x".into()];
        let map = Map::new().with("on", "push").with_comment("a\nb", "steps", list).with("none", Map::new());
        let document = "\"on\": push\n# a\\u{a}b\nsteps:\n  - run: |\n      a\n      b\n    env:\n      A: \"1\"\n  - x\nnone: {}\n";
        assert_eq!(map.document(), document);
    }
}
