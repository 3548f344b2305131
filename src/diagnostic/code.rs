//! The codes of all findings, in plans and on the command line.

use std::fmt;

use super::Severity;

macro_rules! codes {
    (lints { $($severity:ident $lint:ident $lint_name:literal $lint_summary:literal)+ }
     errors { $($error_severity:ident $error:ident $error_name:literal $error_summary:literal)+ }) => {
        /// The kind of a finding. Its name is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $lint_summary] $lint,)+
            $(#[doc = $error_summary] $error,)+
        }

        impl Code {
            /// The codes of findings in a plan, sorted by name. The index in `docs/lints/README.md` lists
            /// them.
            pub const LINTS: &[Self] = &[$(Self::$lint),+];

            /// The codes of all other findings: options, files, secrets, Docker.
            pub const ERRORS: &[Self] = &[$(Self::$error),+];

            /// The name, such as `unknown-step`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$lint => $lint_name,)+ $(Self::$error => $error_name,)+ }
            }

            /// The severity of findings with this code, unless an option raises it.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$lint => Severity::$severity,)+ $(Self::$error => Severity::$error_severity,)+ }
            }

            /// A one-line description in Markdown.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$lint => $lint_summary,)+ $(Self::$error => $error_summary,)+ }
            }

            /// The path of the documentation page, relative to the root of the repository.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$lint => concat!("docs/lints/", $lint_name, ".md"),)+
                    $(Self::$error => concat!("docs/errors/", $error_name, ".md"),)+
                }
            }

            /// The documentation page in Markdown: an example, the meaning, and the remedy.
            #[must_use]
            pub const fn page(self) -> &'static str {
                match self {
                    $(Self::$lint => include_str!(concat!("../../docs/lints/", $lint_name, ".md")),)+
                    $(Self::$error => include_str!(concat!("../../docs/errors/", $error_name, ".md")),)+
                }
            }
        }
    };
}

