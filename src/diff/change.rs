//! One change of a plan.

use std::fmt;

use super::message::{Text, shortened_pair};
use crate::diagnostic::Location;

/// A thing that differs between two plans.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What kind of change it is.
    pub kind: Kind,
    /// What it belongs to.
    pub subject: Subject,
    /// Where it is in the old plan, if it is there.
    pub old: Option<Location>,
    /// Where it is in the new plan, if it is there.
    pub new: Option<Location>,
    /// What changed: lower case, no full stop, without the subject.
    pub what: Text,
    /// How it was, where that helps. It holds no control characters and no credentials.
    pub before: Option<String>,
    /// How it is now, where that helps. As above.
    pub after: Option<String>,
}

/// What a change belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Subject {
    /// The plan as a whole.
    Plan,
    /// A step, by its name in the new plan, or in the old one where the new one lacks it.
    Step(String),
    /// The image: `deploy`.
    Image,
}

macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident = $name:literal,)+) => {
        /// The kinds of changes. Their names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Kind { $($(#[$doc])+ $kind,)+ }

        impl Kind {
            /// Its name, such as `command-changed`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }
        }
    };
}

kinds! {
    /// A step that was not there.
    StepAdded = "step-added",
    /// A step that is no longer there.
    StepRemoved = "step-removed",
    /// A step of another name.
    StepRenamed = "step-renamed",
    /// Something else to start from.
    BaseChanged = "base-changed",
    /// Another image.
    ImageChanged = "image-changed",
    /// An input that was not there.
    InputAdded = "input-added",
    /// An input that is no longer there.
    InputRemoved = "input-removed",
    /// An input that takes something else.
    InputChanged = "input-changed",
    /// The same inputs in another order.
    InputsReordered = "inputs-reordered",
    /// A command that was not there.
    CommandAdded = "command-added",
    /// A command that is no longer there.
    CommandRemoved = "command-removed",
    /// Another command in the place of one.
    CommandChanged = "command-changed",
    /// A command in another place.
    CommandMoved = "command-moved",
    /// A command with another name to be shown.
    CommandRenamed = "command-renamed",
    /// An entry of PATH that was not there.
    PathAdded = "path-added",
    /// An entry of PATH that is no longer there.
    PathRemoved = "path-removed",
    /// A package that was not there.
    PackageAdded = "package-added",
    /// A package that is no longer there.
    PackageRemoved = "package-removed",
    /// Another version of a package.
    PackageChanged = "package-changed",
    /// Other content of a file.
    AssetChanged = "asset-changed",
    /// A secret that was not there.
    SecretAdded = "secret-added",
    /// A secret that is no longer there.
    SecretRemoved = "secret-removed",
    /// The same secrets in another order.
    SecretsReordered = "secrets-reordered",
    /// Other secrets make a step run again.
    SecretListChanged = "secret-list-changed",
    /// A cache that was not there.
    CacheAdded = "cache-added",
    /// A cache that is no longer there.
    CacheRemoved = "cache-removed",
    /// A cache of another name.
    CacheRenamed = "cache-renamed",
    /// A cache of another directory or type.
    CacheChanged = "cache-changed",
    /// A step that now uses a cache.
    CacheUseAdded = "cache-use-added",
    /// A step that no longer uses a cache.
    CacheUseRemoved = "cache-use-removed",
    /// A variable that was not there.
    VariableAdded = "variable-added",
    /// A variable that is no longer there.
    VariableRemoved = "variable-removed",
    /// Another value of a variable.
    VariableChanged = "variable-changed",
    /// Another start command.
    StartCommandChanged = "start-command-changed",
    /// A pattern of excluded files that was not there.
    ExcludeAdded = "exclude-added",
    /// A pattern of excluded files that is no longer there.
    ExcludeRemoved = "exclude-removed",
    /// The same patterns in another order.
    ExcludeReordered = "exclude-reordered",
}

impl Change {
    pub(super) fn new(kind: Kind, subject: &Subject, what: Text) -> Self {
        Self { kind, subject: subject.clone(), old: None, new: None, what, before: None, after: None }
    }

    /// The same, of something in both plans.
    pub(super) fn at(self, old: &Location, new: &Location) -> Self {
        self.in_old(old).in_new(new)
    }

    /// The same, of something in the old plan.
    pub(super) fn in_old(mut self, old: &Location) -> Self {
        self.old = Some(old.clone());
        self
    }

    /// The same, of something in the new plan.
    pub(super) fn in_new(mut self, new: &Location) -> Self {
        self.new = Some(new.clone());
        self
    }

    /// The same, with how it was and is, as far as these differ.
    pub(super) fn with_values(mut self, before: &str, after: &str) -> Self {
        let (before, after) = shortened_pair(before, after);
        self.before = Some(before);
        self.after = Some(after);
        self
    }
}

impl fmt::Display for Change {
    /// A line, without the subject: `command: npm install → npm ci`, with the values in backticks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, ": `{before}` → `{after}`"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Subject {
    /// `the plan`, the step's name, `the image`. The name is as it stands in the plan.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plan => "the plan",
            Self::Step(name) => name,
            Self::Image => "the image",
        })
    }
}
