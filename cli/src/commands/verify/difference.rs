//! A difference between two images.

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) subject: Subject,
    pub(super) aspect: Aspect,
    /// The value in each image. `None` if it is missing there.
    pub(super) values: [Option<String>; 2],
}

/// The thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// A setting of the config, such as `env.PATH` or `workdir`.
    Setting(String),
    /// A file of any kind, by its path.
    File(String),
}

impl Subject {
    /// The subject for the path of a file without the leading slash. Invalid UTF-8 is replaced.
    pub(super) fn file(path: &[u8]) -> Self {
        Self::File(format!("/{}", String::from_utf8_lossy(path)))
    }

    /// The name of the setting, or the path.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Setting(name) | Self::File(name) => name,
        }
    }
}

/// The part of a subject that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Aspect {
    /// It exists in one image only. Its value is what it is there.
    Existence,
    /// The value of a setting.
    Value,
    /// An entry of PATH.
    PathEntry(String),
    /// The order of the same entries of PATH.
    PathOrder,
    /// Whether it is a file, a directory, or something else.
    Kind,
    Mode,
    Owner,
    Content,
    /// The target of a symbolic link.
    LinkTarget,
    /// The file of which it is another name.
    HardLink,
    /// The number of a device.
    Device,
    /// An extended attribute.
    Attribute(String),
}

impl Aspect {
    /// The name in JSON documents.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::Existence => "existence",
            Self::Value => "value",
            Self::PathEntry(_) => "path-entry",
            Self::PathOrder => "path-order",
            Self::Kind => "kind",
            Self::Mode => "mode",
            Self::Owner => "owner",
            Self::Content => "content",
            Self::LinkTarget => "link-target",
            Self::HardLink => "hard-link",
            Self::Device => "device",
            Self::Attribute(_) => "attribute",
        }
    }

    /// The entry of PATH, or the name of the attribute.
    pub(super) fn detail(&self) -> Option<&str> {
        match self {
            Self::PathEntry(detail) | Self::Attribute(detail) => Some(detail),
            _ => None,
        }
    }

    /// The words for people.
    pub(super) fn words(&self) -> String {
        match self {
            Self::PathEntry(entry) => format!("entry `{entry}`"),
            Self::PathOrder => "order".to_owned(),
            Self::LinkTarget => "link target".to_owned(),
            Self::HardLink => "hard link".to_owned(),
            Self::Attribute(name) => format!("attribute `{name}`"),
            other => other.key().to_owned(),
        }
    }
}
