//! Argument conventions of well-known programs, to tell whether a command needs a shell.

/// Shells, which interpret their own arguments.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "ash", "zsh", "ksh", "fish", "busybox"];

/// Programs that accept file names and don't expand patterns in them.
const ACCEPT_FILES: [&str; 19] = [
    "rm", "cp", "mv", "ls", "ln", "cat", "chmod", "chown", "chgrp", "mkdir", "rmdir", "touch", "du", "head", "tail",
    "wc", "gzip", "install", "strip",
];

/// Programs whose arguments often contain dollar signs: languages and templates.
const USE_DOLLARS: [&str; 22] = [
    "awk", "gawk", "mawk", "perl", "php", "ruby", "node", "bun", "deno", "python", "python3", "sed", "grep", "jq",
    "envsubst", "make", "gmake", "ninja", "psql", "mysql", "find", "expr",
];

/// Programs that expand `${…}` in their arguments or settings themselves.
const EXPAND_BRACES: [&str; 9] = ["npm", "pnpm", "yarn", "mvn", "mvnw", "gradle", "gradlew", "ant", "cmake"];

/// A program, identified by the name or path in a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program<'w>(&'w str);

impl<'w> Program<'w> {
    pub(crate) fn new(word: &'w str) -> Self {
        Self(word.rsplit('/').next().unwrap_or(word))
    }

    pub(crate) fn is_shell(self) -> bool {
        SHELLS.contains(&self.0)
    }

    pub(crate) fn accepts_files(self) -> bool {
        ACCEPT_FILES.contains(&self.0)
    }

    pub(crate) fn uses_dollars(self) -> bool {
        USE_DOLLARS.contains(&self.0)
    }

    pub(crate) fn expands_braces(self) -> bool {
        EXPAND_BRACES.contains(&self.0) || self.uses_dollars()
    }

    /// Whether the program accepts a shell operator as an argument.
    pub(crate) fn accepts_operator(self, operator: &str) -> bool {
        match self.0 {
            "find" | "fd" => operator == ";",
            "expr" | "test" | "[" => ["|", "&", "<", ">"].contains(&operator),
            _ => false,
        }
    }
}
