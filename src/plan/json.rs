//! JSON with locations: each value knows its path and its byte range.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::NEWEST_RAILPACK;
use super::spans::Spans;
use crate::diagnostic::{Code, Diagnostic, Findings, JsonPath, Located, Location};

/// The text of a plan, and the spans of its values.
#[derive(Debug)]
pub(super) struct Document<'t> {
    text: &'t str,
    start: usize,
    spans: Spans,
}

impl<'t> Document<'t> {
    /// Indexes a text that is known to be JSON from `start` on.
    pub(super) fn new(text: &'t str, start: usize) -> Self {
        let json = text.get(start..).unwrap_or_default();
        Self { text: json, start, spans: Spans::new(json) }
    }

    pub(super) fn root(&self) -> Node<'_> {
        self.node(0, JsonPath::default(), At::Root)
    }

    fn node<'d>(&'d self, number: usize, parent: JsonPath, at: At<'d>) -> Node<'d> {
        Node { document: self, number, text: self.text_of(number), parent, at }
    }

    fn text_of(&self, number: usize) -> &str {
        self.text.get(self.spans.bytes(number)).unwrap_or_default()
    }

    fn span_of(&self, number: usize) -> Range<usize> {
        let bytes = self.spans.bytes(number);
        self.start + bytes.start..self.start + bytes.end
    }
}

/// A value in the plan's text that has not been parsed yet.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    document: &'a Document<'a>,
    number: usize,
    text: &'a str,
    parent: JsonPath,
    /// The position of the value in its parent. The full path is built on demand.
    at: At<'a>,
}

#[derive(Clone, Debug)]
enum At<'a> {
    Root,
    Key(Cow<'a, str>),
    KnownKey(&'static str),
    Index(usize),
}

impl<'a> Node<'a> {
    fn path(&self) -> JsonPath {
        match &self.at {
            At::Root => self.parent.clone(),
            At::Key(key) => self.parent.key(key.clone().into_owned()),
            At::KnownKey(key) => self.parent.key(*key),
            At::Index(index) => self.parent.index(*index),
        }
    }

    pub(super) fn location(&self) -> Location {
        Location::new(self.path(), self.document.span_of(self.number))
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn kind(&self) -> Kind {
        match self.text.bytes().next() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// Fails with an error that describes the expected value and the one that was found.
    pub(super) fn expected<T>(&self, what: &str) -> Read<T> {
        let message = format!("expected {what}, found {}", self.kind());
        Err(Diagnostic::new(Code::WrongType, message).at(&self.location()))
    }

    fn expected_with_help<T>(&self, what: &str, help: &str) -> Read<T> {
        self.expected(what).map_err(|found| found.with_help(help))
    }

    pub(super) fn string(&self) -> Read<String> {
        match self.kind() {
            Kind::String => string(self.text).map(Cow::into_owned).map_err(|error| self.invalid_string(&error)),
            Kind::Number | Kind::Boolean => self.expected_with_help("a string", "put it in quotes"),
            _ => self.expected("a string"),
        }
    }

    pub(super) fn located_string(&self) -> Read<Located<String>> {
        Ok(Located { value: self.string()?, location: self.location() })
    }

    pub(super) fn boolean(&self) -> Read<bool> {
        match self.kind() {
            Kind::Boolean => Ok(self.text == "true"),
            _ => self.expected("true or false"),
        }
    }

    /// A file mode, as a decimal number.
    pub(super) fn mode(&self) -> Read<u32> {
        match serde_json::from_str(self.text) {
            Ok(number) => Ok(number),
            Err(_) => self.expected_with_help(
                "an integer from 0 to 4294967295",
                "JSON has no octal numbers: write 0755 as 493, and 0644 as 420",
            ),
        }
    }

    pub(super) fn items(&self) -> Read<Vec<Node<'a>>> {
        match self.kind() {
            Kind::Array => {}
            Kind::String => return self.expected_with_help("an array", "put it in brackets"),
            _ => return self.expected("an array"),
        }
        let parent = self.path();
        let items = self.document.spans.children(self.number).enumerate();
        Ok(items.map(|(index, item)| self.document.node(item, parent.clone(), At::Index(index))).collect())
    }

    /// The members in text order, including duplicate keys.
    pub(super) fn members(&self) -> Read<Vec<Member<'a>>> {
        if self.kind() != Kind::Object {
            return self.expected("an object");
        }
        let parent = self.path();
        let mut members = Vec::new();
        let mut children = self.document.spans.children(self.number);
        while let (Some(key_number), Some(value)) = (children.next(), children.next()) {
            let key: Cow<'a, str> =
                string(self.document.text_of(key_number)).map_err(|error| self.invalid_string(&error))?;
            let value = self.document.node(value, parent.clone(), At::Key(key.clone()));
            members.push(Member { key, key_number, value });
        }
        Ok(members)
    }

    /// The members of an object with user-defined keys. Reports duplicate keys and keeps the first value
    /// of each.
    pub(super) fn entries(&self, findings: &mut Findings) -> Read<Vec<Member<'a>>> {
        let mut members = self.members()?;
        let mut first = std::collections::BTreeMap::new();
        members.retain(|member| {
            let Some(earlier) = first.insert(member.key.clone(), member.key_location()) else {
                return true;
            };
            findings.push(duplicate_key(member, &earlier));
            false
        });
        Ok(members)
    }

    fn invalid_string(&self, error: &serde_json::Error) -> Diagnostic {
        Diagnostic::new(Code::InvalidJson, format!("invalid string: {error}")).at(&self.location())
    }
}

