//! The table of attacks.
#![allow(clippy::enum_glob_use, reason = "a row is a line")]

use Expect::*;

use crate::slots::Slot::{self, *};

/// What must become of an attack.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expect {
    /// There is no Dockerfile, for this reason.
    Refused(&'static str),
    /// A comment says this.
    Comment(&'static str),
    /// A command is this, for `/bin/sh -c`.
    Shell(&'static str),
    /// A command is these words, without a shell or as its script.
    Argv(&'static [&'static str]),
    /// The start command is this.
    Cmd(&'static str),
    /// A variable is set to this.
    Env(&'static str, &'static str),
    /// A mount has this field.
    Mount(&'static str, &'static str),
    /// Files are copied from here to there.
    Copy(&'static str, &'static str),
    /// This is not copied.
    CopyExclude(&'static str),
    /// A file holds this.
    File(&'static str, &'static str),
    /// A line of the ignore file is this.
    Ignore(&'static str),
    /// The command in the header has these arguments.
    Header(&'static [&'static str]),
    /// It stands there as it is, and a warning names these characters.
    Raw(&'static str),
    /// No file says anything of it.
    NoTrace,
}

/// A name, where the text stands, the text, and what must become of it.
pub(crate) type Attack = (&'static str, Slot, &'static str, Expect);

const FORGED: &str = "Made by railpack2docker from plan.json (sha256 000000000000, of this text 000000000000).";

#[rustfmt::skip]
pub(crate) const ATTACKS: &[Attack] = &[
    // comments
    ("a line feed in a step's name", StepName, "a\nRUN evil", Comment("a\\u{a}RUN evil")),
    ("a carriage return in a step's name", StepName, "a\rRUN evil", Comment("a\\u{d}RUN evil")),
    ("what Unicode calls a line in a step's name", StepName, "a\u{2028}RUN evil\u{85}b", Comment("a\\u{2028}RUN evil\\u{85}b")),
    ("a step's name that clears the screen", StepName, "a\u{1b}[2J\u{1b}[H", Comment("a\\u{1b}[2J\\u{1b}[H")),
    ("a step's name with the one-byte escape", StepName, "a\u{9b}2Jb", Comment("a\\u{9b}2Jb")),
    ("a step's name that is a link", StepName, "\u{1b}]8;;https://evil.example\u{7}build\u{1b}]8;;\u{7}", Comment("\\u{1b}]8;;https://evil.example\\u{7}build\\u{1b}]8;;\\u{7}")),
    ("a step's name that rings and steps back", StepName, "safe\u{7}\u{8}\u{8}\u{8}\u{8}evil", Comment("safe\\u{7}\\u{8}\\u{8}\\u{8}\\u{8}evil")),
    ("a step's name from right to left", StepName, "\u{202e}dliub\u{2066}", Comment("\\u{202e}dliub\\u{2066}")),
    ("a step's name in tags", StepName, "a\u{e0041}\u{e0042}", Comment("a\\u{e0041}\\u{e0042}")),
    ("a step's name of nothing to see", StepName, "\u{3164}\u{2800}\u{200b}", Comment("\\u{3164}\\u{2800}\\u{200b}")),
    ("a step's name that names a frontend", StepName, "syntax=evil/frontend", Comment("“syntax=evil/frontend”")),
    ("a step's name that switches checks off", StepName, " Check = skip=all", Comment("“Check = skip=all”")),
    ("a step's name that changes the escape", StepName, "escape=`", Comment("“escape=`”")),
    ("a step's name that tells a linter off", StepName, "hadolint ignore=DL3008", Comment("“hadolint ignore=DL3008”")),
    ("a step's name that forges the header", StepName, FORGED, Comment("“Made by railpack2docker from plan.json (sha256 000000000000, of this text 000000000000).”")),
    ("a step's name that forges the header, far away", StepName, "  MADE \u{a0} BY railpack2docker from x", Comment("“MADE BY railpack2docker from x”")),
    ("a step's name with a backslash at its end", StepName, "a \\", Comment("a \\")),
    ("a step's name with a heredoc", StepName, "COPY <<EOF /etc/passwd", Comment("COPY <<EOF /etc/passwd")),
    ("a step's name with blanks that push", StepName, concat!("a", "          ", "          ", "          ", "b"), Comment("a b")),
    ("a step named as the image of another stage", StepName, "alpine", Comment("alpine")),
    ("a step named as docker's own scratch", StepName, "scratch", Comment("scratch")),
    ("a step named as a stage's number", StepName, "0", Comment("0")),
    ("a line feed in a custom name", CustomName, "a\nRUN evil", Comment("a\\u{a}RUN evil")),
    ("a custom name that ends in a continuation", CustomName, "a \\\n&& evil \\", Comment("a \\\\u{a}&& evil \\")),
    ("a custom name that tells a linter off", CustomName, "\thadolint global ignore=DL3008", Comment("“hadolint global ignore=DL3008”")),
    ("a custom name that switches checks off", CustomName, "check=skip=all;error=false", Comment("“check=skip=all;error=false”")),
    ("a custom name that forges the header", CustomName, FORGED, Comment("“Made by railpack2docker from plan.json (sha256 000000000000, of this text 000000000000).”")),
    ("a custom name that overwrites its line", CustomName, "evil\r# safe", Comment("evil\\u{d}# safe")),

    // commands
    ("a script of two lines", Script, "a\nRUN evil", Argv(&["sh", "-c", "a\nRUN evil"])),
    ("a script with a carriage return", Script, "evil\r#safe", Argv(&["sh", "-c", "evil\r#safe"])),
    ("a script that is JSON", Script, r#"["evil"]"#, Argv(&["sh", "-c", r#"["evil"]"#])),
    ("a script that begins with a flag", Script, "--mount=type=secret,id=TOKEN evil", Argv(&["sh", "-c", "--mount=type=secret,id=TOKEN evil"])),
    ("a script with a heredoc", Script, "cat <<EOF\nRUN evil\nEOF", Argv(&["sh", "-c", "cat <<EOF\nRUN evil\nEOF"])),
    ("a script with a heredoc on one line", Script, "cat <<EOF", Argv(&["sh", "-c", "cat <<EOF"])),
    ("a script that goes on", Script, "make \\", Argv(&["sh", "-c", "make \\"])),
    ("a script that begins with a comment", Script, "# hadolint ignore=DL3008", Argv(&["sh", "-c", "# hadolint ignore=DL3008"])),
    ("a script from right to left", Script, "make # \u{202e}evil", Argv(&["sh", "-c", "make # \u{202e}evil"])),
    ("a script that writes to the terminal", Script, "make \u{1b}[8mevil\u{1b}[0m", Argv(&["sh", "-c", "make \u{1b}[8mevil\u{1b}[0m"])),
    ("a script with blanks of other kinds at its ends", Script, "\u{3000}make\u{a0}", Argv(&["sh", "-c", "\u{3000}make\u{a0}"])),
    ("a script with a quote at its end", Script, "echo 'a'", Shell("echo 'a'")),
    ("a word that ends the command", Command, "make 'a; evil'", Shell("make 'a; evil'")),
    ("a word that is expanded", Command, "make $HOME `evil` $(evil)", Shell("make '$HOME' '`evil`' '$(evil)'")),
    ("a word that is a variable for the command", Command, "LD_PRELOAD=/evil.so make", Shell("'LD_PRELOAD=/evil.so' make")),
    ("a word of two lines", Command, "make 'a\nRUN evil'", Argv(&["make", "a\nRUN evil"])),
    ("a program that the shell runs itself", Command, "eval evil", Argv(&["eval", "evil"])),
    ("a program that begins as a comment", Command, "'#evil'", Shell("'#evil'")),
    ("a start command of two lines", StartCommand, "a\nRUN evil\u{1b}[2J", Cmd("a\nRUN evil\u{1b}[2J")),
    ("a start command that ends its array", StartCommand, "a\"] RUN evil", Cmd("a\"] RUN evil")),

    // variables
    ("a value that ends its quotes", Variable, "x\" EVIL=\"1", Env("NAME", "x\" EVIL=\"1")),
    ("a value that takes the quote with it", Variable, "x\\", Env("NAME", "x\\")),
    ("a value that is expanded", Variable, "$PATH ${PATH:+evil} $(evil)", Env("NAME", "$PATH ${PATH:+evil} $(evil)")),
    ("a value with a heredoc", Variable, "<<EOF", Env("NAME", "<<EOF")),
    ("a value of two lines", Variable, "a\nRUN evil", Refused("holds a line feed")),
    ("a value of two lines in the image", DeployVariable, "a\nRUN evil", Refused("holds a line feed")),
    ("a value with a NUL", Variable, "a\0b", Refused("holds a NUL")),
    ("a value from right to left", Variable, "safe\u{202e}evil", Raw("U+202E")),
    ("a value that writes to the terminal", DeployVariable, "\u{1b}]0;evil\u{7}", Raw("U+0007 and U+001B")),
    ("a value that overwrites its line", Variable, "evil\rENV NAME=\"safe\"", Raw("U+000D")),
    ("a value with the one-byte escape", Variable, "\u{9b}8m", Raw("U+009B")),
    ("a value with nothing to see in it", Variable, "a\u{200b}b\u{feff}c\u{2060}", Raw("U+200B, U+2060 and U+FEFF")),
    ("a value in variation selectors", Variable, "a\u{e0100}\u{e0101}", Raw("U+E0100 and U+E0101")),
    ("a value of emoji and of scripts with joiners", Variable, "❤\u{fe0f}\u{200d}🔥 می\u{200c}خواهم", Env("NAME", "❤\u{fe0f}\u{200d}🔥 می\u{200c}خواهم")),
    ("a name that is two", VariableName, "A\" B", Env("A\" B", "value")),
    ("a name with a line feed", VariableName, "A\nRUN evil", Refused("holds a line feed")),
    ("a name with the sign", VariableName, "A=evil B", Refused("is not a variable's name")),
    ("a name that is expanded", VariableName, "$PATH", Env("$PATH", "value")),
    ("a name that looks like another", VariableName, "PATH\u{200b}", Raw("U+200B")),
    ("an entry of PATH that ends its quotes", PathEntry, "/x\" EVIL=\"1", Env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/x\" EVIL=\"1")),
    ("an entry of PATH of two lines", PathEntry, "/x\nRUN evil", Refused("holds a line feed")),
    ("an entry of PATH that can't be seen", PathEntry, "/x\u{2066}", Raw("U+2066")),

    // mounts
    ("a cache key with another field", CacheKey, "x,target=/etc", Mount("id", "x%2Ctarget%3D/etc")),
    ("a cache key with another flag", CacheKey, "x --network=host", Mount("id", "x%20--network%3Dhost")),
    ("a cache key of two lines", CacheKey, "x\nRUN evil", Mount("id", "x%0ARUN%20evil")),
    ("a cache key from right to left", CacheKey, "x\u{202e}\u{1b}", Mount("id", "x%E2%80%AE%1B")),
    ("a cache prefix with another field", CachePrefix, "p,from=evil\n", Mount("id", "p%2Cfrom%3Devil%0Akey")),
    ("a cache directory with another field", CacheDirectory, "/x,source=/etc", Mount("target", "/x,source=/etc")),
    ("a cache directory with another flag", CacheDirectory, "/x --network=host", Mount("target", "/x --network=host")),
    ("a cache directory with a heredoc", CacheDirectory, "/x <<EOF", Mount("target", "/x <<EOF")),
    ("a cache directory that is expanded", CacheDirectory, "/$NAME", Mount("target", "/$NAME")),
    ("a cache directory that ends its quotes", CacheDirectory, "/x\"'\\,y", Mount("target", "/x\"'\\,y")),
    ("a cache directory of two lines", CacheDirectory, "/x\nRUN evil", Refused("holds a line feed")),
    ("a cache directory that writes to the terminal", CacheDirectory, "/x\u{1b}[2J", Refused("holds a control character")),
    ("a cache directory that is an argument's", CacheDirectory, "/é\u{202e}", Raw("U+202E")),
    ("a secret with another field", Secret, "A,target", Mount("env", "A,target")),
    ("a secret with another field's value", Secret, "A,required=false", Refused("can't be the name of an environment variable")),
    ("a secret that is expanded", Secret, "$(evil)", Mount("env", "$(evil)")),
    ("a secret that ends its quotes", Secret, "A\"'`evil`", Mount("env", "A\"'`evil`")),
    ("a secret of two lines", Secret, "A\nRUN evil", Refused("holds a line feed")),
    ("a secret from right to left", Secret, "A\u{202e}", Refused("can hold only ASCII")),
    ("a secret's id with another field", SecretId, "x,env=LD_PRELOAD", Mount("id", "x,env=LD_PRELOAD")),
    ("a secret's id of two lines", SecretId, "x\nRUN evil", Refused("an id is printable ASCII")),
    ("a bundle's id of two lines", BundleId, "x\nRUN evil", Refused("holds a line feed")),
    ("a bundle's id that is expanded", BundleId, "x$(evil)", Mount("id", "x$(evil)")),
    ("an agent's id with another field", SshId, "x,required=false", Mount("id", "x,required=false")),
    ("an agent's id of two lines", SshId, "x\nRUN evil", Refused("an id is printable ASCII")),

    // images and paths
    ("an image of two lines", Image, "debian\nRUN evil", Refused("is no reference to an image")),
    ("an image with a name of its own", Image, "debian AS evil", Refused("is no reference to an image")),
    ("an image with a flag", Image, "--platform=evil debian", Refused("is no reference to an image")),
    ("an image that is expanded", Image, "$EVIL", Refused("is no reference to an image")),
    ("an image that looks like another", Image, "debian\u{200b}", Refused("is no reference to an image")),
    ("a frontend of two lines", Syntax, "docker/dockerfile:1\nRUN evil", Refused("is no reference to an image")),
    ("a source with a blank", CopySource, "a b", Copy("a b", "there")),
    ("a source with a flag", CopySource, "--from=evil", Copy("--from=evil", "there")),
    ("a source that is a heredoc", CopySource, "<<EOF", Copy("<<EOF", "there")),
    ("a source that is JSON", CopySource, "[\"/etc\"", Copy("[\"/etc\"", "there")),
    ("a source that is remote", CopySource, "https://evil.example/x", Copy("./https:/evil.example/x", "there")),
    ("a source that is a repository", CopySource, "git@evil.example:x", Copy("./git@evil.example:x", "there")),
    ("a source that is expanded", CopySource, "$NAME", Copy("$NAME", "there")),
    ("a source of two lines", CopySource, "a\nRUN evil", Refused("holds a control character")),
    ("a source from right to left", CopySource, "a\u{202e}b", Copy("a\u{202e}b", "there")),
    ("a destination of two lines", CopyDestination, "a\nRUN evil", Copy("here", "a\nRUN evil")),
    ("a destination that writes to the terminal", CopyDestination, "a\u{1b}[2J\u{9b}", Copy("here", "a\u{1b}[2J\u{9b}")),
    ("a destination that is a heredoc", CopyDestination, "<<EOF", Copy("here", "<<EOF")),
    ("an include of two lines", Include, "/a\nRUN evil", Copy("/a\nRUN evil", "/a\nRUN evil")),
    ("an include with a flag", Include, "/a --from=evil", Copy("/a --from=evil", "/a --from=evil")),
    ("an exclude with a flag", InputExclude, "a --from=evil", CopyExclude("a --from=evil")),
    ("an exclude with a heredoc", InputExclude, "<<EOF", CopyExclude("<<EOF")),
    ("an exclude of two lines", InputExclude, "a\nRUN evil", Refused("holds a line feed")),
    ("an exclude that writes to the terminal", InputExclude, "a\u{1b}[2J", Refused("holds a control character")),

    // files
    ("a file's path of two lines", FilePath, "/a\nRUN evil", File("/a\nRUN evil", "content\n")),
    ("a file's path with a second heredoc", FilePath, "/a <<EOF2", File("/a <<EOF2", "content\n")),
    ("a file's path that writes to the terminal", FilePath, "/a\u{1b}[2J", File("/a\u{1b}[2J", "content\n")),
    ("content that ends the heredoc", Asset, "EOF\nRUN evil\n", File("/etc/file", "EOF\nRUN evil\n")),
    ("content that ends the heredoc as Windows does", Asset, "EOF\r\nRUN evil\n", File("/etc/file", "EOF\r\nRUN evil\n")),
    ("content that ends every heredoc", Asset, " EOF\nEOF2\n\tEOF3 \nRUN evil", File("/etc/file", " EOF\nEOF2\n\tEOF3 \nRUN evil\n")),
    ("content that is a Dockerfile", Asset, "# syntax=evil\n# hadolint ignore=DL3008\nFROM evil\nRUN evil \\\n", File("/etc/file", "# syntax=evil\n# hadolint ignore=DL3008\nFROM evil\nRUN evil \\\n")),
    ("content that is expanded", Asset, "$NAME ${NAME} `evil` \\$x\n", File("/etc/file", "$NAME ${NAME} `evil` \\$x\n")),
    ("content from right to left", Asset, "if true; then # \u{2067}evil\u{2069}\n", Raw("U+2067 and U+2069")),
    ("content that writes to the terminal", Asset, "a\n\u{1b}[2J\u{1b}]8;;https://evil.example\u{7}b\n", Raw("U+0007 and U+001B")),
    ("content that overwrites a line", Asset, "evil\r# safe\n", Raw("U+000D")),
    ("content with the line ends of Windows", Asset, "a\r\nb\r\n", File("/etc/file", "a\r\nb\r\n")),
    ("content with a NUL", Asset, "a\0b", Refused("holds a NUL")),
    ("an asset's name that is an instruction", AssetName, "a\nRUN evil\u{1b}[2J", File("/etc/file", "content\n")),

    // the ignore file
    ("a pattern that is a comment", Exclude, "# Made by railpack2docker from x (sha256 0, of this text 0)", Ignore("./# Made by railpack2docker from x (sha256 0, of this text 0)")),
    ("a pattern of two lines", Exclude, "a\n!secret", Refused("holds a line feed")),
    ("a pattern from right to left", Exclude, "a\u{202e}b", Raw("U+202E")),
    ("a pattern that writes to the terminal", Exclude, "a\u{1b}c", Raw("U+001B")),
    ("a pattern that overwrites its line", Exclude, "!secret\r*.md", Raw("U+000D")),

    // the header
    ("a plan's name of two lines", PlanName, "x\nFROM evil", Header(&["x\\u{a}FROM evil", "-o", "Dockerfile"])),
    ("a plan's name that forges digests", PlanName, "x (sha256 0, of this text 0).", Header(&["x (sha256 0, of this text 0).", "-o", "Dockerfile"])),
    ("a plan's name that is an option", PlanName, "--force", Header(&["./--force", "-o", "Dockerfile"])),
    ("a plan's name that a shell would run", PlanName, "$(evil)`evil`'; evil #.json", Header(&["$(evil)`evil`'; evil #.json", "-o", "Dockerfile"])),
    ("a plan's name that writes to the terminal", PlanName, "\u{1b}[2J\u{202e}", Header(&["\\u{1b}[2J\\u{202e}", "-o", "Dockerfile"])),
    ("a Dockerfile's name of two lines", DockerfileName, "x\nFROM evil", Header(&["railpack-plan.json", "-o", "x\\u{a}FROM evil"])),
    ("a Dockerfile's name that a shell would run", DockerfileName, "-$(evil)'", Header(&["railpack-plan.json", "-o", "./-$(evil)'"])),
    ("an argument of two lines", Argument, "--cache-prefix=x\nFROM evil", Header(&["railpack-plan.json", "-o", "Dockerfile", "--cache-prefix=x\\u{a}FROM evil"])),
    ("an argument that a shell would run", Argument, "--cache-prefix=$(evil)'", Header(&["railpack-plan.json", "-o", "Dockerfile", "--cache-prefix=$(evil)'"])),

    // messages
    ("a key that writes to the terminal", UnknownKey, "\u{1b}[2J\u{9b}\n\u{202e}", NoTrace),
];

/// Text pushed out of sight: too long for a table.
pub(crate) fn far(slot: Slot) -> String {
    match slot {
        Asset => format!("a\n{}evil\n", "\t".repeat(40)),
        _ => format!("safe{}evil", " ".repeat(300)),
    }
}
