//! What programs make of their arguments, where that decides whether a shell is missed.

/// Shells: what comes behind is their business.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "ash", "zsh", "ksh", "fish", "busybox"];

/// Programs that take the names of files and know no patterns.
const TAKES_FILES: [&str; 19] = [
    "rm", "cp", "mv", "ls", "ln", "cat", "chmod", "chown", "chgrp", "mkdir", "rmdir", "touch", "du", "head", "tail",
    "wc", "gzip", "install", "strip",
];

/// Programs whose arguments may well hold dollar signs: languages and templates.
const KNOWS_DOLLARS: [&str; 22] = [
    "awk", "gawk", "mawk", "perl", "php", "ruby", "node", "bun", "deno", "python", "python3", "sed", "grep", "jq",
    "envsubst", "make", "gmake", "ninja", "psql", "mysql", "find", "expr",
];

/// Programs that replace `${…}` in their arguments or their settings themselves.
const KNOWS_BRACES: [&str; 9] = ["npm", "pnpm", "yarn", "mvn", "mvnw", "gradle", "gradlew", "ant", "cmake"];

/// A program by what it was called as, a path or a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program<'w>(&'w str);

impl<'w> Program<'w> {
    pub(super) fn new(word: &'w str) -> Self {
        Self(word.rsplit('/').next().unwrap_or(word))
    }

    pub(super) fn is_shell(self) -> bool {
        SHELLS.contains(&self.0)
    }

    pub(super) fn takes_files(self) -> bool {
        TAKES_FILES.contains(&self.0)
    }

    pub(super) fn knows_dollars(self) -> bool {
        KNOWS_DOLLARS.contains(&self.0)
    }

    pub(super) fn knows_braces(self) -> bool {
        KNOWS_BRACES.contains(&self.0) || self.knows_dollars()
    }

    /// Whether an operator of the shell is an argument like any other.
    pub(super) fn knows_operator(self, operator: &str) -> bool {
        match self.0 {
            "find" | "fd" => operator == ";",
            "expr" | "test" | "[" => ["|", "&", "<", ">"].contains(&operator),
            _ => false,
        }
    }
}