/// Decodes a JSON string.
fn string(json: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    match json.strip_prefix('"').and_then(|json| json.strip_suffix('"')) {
        Some(text) if !text.contains('\\') => Ok(Cow::Borrowed(text)),
        _ => serde_json::from_str(json).map(Cow::Owned),
    }
}

/// A value, or the error that explains why it can't be read.
pub(super) type Read<T> = Result<T, Diagnostic>;

/// A value whose error is reported, so that reading can go on before it fails. The same error is reported once.
pub(super) fn noted<T>(read: Read<T>, findings: &mut Findings) -> Read<T> {
    read.inspect_err(|error| findings.push(error.clone()))
}

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "an object",
            Self::Array => "an array",
            Self::String => "a string",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Null => "null",
        })
    }
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    pub(super) key: Cow<'a, str>,
    key_number: usize,
    pub(super) value: Node<'a>,
}

impl Member<'_> {
    pub(super) fn key_location(&self) -> Location {
        Location::new(self.value.path(), self.value.document.span_of(self.key_number))
    }
}

/// The fields of an object with a fixed set of keys. Keys match case-insensitively, as in Go.
pub(super) struct Fields<'a> {
    location: Location,
    members: Vec<Member<'a>>,
}

impl<'a> Fields<'a> {
    /// Reads the members of `node`. Reports unknown keys, duplicate keys, and keys with unexpected
    /// capitalization.
    pub(super) fn read(node: &Node<'a>, known: &[&'static str], findings: &mut Findings) -> Read<Self> {
        let mut members: Vec<Member<'a>> = Vec::new();
        for mut member in node.members()? {
            let Some(name) = known.iter().find(|name| name.eq_ignore_ascii_case(&member.key)) else {
                findings.push(unknown_key(&member, known));
                continue;
            };
            if let Some(earlier) = members.iter().find(|earlier| earlier.key == *name) {
                findings.push(duplicate_key(&member, &earlier.key_location()));
                continue;
            }
            if member.key == *name {
                member.value.at = At::KnownKey(name);
            } else {
                let message = format!("unexpected capitalization: `{}`, expected `{name}`", member.key);
                findings.push(
                    Diagnostic::new(Code::KeyCapitalization, message)
                        .at(&member.key_location())
                        .with_help(format!("write `{name}`")),
                );
            }
            member.key = Cow::Borrowed(name);
            members.push(member);
        }
        Ok(Self { location: node.location(), members })
    }

    pub(super) fn location(&self) -> &Location {
        &self.location
    }

    /// The value of a key, unless it is absent or null.
    pub(super) fn get(&self, key: &str) -> Option<&Node<'a>> {
        let member = self.members.iter().find(|member| member.key == key)?;
        (member.value.kind() != Kind::Null).then_some(&member.value)
    }

    /// The members whose value is not null.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Member<'a>> {
        self.members.iter().filter(|member| member.value.kind() != Kind::Null)
    }

    /// The string of a key, if it has one.
    pub(super) fn string(&self, key: &str) -> Read<Option<Located<String>>> {
        self.get(key).map(Node::located_string).transpose()
    }

    /// The string of a key. Fails if it has none.
    pub(super) fn required_string(&self, key: &str) -> Read<Located<String>> {
        let missing = || Diagnostic::new(Code::MissingKey, format!("missing key `{key}`")).at(&self.location);
        self.string(key)?.ok_or_else(missing)
    }
}

fn duplicate_key(member: &Member<'_>, earlier: &Location) -> Diagnostic {
    Diagnostic::new(Code::DuplicateKey, format!("duplicate key `{}`", member.key))
        .at(&member.key_location())
        .with_related(earlier, "first defined here")
        .with_help("remove one of the two")
}

fn unknown_key(member: &Member<'_>, known: &[&'static str]) -> Diagnostic {
    let message = format!("unknown key `{}`, which Railpack {NEWEST_RAILPACK} and earlier ignore", member.key);
    Diagnostic::new(Code::UnknownKey, message)
        .at(&member.key_location())
        .with_help("if a newer Railpack wrote it, update railpack2docker: the key has no effect on the Dockerfile")
        .with_suggestion(&member.key, known.iter().copied())
}
