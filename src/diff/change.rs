//! A change between two plans.

use std::fmt;

use super::message::{Message, shorten_pair};
use crate::diagnostic::Location;

/// A difference between two plans.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The kind of change.
    pub kind: ChangeKind,
    /// The part of the plan that changed.
    pub subject: Subject,
    /// The location in the old plan, if the value exists there.
    pub old: Option<Location>,
    /// The location in the new plan, if the value exists there.
    pub new: Option<Location>,
    /// A description in lower case, without the subject and without a full stop.
    pub message: Message,
    /// The old value, if it is useful. It contains no control characters and no credentials.
    pub before: Option<String>,
    /// The new value, if it is useful. It contains no control characters and no credentials.
    pub after: Option<String>,
}

/// The part of a plan that a change belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Subject {
    /// The plan as a whole.
    Plan,
    /// A step, by its name in the new plan, or in the old plan if it was removed.
    Step(String),
    /// The final image: `deploy`.
    Image,
}

macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident = $name:literal,)+) => {
        /// A kind of change. The names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ChangeKind { $($(#[$doc])+ $kind,)+ }

        impl ChangeKind {
            /// The name of the kind, such as `command-changed`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }
        }
    };
}

kinds! {
    /// A step was added.
    StepAdded = "step-added",
    /// A step was removed.
    StepRemoved = "step-removed",
    /// A step was renamed.
    StepRenamed = "step-renamed",
    /// A step or the image has a different base.
    BaseChanged = "base-changed",
    /// An image reference changed.
    ImageChanged = "image-changed",
    /// An input was added.
    InputAdded = "input-added",
    /// An input was removed.
    InputRemoved = "input-removed",
    /// An input has a different source or different paths.
    InputChanged = "input-changed",
    /// The order of inputs changed.
    InputsReordered = "inputs-reordered",
    /// A command was added.
    CommandAdded = "command-added",
    /// A command was removed.
    CommandRemoved = "command-removed",
    /// A command was replaced or edited.
    CommandChanged = "command-changed",
    /// A command moved.
    CommandMoved = "command-moved",
    /// The custom name of a command changed.
    CommandRenamed = "command-renamed",
    /// An entry of `PATH` was added.
    PathAdded = "path-added",
    /// An entry of `PATH` was removed.
    PathRemoved = "path-removed",
    /// A package was added.
    PackageAdded = "package-added",
    /// A package was removed.
    PackageRemoved = "package-removed",
    /// The version of a package changed.
    PackageChanged = "package-changed",
    /// The content of a file changed.
    AssetChanged = "asset-changed",
    /// A secret was added.
    SecretAdded = "secret-added",
    /// A secret was removed.
    SecretRemoved = "secret-removed",
    /// The order of secrets changed.
    SecretsReordered = "secrets-reordered",
    /// A step lists different secrets, which invalidate it when they change.
    SecretListChanged = "secret-list-changed",
    /// A cache was added.
    CacheAdded = "cache-added",
    /// A cache was removed.
    CacheRemoved = "cache-removed",
    /// A cache was renamed.
    CacheRenamed = "cache-renamed",
    /// The directory or type of a cache changed.
    CacheChanged = "cache-changed",
    /// A step uses an additional cache.
    CacheUseAdded = "cache-use-added",
    /// A step no longer uses a cache.
    CacheUseRemoved = "cache-use-removed",
    /// A variable was added.
    VariableAdded = "variable-added",
    /// A variable was removed.
    VariableRemoved = "variable-removed",
    /// The value of a variable changed.
    VariableChanged = "variable-changed",
    /// The start command was added, removed or changed.
    StartCommandChanged = "start-command-changed",
    /// An exclude pattern was added.
    ExcludeAdded = "exclude-added",
    /// An exclude pattern was removed.
    ExcludeRemoved = "exclude-removed",
    /// The order of exclude patterns changed.
    ExcludeReordered = "exclude-reordered",
}

impl Change {
    pub(super) fn new(kind: ChangeKind, subject: &Subject, message: Message) -> Self {
        Self { kind, subject: subject.clone(), old: None, new: None, message, before: None, after: None }
    }

    /// Sets the locations in both plans.
    pub(super) fn at(self, old: &Location, new: &Location) -> Self {
        self.in_old(old).in_new(new)
    }

    /// Sets the location in the old plan.
    pub(super) fn in_old(mut self, old: &Location) -> Self {
        self.old = Some(old.clone());
        self
    }

    /// Sets the location in the new plan.
    pub(super) fn in_new(mut self, new: &Location) -> Self {
        self.new = Some(new.clone());
        self
    }

    /// Sets the old and the new value, reduced to their difference if they are long.
    pub(super) fn with_values(mut self, before: &str, after: &str) -> Self {
        let (before, after) = shorten_pair(before, after);
        self.before = Some(before);
        self.after = Some(after);
        self
    }
}

impl fmt::Display for Change {
    /// Writes one line without the subject: `command: npm install → npm ci`, with the values in backticks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, ": `{before}` → `{after}`"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Subject {
    /// Writes `the plan`, `the image`, or the name of the step, which is not escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plan => "the plan",
            Self::Step(name) => name,
            Self::Image => "the image",
        })
    }
}
