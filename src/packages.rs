//! The packages that a step installs: the tools of a mise config, and the packages of an `apt-get install`.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// The versions of packages, by name; `None` if no version is given.
pub(crate) type Packages = BTreeMap<String, Option<String>>;

/// A mise config, split into the versions of its tools and the rest.
pub(crate) struct MiseConfig {
    /// The versions of the tools.
    pub(crate) tools: Packages,
    /// The other keys of the file, and the other keys of its tools.
    pub(crate) rest: (Table, Table),
}

impl MiseConfig {
    /// The size limit of a file that is parsed, in bytes.
    const MAX_SIZE: usize = 100_000;

    /// The maximum number of dots, each of which can nest a table. `toml` limits the depth of brackets and the
    /// length of keys, but long keys in deep brackets overflow the stack.
    const MAX_DOTS: usize = 100;

    /// Parses a config. `None` if it is not one, or too large or too deep to be parsed safely.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > Self::MAX_SIZE || text.matches('.').count() > Self::MAX_DOTS {
            return None;
        }
        let mut rest: Table = text.parse().ok()?;
        let mut others = match rest.remove("tools") {
            Some(Value::Table(tools)) => tools,
            Some(_) => return None,
            None => Table::new(),
        };
        let mut tools = Packages::new();
        others.retain(|name, tool| {
            let Some(version) = versions(tool.get("version").unwrap_or(tool)) else { return true };
            tools.insert(name.to_owned(), Some(version));
            tool.as_table_mut().is_some_and(|tool| tool.remove("version").is_some() && !tool.is_empty())
        });
        Some(Self { tools, rest: (rest, others) })
    }
}

/// The version of a tool, or several, separated by commas. A whole number may be unquoted.
fn versions(value: &Value) -> Option<String> {
    match value {
        Value::String(version) => Some(version.clone()),
        Value::Integer(version) => Some(version.to_string()),
        Value::Array(all) => Some(all.iter().map(versions).collect::<Option<Vec<_>>>()?.join(", ")),
        _ => None,
    }
}

/// A command, split into the packages of its `apt-get install` and the rest.
pub(crate) struct AptInstall {
    /// The packages.
    pub(crate) packages: Packages,
    /// The other words.
    pub(crate) rest: Vec<String>,
}

impl AptInstall {
    /// Parses a command. `None` if it installs nothing with apt.
    pub(crate) fn parse(argv: &[String]) -> Option<Self> {
        let is_script = argv.iter().any(|argument| argument.contains(char::is_whitespace));
        let rest = if is_script { vec!["script".to_owned()] } else { Vec::new() };
        let mut install = Self { packages: Packages::new(), rest };
        let mut parser = Parser::Outside;
        for word in argv.iter().flat_map(|argument| argument.split_whitespace()) {
            let is_package = matches!(parser, Parser::Installing) && install.package(word);
            parser = parser.after(word);
            if !is_package {
                install.rest.push(word.to_owned());
            }
        }
        (!install.packages.is_empty()).then_some(install)
    }

    fn package(&mut self, word: &str) -> bool {
        let (name, version) = match word.split_once('=') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (word, None),
        };
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.:/".contains(c);
        let is_package = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_name);
        is_package && self.packages.insert(name.to_owned(), version).is_none()
    }
}

/// The position of a word in a command line.
enum Parser {
    Outside,
    /// After `apt-get`.
    Apt,
    /// After `apt-get install`.
    Installing,
    /// After an option that has a value.
    Option,
}

impl Parser {
    fn after(self, word: &str) -> Self {
        let ends = word.ends_with(';') || matches!(word, "&&" | "||" | "|" | "&");
        match self {
            _ if ends => Self::Outside,
            Self::Outside if matches!(word, "apt-get" | "apt") => Self::Apt,
            Self::Apt if word == "install" => Self::Installing,
            Self::Installing if matches!(word, "-t" | "--target-release" | "-o" | "--option") => Self::Option,
            Self::Option => Self::Installing,
            other => other,
        }
    }
}
