//! Every kind of finding about a plan, with its page in `docs/lints`.

use crate::diagnostic::Severity;

/// A kind of finding.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Code {
    /// Its stable name.
    pub name: &'static str,
    /// How bad it is, where no option says otherwise.
    pub severity: Severity,
    /// What it means, in a line of Markdown.
    pub summary: &'static str,
    /// Its page, in Markdown.
    pub page: &'static str,
}

impl Code {
    /// Where the page is, from the root of this project.
    #[must_use]
    pub fn path(&self) -> String {
        format!("docs/lints/{}.md", self.name)
    }
}

/// The checks that are made only where they are asked for.
pub const OPTIONAL: [&str; 1] = ["undigested-image"];

macro_rules! codes {
    ($($severity:ident $name:literal $summary:literal)*) => {
        &[$(Code {
            name: $name,
            severity: Severity::$severity,
            summary: $summary,
            page: include_str!(concat!("../docs/lints/", $name, ".md")),
        }),*]
    };
}

/// All of them, by name. The index in `docs/lints/README.md` is made of this table.
pub const CODES: &[Code] = codes! {
    Error "ambiguous-input" "an input has more than one source"
    Warning "brace-in-sh" "`sh` makes one file of `{a,b}`"
    Warning "cached-output" "a copied path is in a cache, and so in no layer"
    Error "config-file" "the file is a `railpack.json`, not a plan"
    Warning "config-key" "a key of a `railpack.json` that means nothing in a plan"
    Warning "credential-in-variable" "the value of a variable looks like a credential"
    Error "cycle" "steps take from each other in a circle"
    Error "duplicate-key" "a key is given twice"
    Error "duplicate-step" "two steps have the same name"
    Error "empty-command" "a command without a word"
    Warning "empty-input" "an input that copies nothing"
    Error "empty-name" "a step with an empty name"
    Error "empty-plan" "the file is empty"
    Warning "excluded-copy" "a copy of what the plan excludes"
    Warning "exposed-file" "the image would take an `.env` file from the build context"
    Error "filtered-base" "a base with `include` or `exclude`"
    Error "huge-dockerfile" "a Dockerfile that is many times too large for BuildKit"
    Note "info-file" "the file is a `railpack-info.json` with a plan in it"
    Error "invalid-cache" "a cache over the whole file system"
    Error "invalid-image" "no reference to an image"
    Error "invalid-json" "the text is not JSON"
    Error "invalid-path" "a file at the place of a directory"
    Error "invalid-secret" "a secret that can't be an environment variable"
    Warning "invisible-text" "text that a reader does not see"
    Warning "key-case" "a key in another case"
    Warning "large-dockerfile" "a Dockerfile that BuildKit does not take"
    Warning "latest-image" "an image that changes under its name"
    Error "missing-key" "a key that a plan must have"
    Warning "mixed-cache" "one cache on two base images"
    Error "no-hashing-image" "no image can hash the secrets"
    Warning "no-shell" "shell syntax in a command that no shell runs"
    Warning "no-start-command" "an image that starts nothing"
    Error "nothing-to-spread" "`...` in a plan"
    Warning "old-deploy" "`deploy` as Railpack wrote it before v0.0.61"
    Error "old-plan" "a plan of Railpack before v0.0.23"
    Warning "overlapping-inputs" "the image takes the same files twice"
    Error "reserved-variable" "a variable with the name of the Dockerfile's build arg"
    Warning "rooted-exclude" "a pattern with a slash in front, which excludes nothing"
    Warning "runtime-secret" "a secret that the application needs when it runs"
    Warning "same-cache-directory" "two caches at the same directory"
    Warning "secret-in-variable" "a variable that looks like a secret"
    Warning "steering-secret" "a secret that changes how every command runs"
    Warning "string-command" "a command as a string that Railpack reads in another way"
    Warning "undigested-image" "an image without a digest; off unless asked for"
    Warning "unfinished-word" "a command that ends within a quote"
    Error "unknown-asset" "no asset of this name"
    Error "unknown-cache" "no cache of this name"
    Error "unknown-cache-type" "no type of cache"
    Error "unknown-command" "a command of no known kind"
    Error "unknown-input" "an input with no source"
    Warning "unknown-key" "a key that Railpack ignores"
    Warning "unknown-secret" "a step lists a secret that the plan does not have"
    Error "unknown-step" "no step of this name"
    Warning "unlisted-secret" "a secret that no step lists"
    Warning "unlocked-cache" "a cache of apt that is not locked"
    Warning "unreachable-step" "a step that the image does not need"
    Error "unspellable" "what no Dockerfile can say"
    Warning "unused-key" "a key that means nothing in this kind of command"
    Error "wrong-type" "a value of another type"
};

/// The kind of finding that has a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.name == name)
}

/// The names of all warnings: each can be allowed.
pub fn warnings() -> impl Iterator<Item = &'static str> {
    CODES.iter().filter(|code| code.severity == Severity::Warning).map(|code| code.name)
}
