//! JSON text with places: each value knows its path and its bytes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Path, Place};

/// A value of the plan's text, not read yet.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    text: &'a str,
    offset: usize,
    path: Path,
}

impl<'a> Node<'a> {
    /// The document. The caller has checked that it is JSON.
    pub(super) fn document(text: &'a str, start: usize) -> Self {
        let text = text.get(start..).unwrap_or_default();
        let blanks = text.len() - text.trim_start().len();
        Self { text: text.trim(), offset: start + blanks, path: Path::default() }
    }

    pub(super) fn place(&self) -> Place {
        Place::new(self.path.clone(), self.offset..self.offset + self.text.len())
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    fn child(&self, path: Path, raw: &'a RawValue) -> Self {
        // a raw value is a slice of the text it was read from
        let within = raw.get().as_ptr() as usize - self.text.as_ptr() as usize;
        Self { text: raw.get(), offset: self.offset + within, path }
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

    /// Fails with a finding that says what was expected here.
    pub(super) fn expected<T>(&self, what: &str) -> Read<T> {
        let message = format!("expected {what}, found {}", self.kind());
        Err(Diagnostic::error("wrong-type", message).at(&self.place()))
    }

    fn expected_with_help<T>(&self, what: &str, help: &str) -> Read<T> {
        self.expected(what).map_err(|found| found.with_help(help))
    }

    pub(super) fn string(&self) -> Read<String> {
        match self.kind() {
            Kind::String => self.parse(),
            Kind::Number | Kind::Boolean => self.expected_with_help("a string", "put it in quotes"),
            _ => self.expected("a string"),
        }
    }

    pub(super) fn boolean(&self) -> Read<bool> {
        match self.kind() {
            Kind::Boolean => self.parse(),
            _ => self.expected("true or false"),
        }
    }

    /// The mode of a file, as a decimal number.
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
        let items: Vec<&'a RawValue> = self.parse()?;
        Ok(items.into_iter().enumerate().map(|(i, raw)| self.child(self.path.index(i), raw)).collect())
    }

    /// The members in the order of the text, a key that is given twice among them twice.
    pub(super) fn members(&self) -> Read<Vec<Member<'a>>> {
        if self.kind() != Kind::Object {
            return self.expected("an object");
        }
        let members: RawMembers<'a> = self.parse()?;
        let mut read = Vec::with_capacity(members.0.len());
        for (raw_key, raw_value) in members.0 {
            let key: String = self.child(self.path.clone(), raw_key).parse()?;
            let path = self.path.key(key.clone());
            let key_place = self.child(path.clone(), raw_key).place();
            read.push(Member { key, key_place, value: self.child(path, raw_value) });
        }
        Ok(read)
    }

    /// The members of an object whose keys are names of the plan's author. A key that is given
    /// twice is a finding, and its first value is kept.
    pub(super) fn entries(&self, findings: &mut Findings) -> Read<Vec<Member<'a>>> {
        let mut members = self.members()?;
        let mut first = std::collections::BTreeMap::new();
        members.retain(|member| {
            let Some(earlier) = first.insert(member.key.clone(), member.key_place.clone()) else {
                return true;
            };
            findings.push(duplicate_key(member, &earlier));
            false
        });
        Ok(members)
    }

    fn parse<T: Deserialize<'a>>(&self) -> Read<T> {
        serde_json::from_str(self.text)
            .map_err(|error| Diagnostic::error("invalid-json", format!("can't be read: {error}")).at(&self.place()))
    }
}

/// A value, or the finding that says why there is none.
pub(super) type Read<T> = Result<T, Diagnostic>;

/// What a JSON value is.
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
    pub(super) key: String,
    pub(super) key_place: Place,
    pub(super) value: Node<'a>,
}

struct RawMembers<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for RawMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = RawMembers<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(RawMembers(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// The fields of an object whose keys are known. Keys match without regard to case, as in Go.
pub(super) struct Fields<'a> {
    place: Place,
    members: Vec<Member<'a>>,
}

impl<'a> Fields<'a> {
    /// Reads the members of `node`. Unknown keys, keys given twice, and keys that only match
    /// without regard to case are findings.
    pub(super) fn of(node: &Node<'a>, known: &[&'static str], findings: &mut Findings) -> Read<Self> {
        let mut members: Vec<Member<'a>> = Vec::new();
        for mut member in node.members()? {
            let Some(name) = known.iter().find(|name| name.eq_ignore_ascii_case(&member.key)) else {
                findings.push(unknown_key(&member, known));
                continue;
            };
            if let Some(earlier) = members.iter().find(|earlier| earlier.key == *name) {
                findings.push(duplicate_key(&member, &earlier.key_place));
                continue;
            }
            if member.key != *name {
                let message = format!("key `{}` is `{name}` in another case", member.key);
                findings.push(
                    Diagnostic::warning("key-case", message).at(&member.key_place).with_help(format!("write `{name}`")),
                );
            }
            (*name).clone_into(&mut member.key);
            members.push(member);
        }
        Ok(Self { place: node.place(), members })
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The value of a key, unless it is absent or null.
    pub(super) fn get(&self, key: &str) -> Option<&Node<'a>> {
        let member = self.members.iter().find(|member| member.key == key)?;
        (member.value.kind() != Kind::Null).then_some(&member.value)
    }

    /// The keys that have a value.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Member<'a>> {
        self.members.iter().filter(|member| member.value.kind() != Kind::Null)
    }
}

fn duplicate_key(member: &Member<'_>, earlier: &Place) -> Diagnostic {
    Diagnostic::error("duplicate-key", format!("key `{}` is given twice", member.key))
        .at(&member.key_place)
        .with_related(earlier, "first given here")
        .with_help("keep one of the two")
}

fn unknown_key(member: &Member<'_>, known: &[&'static str]) -> Diagnostic {
    Diagnostic::warning("unknown-key", format!("unknown key `{}`, which Railpack ignores", member.key))
        .at(&member.key_place)
        .with_suggestion(&member.key, known.iter().copied())
}