codes! {
    lints {
        Warning AbsoluteExclude "absolute-exclude" "an exclude pattern begins with a slash, so it matches nothing"
        Error AmbiguousInput "ambiguous-input" "an input has more than one source"
        Warning BraceExpansionInSh "brace-expansion-in-sh" "`sh` does not expand `{a,b}`"
        Warning CachedOutput "cached-output" "a copied path is inside a cache, so it is not in any layer"
        Error ConfigFile "config-file" "the file is a `railpack.json`, not a plan"
        Warning ConfigKey "config-key" "a `railpack.json` key has no effect in a plan"
        Warning CredentialInVariable "credential-in-variable" "a variable's value looks like a credential"
        Warning DangerousSecretName "dangerous-secret-name" "a secret's name changes how every command runs"
        Error DependencyCycle "dependency-cycle" "steps depend on each other in a cycle"
        Warning DuplicateCacheDirectory "duplicate-cache-directory" "two caches are mounted at the same directory"
        Error DuplicateKey "duplicate-key" "a key occurs twice"
        Error DuplicateStep "duplicate-step" "two steps have the same name"
        Error EmptyCommand "empty-command" "a command is empty"
        Warning EmptyInput "empty-input" "an input copies nothing"
        Error EmptyName "empty-name" "a step's name is empty"
        Error EmptyPlan "empty-plan" "the file is empty"
        Warning ExcludedCopy "excluded-copy" "the build copies files that the plan excludes"
        Warning ExposedFile "exposed-file" "the image would contain a `.env` file from the build context"
        Error FilteredBase "filtered-base" "a base has `include` or `exclude`"
        Warning FixedArchitecture "fixed-architecture" "an image, a command or a path is for one architecture (off by default, on with `--platforms`)"
        Error HugeDockerfile "huge-dockerfile" "the Dockerfile would be far too large for BuildKit"
        Error Inexpressible "inexpressible" "a Dockerfile can't express this"
        Note InfoFile "info-file" "the file is a `railpack-info.json` that contains a plan"
        Error InvalidCache "invalid-cache" "a cache directory covers the whole file system"
        Error InvalidImage "invalid-image" "an image reference is invalid"
        Error InvalidJson "invalid-json" "the text is not valid JSON"
        Error InvalidPath "invalid-path" "the path of a file is a directory"
        Error InvalidSecret "invalid-secret" "a secret's name can't be the name of an environment variable"
        Error InvalidStringCommand "invalid-string-command" "a string command has the wrong number of arguments"
        Warning InvisibleText "invisible-text" "the generated text contains invisible characters"
        Warning KeyCapitalization "key-capitalization" "a key has unexpected capitalization"
        Warning LargeDockerfile "large-dockerfile" "the Dockerfile is too large for BuildKit"
        Warning LatestImage "latest-image" "an image uses the mutable tag `latest`"
        Warning ManySecrets "many-secrets" "every command mounts more than ten secrets"
        Error MissingKey "missing-key" "a required key is missing"
        Warning MixedCache "mixed-cache" "a cache is used with two different base images"
        Error NoHashingImage "no-hashing-image" "the plan has no image that can hash secrets"
        Warning NoShell "no-shell" "a command contains shell syntax, but no shell runs it"
        Warning NoStartCommand "no-start-command" "the image has no start command"
        Error NotAPlan "not-a-plan" "the file belongs to another tool"
        Warning OldDeploy "old-deploy" "`deploy` has the format used before Railpack v0.0.61"
        Error OldPlan "old-plan" "the plan has the format used before Railpack v0.0.23"
        Warning OverlappingInputs "overlapping-inputs" "the image copies the same files twice"
        Note OverriddenStartCommand "overridden-start-command" "an option replaces the plan's start command"
        Note OverriddenVariable "overridden-variable" "an option overrides a variable of the plan"
        Warning PortMismatch "port-mismatch" "the image exposes a port other than `PORT`"
        Error ReservedVariable "reserved-variable" "a variable has the same name as the Dockerfile's build arg"
        Warning RuntimeSecret "runtime-secret" "a secret looks like one that the application needs at run time"
        Warning SecretInBuildArg "secret-in-build-arg" "a secret is a build arg, so its value stays in the builder's cache (with `--builder railway`)"
        Warning SecretInVariable "secret-in-variable" "a variable's name looks like a secret's"
        Warning ShellAsPid1 "shell-as-pid-1" "a shell stays process 1, so the application receives no signals"
        Error SpreadInPlan "spread-in-plan" "`...` is used in a plan"
        Warning StringCommand "string-command" "Railpack interprets a string command differently"
        Warning UnappliedExec "unapplied-exec" "`--exec` can't change the start command"
        Warning UnexpectedKey "unexpected-key" "a key has no meaning in this kind of command"
        Error UnknownAsset "unknown-asset" "an asset does not exist"
        Error UnknownCache "unknown-cache" "a cache does not exist"
        Error UnknownCacheType "unknown-cache-type" "a cache type is unknown"
        Error UnknownCommand "unknown-command" "a command is of an unknown kind"
        Error UnknownInput "unknown-input" "an input has no source"
        Warning UnknownKey "unknown-key" "a key is unknown and has no effect"
        Warning UnknownSecret "unknown-secret" "a step lists a secret that the plan does not have"
        Error UnknownStep "unknown-step" "a step does not exist"
        Warning UnlistedSecret "unlisted-secret" "a secret is not listed by any step"
        Warning UnlockedCache "unlocked-cache" "an apt cache is not locked"
        Warning UnpinnedImage "unpinned-image" "an image has no digest (off by default)"
        Warning UnterminatedQuote "unterminated-quote" "a command ends inside a quote"
        Warning UnusedStep "unused-step" "the image does not depend on a step"
        Warning UnwritableApp "unwritable-app" "files in `/app` don't belong to the user of the image"
        Error WrongType "wrong-type" "a value has the wrong type"
    }
    errors {
        Error AssetsDirectory "assets-directory" "the directory for the plan's files can't be used"
        Error BrokenTemplate "broken-template" "a template of railpack2docker is broken"
        Error BuildFailed "build-failed" "a build with docker failed"
        Error CarriageReturns "carriage-returns" "a generated file has CRLF line endings that the build would keep"
        Error ChangedOptions "changed-options" "the Dockerfile was generated with different options"
        Error ChangedOutput "changed-output" "the Dockerfile was generated by another version of railpack2docker"
        Error ChangedPlan "changed-plan" "the plan changed after the Dockerfile was generated"
        Note DryRun "dry-run" "the printed command can't be run as it is"
        Error DuplicateOutput "duplicate-output" "two outputs have the same path"
        Error EditedFile "edited-file" "a generated file was edited by hand"
        Note EditedSyntax "edited-syntax" "the `# syntax=` line of an overwritten file was edited by hand"
        Warning EmptySecret "empty-secret" "a tool would pass an empty secret to the build"
        Note IgnoreFile "ignore-file" "the ignore file is not written, or not generated"
        Error InvalidAppend "invalid-append" "instructions can't be appended"
        Error InvalidBundle "invalid-bundle" "the secrets can't be bundled"
        Error InvalidConfig "invalid-config" "`railpack2docker.toml` is invalid"
        Error InvalidLock "invalid-lock" "`railpack2docker.lock` is invalid"
        Error InvalidOption "invalid-option" "an option is invalid"
        Error IoError "io-error" "reading or writing failed"
        Error LargeSecret "large-secret" "a secret is larger than BuildKit accepts"
        Error LeakedSecret "leaked-secret" "a secret is in an image, a cache or a log"
        Note LineEndings "line-endings" "a generated file has CRLF line endings"
        Error MalformedSecret "malformed-secret" "an env file or a `--secret` value is malformed"
        Error MissingFile "missing-file" "a generated file does not exist"
        Error MissingPin "missing-pin" "an image has no digest, and `--locked` requires one"
        Error MissingSecret "missing-secret" "a secret has no value"
        Error NoDocker "no-docker" "`docker` can't be run"
        Error NoFrontend "no-frontend" "Railpack's frontend can't be pulled"
        Error NoRailpack "no-railpack" "`railpack` can't be run"
        Error NoSuchLine "no-such-line" "the file does not have this line"
        Error NoSuchSecret "no-such-secret" "the plan does not have this secret"
        Error NoSuchStep "no-such-step" "the plan does not have this step"
        Error NotGenerated "not-generated" "a file was not generated by railpack2docker"
        Error NotUtf8 "not-utf8" "a file is not UTF-8"
        Error NothingExcluded "nothing-excluded" "the plan excludes nothing, so there is no ignore file"
        Note OtherDockerfile "other-dockerfile" "`build` does not build the Dockerfile next to the plan"
        Error OutputIsPlan "output-is-plan" "an output file is the plan itself"
        Error OutsideContext "outside-context" "a path is outside the build context"
        Note PartialSearch "partial-search" "a part of an image was not searched for secrets"
        Error RailpackFailed "railpack-failed" "Railpack wrote no plan"
        Error RailpackVersion "railpack-version" "Railpack has another version than the one that made the plans"
        Warning SecretReference "secret-reference" "a secret's value is a reference of a password manager"
        Note ShortSecret "short-secret" "a secret is too short to search for"
        Error StaleAsset "stale-asset" "a file of an earlier plan is left over"
        Error StaleIgnoreFile "stale-ignore-file" "an ignore file is left over from an earlier plan"
        Error StaleLock "stale-lock" "the lock does not have exactly the images of the plans"
        Error StalePlan "stale-plan" "the source gives another plan"
        Error StaleSourceMap "stale-source-map" "the Dockerfile is not the one that the source map describes"
        Error TemporaryDirectory "temporary-directory" "the temporary directory is inside the build context"
        Error TooLarge "too-large" "the input is too large"
        Error TwoStdins "two-stdins" "both plans would be read from standard input"
        Error UnreadableContext "unreadable-context" "the build context can't be read"
        Error UnreadableEnvFile "unreadable-env-file" "an env file can't be read"
        Error UnreadableFile "unreadable-file" "a file can't be read"
        Error UnreadableImage "unreadable-image" "an image or a cache can't be read"
        Error UnreadableKey "unreadable-key" "the key file can't be read"
        Error UnreadableMap "unreadable-map" "the source map can't be read"
        Error UnreadablePlan "unreadable-plan" "the plan can't be read"
        Error UnreadableSecret "unreadable-secret" "a secret's file can't be read"
        Warning UnreadyDockerfile "unready-dockerfile" "the Dockerfile that a file builds is not up to date"
        Error UnresolvedImage "unresolved-image" "an image can't be resolved to a digest"
        Warning UnsearchedSecret "unsearched-secret" "a secret without a value was not searched for"
        Error UnsupportedFormat "unsupported-format" "the output format is not supported here"
        Error UnusableSecret "unusable-secret" "a secret's value can't be passed to the build"
        Error UnwritableFile "unwritable-file" "a file can't be written"
        Error Usage "usage" "the arguments are invalid"
        Note Where "where" "the location in the plan"
        Note WrittenFile "written-file" "a file was written, unchanged or removed"
    }
}

impl Code {
    /// The codes of the checks that are off by default.
    pub const OPTIONAL: [Self; 2] = [Self::FixedArchitecture, Self::UnpinnedImage];

    /// All codes, those of plans first.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::LINTS.iter().chain(Self::ERRORS).copied()
    }

    /// The code with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|code| code.name() == name)
    }

    /// The codes of warnings, which can be allowed.
    pub fn warnings() -> impl Iterator<Item = Self> {
        Self::LINTS.iter().copied().filter(|code| code.severity() == Severity::Warning)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
