//! Wild plans: random plans whose texts consist of pieces that have a meaning to some parser between the plan and a
//! running command (JSON, `google/shlex`, the Dockerfile's parser and its lexer, CSV, the shell, `env`), and of
//! enough harmless pieces that most plans still have a Dockerfile.

use std::collections::BTreeSet;
use std::ops::Range;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use railpack2docker::{
    AssetsDirectory, Healthcheck, ImageCommand, ImageOptions, Options, SecretMount, SecretsHash, SecretsScope,
};

use crate::plans::{Command, Input, Plan, Source, Step, Variables};

/// Images: some of Railpack's, others, and some whose names could be those of stages.
const IMAGES: [&str; 6] = [
    "alpine",
    "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6",
    "ghcr.io/railwayapp/railpack-runtime:mise-2026.8.6",
    "localhost:5000/a/b__c:V1_.-",
    "build",
    "0",
];

/// A text of plain pieces, of pieces that have a meaning to some parser, and of `more` pieces.
pub fn text(more: &'static [&'static str], size: Range<usize>) -> impl Strategy<Value = String> {
    const PLAIN: &[&str] = &["a", "B", "run", "x1", "-", "_", ".", "/", ":"];
    const WILD: &[&str] = &[
        " ",
        "  ",
        "\t",
        "\"",
        "'",
        "\\",
        "\\\\",
        "$",
        "$x",
        "${",
        "${x}",
        "$$",
        "`",
        "#",
        "<<",
        "<<EOF",
        "<",
        "[",
        "]",
        "{",
        "}",
        ",",
        "=",
        "*",
        "?",
        "!",
        "~",
        "@",
        ";",
        "&&",
        "|",
        "%",
        "--",
        "é",
        "✓",
        "𝔘",
        "à",
        "Å",
        "\u{85}",
        "\u{a0}",
        "\u{3000}",
        "\u{2003}",
        "\u{202e}",
        "\u{feff}",
        "\r",
        "\u{1b}[2J",
        "\u{7f}",
        "\u{1}",
        "EOF",
        "\\n",
    ];
    let piece = prop_oneof![3 => select(PLAIN), 3 => select(WILD), 1 => select(more)];
    vec(piece, size).prop_map(|pieces| pieces.concat())
}

fn word() -> impl Strategy<Value = String> {
    let plain =
        select(&["npm", "ci", "--x", "a=b", "A=1", "echo", "if", "[", "", "-", "--", "sh", "-c", "é", "1st"][..]);
    prop_oneof![2 => plain.prop_map(str::to_owned), 3 => text(&["\n", "\u{0}"], 0..6)]
}

/// A text that is likely too long for a line of a Dockerfile.
pub fn long() -> impl Strategy<Value = String> {
    let piece = select(&["a", "a ", "\\", "é", "a # ", "\"b", "\\n", " \\a", "x\n"][..]);
    (piece, 29_000_usize..70_000).prop_map(|(piece, times)| piece.repeat(times))
}

fn argv() -> impl Strategy<Value = Vec<String>> {
    const SCRIPTS: &[&str] = &[
        "cat <<X",
        "a <<b c",
        "cat <<< x",
        "npm ci && npm run build",
        "echo \"$HOME\"",
        "[ -d x ]",
        "# no",
        "a \\",
        "x #",
        "",
    ];
    let script = prop_oneof![
        3 => text(&["\n", "echo $0", "cat <<X\nhi\nX", "\\\n"], 0..12),
        1 => select(SCRIPTS).prop_map(str::to_owned),
        2 => self::script(),
    ];
    let script = prop_oneof![30 => script, 1 => long()];
    let program = select(&["echo", "if", "test", "[", "time", "cd", "A=1", ":", "printf"][..]);
    let of_the_shell =
        (program, select(&["x", "a b", "\\n", "A=1", "-n"][..])).prop_map(|(a, b)| vec![a.to_owned(), b.to_owned()]);
    let in_shell = script.prop_map(|script| ["sh", "-c", &script].map(str::to_owned).to_vec());
    prop_oneof![1 => in_shell, 1 => vec(word(), 1..5), 1 => of_the_shell].prop_map(without_nul)
}

/// Words of scripts, of every kind: quoted ones, expansions, patterns, redirections.
const SCRIPT_WORDS: &[&str] = &[
    "a",
    "--long-option=/some/where",
    "'b  c'",
    "\"d  e\"",
    "'it'\\''s  '",
    "f\\ \\ g",
    "\\#h",
    "i#j",
    "$x",
    "\"$x  $\"",
    "${x:-k  l}",
    "\"${x:-m  n}\"",
    "${x:-\"o  p\"}",
    "$(p  q)",
    "\"$(p  q  'r  s')\"",
    "\"$(p \"t  u\")  \"",
    "$(p 'v  )' w)",
    "`p  x  y`",
    "\"`p  'z  z'`\"",
    "$((1  +  2))",
    "*",
    "b?",
    "[a-z]*",
    "{a,b}",
    "{",
    "}",
    "~",
    "é",
    "\\;",
    "';'",
    "\"&&\"",
    "'#'",
    "!",
    "]]",
    "if",
    "> /dev/null",
    "2>&1",
    "2>  /dev/null",
    "< /dev/null",
    "''",
    "a=b",
    "0123456789012345678901234567890123456789012345678901234567890123456789",
];

/// Parts of the grammar around words.
const SCRIPT_SYNTAX: &[&str] = &[
    "p",
    "p",
    "p",
    "&&",
    "||",
    ";",
    "|",
    "(",
    ")",
    "then",
    "fi",
    "for x in",
    "do",
    "done",
    "case a in",
    "a)",
    ";;",
    "esac",
    "[[",
    "((",
    "))",
    "'",
    "\"",
    "\\",
    "`",
    "$(",
    "${",
    "$'b\\'",
    "f()",
    "x=(",
    "@(",
    "#",
    "=~",
    "$[",
    "a[",
    "]=b",
];

/// Scripts of one line. They change nothing, and run nothing but `p` and what is built into the shell.
pub fn script() -> impl Strategy<Value = String> {
    const BLANKS: &[&str] = &["", " ", " ", " ", "  ", "\t"];
    let part = prop_oneof![select(SCRIPT_WORDS), select(SCRIPT_SYNTAX)];
    let any = vec((part, select(BLANKS)), 1..20);
    let any =
        any.prop_map(|parts| parts.into_iter().fold("p ".to_owned(), |script, (part, blank)| script + part + blank));
    prop_oneof![3 => legal_script(), 1 => any]
}

/// Commands that run `p`, with operators and compound commands around them: most of them can be run.
fn legal_script() -> impl Strategy<Value = String> {
    const BLANKS: &[&str] = &[" ", " ", "  ", "\t"];
    const OPERATORS: &[&str] = &[" && ", " || ", "; ", " ; ", " | ", "&&", "  ||  ", ";"];
    const ENDS: &[&str] = &["", "", "", "  # a  comment && p", "  #", ";", "  ;", " # 'quote"];
    // around commands
    const FRAMES: &[&str] = &[
        "if C; then C; else  C; fi",
        "{ C;  C; }",
        "(C;  C)",
        "( C )",
        "for x in a  'b  c'; do C; done",
        "case a in  a|b)  C;;  *) C;; esac",
        "case a in (a  |  'b c') C;; esac",
        "while C && false; do C; done",
        "f() { C  \"$1\"; }; f  'a  b'",
        "f () { C; }; f",
        "x=a  y='b  c' C",
        "! C",
        "x=$(C) C",
        "x=\"$(C  'd  e')\"; C",
    ];
    let word = (select(BLANKS), select(SCRIPT_WORDS)).prop_map(|(blank, word)| format!("{blank}{word}"));
    let command = vec(word, 0..9).prop_map(|words| format!("p{}", words.concat()));
    let compound = (select(FRAMES), vec(command.clone(), 3)).prop_map(|(frame, commands)| {
        commands.iter().fold(frame.to_owned(), |script, command| script.replacen('C', command, 1))
    });
    let statement = prop_oneof![4 => command, 1 => compound];
    let more = vec((select(OPERATORS), statement.clone()), 0..5);
    (statement, more, select(ENDS)).prop_map(|(first, more, end)| {
        more.into_iter().fold(first, |script, (operator, next)| script + operator + &next) + end
    })
}

/// Replaces NULs, which no Dockerfile can contain, so that most plans still have one.
fn without_nul(argv: Vec<String>) -> Vec<String> {
    argv.into_iter().map(|word| word.replace('\0', "0")).collect()
}

fn path() -> impl Strategy<Value = String> {
    let plain = select(
        &[
            ".",
            "/",
            "/app",
            "/app/",
            "src",
            "src/",
            "./x",
            "../x",
            "/etc/x.toml",
            "*.json",
            "lib*",
            "a/b*",
            "conf.d*",
            "*",
            "git@host:x",
            "https://x/y",
            "github.com/x",
            "",
            "\u{feff}x",
            "-x",
            "[ab].js",
            "a b",
            "$x/y",
            "a<<b",
            "é/ü",
        ][..],
    );
    prop_oneof![3 => plain.prop_map(str::to_owned), 2 => text(&["/"], 1..6)]
}

fn pattern() -> impl Strategy<Value = String> {
    let plain = select(&["node_modules", "*.md", "a b", "!x", "\\*", "'q\"", "$x", "--x", "[a]", "#", "", ","][..]);
    plain.prop_map(str::to_owned)
}

/// Variables. Their values have line feeds only if `line_feeds` is true, since a deploy variable can't have one.
fn variables(line_feeds: bool) -> impl Strategy<Value = Variables> {
    let names = [
        "A",
        "B_c",
        "PATH",
        "NPM_TOKEN",
        "my-var",
        "a b",
        "1st",
        "é",
        "q\"$\\'",
        "_",
        "x.y",
        "\u{3000}u",
        "\u{feff}v",
        "-u",
        "CACHE_DIRECTORY_1",
        "TARGETARCH",
    ];
    let value = text(if line_feeds { &["\n", "a\nb"] } else { &["x"] }, 0..6);
    let value = prop_oneof![40 => value, 1 => long()];
    btree_map(select(names.to_vec()).prop_map(str::to_owned), value, 0..4)
}

fn name() -> impl Strategy<Value = String> {
    let plain = select(
        &[
            "build",
            "packages:mise",
            "Build",
            "BUILD",
            "scratch",
            "context",
            "1",
            "0",
            "über",
            "✓",
            "alpine",
            "a-b",
            "a--b",
            "a:b",
            "install",
            "secrets-hash",
            "build-file",
            "-",
            "$x",
        ][..],
    );
    let long = (50_usize..200).prop_map(|size| "n".repeat(size));
    prop_oneof![6 => plain.prop_map(str::to_owned), 2 => text(&["\n"], 1..5), 1 => long]
}

fn command() -> impl Strategy<Value = Command> {
    let exec = (argv(), proptest::option::of(text(&["\n", "RUN x", "\nRUN x", "check=skip=all"], 0..5)));
    let image = proptest::option::weighted(0.2, select(&IMAGES[..]).prop_map(str::to_owned));
    let content = text(&["\n", "\nEOF\n", "EOF", "EOF2\n", "\r\n", "\nRUN x\n"], 0..10);
    let mode = select(&[None, Some(0), Some(0o644), Some(0o755), Some(0o600), Some(0o100_755), Some(0o7)][..]);
    prop_oneof![
        4 => exec.prop_map(|(argv, name)| Command::Exec { argv, name }),
        1 => prop_oneof![select(&["/mise/shims", "/app/bin", "$x/bin"][..]).prop_map(str::to_owned), text(&["/"], 1..4)]
            .prop_map(Command::Path),
        2 => (path(), path(), image).prop_map(|(src, dest, image)| Command::Copy { src, dest, image }),
        2 => (path(), content, mode).prop_map(|(path, content, mode)| Command::File { path, content, mode }),
    ]
}

/// A source for step number `at`: the build context, an image, or an earlier step if there is one.
fn source(at: usize) -> impl Strategy<Value = Source> {
    (any::<Index>(), select(&IMAGES[..]), 0..5_u8).prop_map(move |(index, image, kind)| match kind {
        0 => Source::Local,
        1 | 2 => Source::Image(image.to_owned()),
        _ if at == 0 => Source::Image(image.to_owned()),
        _ => Source::Step(index.index(at)),
    })
}

fn inputs(at: usize) -> impl Strategy<Value = Vec<Input>> {
    let input = (source(at), vec(path(), 0..3), vec(pattern(), 0..3));
    vec(input.prop_map(|(source, include, exclude)| Input { source, include, exclude }), 0..4)
}

fn step(at: usize, caches: Vec<String>, secrets: Vec<String>) -> impl Strategy<Value = Step> {
    let mut listed = vec!["*".to_owned()];
    listed.extend(secrets);
    let caches = if caches.is_empty() { Just(Vec::new()).boxed() } else { vec(select(caches), 0..3).boxed() };
    let base = proptest::option::weighted(0.9, source(at));
    let secrets = prop_oneof![Just(Vec::new()), vec(select(listed), 0..3)];
    (name(), base, inputs(at), vec(command(), 0..5), secrets, variables(true), caches).prop_map(
        |(name, base, inputs, commands, secrets, variables, caches)| {
            // the first input is the base: without one there are no others
            let inputs = if base.is_some() { inputs } else { Vec::new() };
            Step { name, base, inputs, commands, secrets, variables, caches }
        },
    )
}

/// A plan of one to seven steps, each of which depends only on earlier ones.
pub fn plan() -> impl Strategy<Value = Plan> {
    let key = select(&["npm", "next-", "a b", "x,y", "q\"'", "$x", "é", "c\\d", "\u{1}", "type=bind", ""][..]);
    let directory =
        select(&["/root/.npm", "target", ".m2/x", "/a b", "/x,y", "/$x", "/q\"'\\", "/é", "é\u{3000}", "/a/../b/"][..]);
    let cache = (directory.prop_map(str::to_owned), any::<bool>());
    let caches = btree_map(key.prop_map(str::to_owned), cache, 0..3);
    // half of these are also names of variables
    let secret = select(
        &["NPM_TOKEN", "A", "PATH", "B_c", "a b", "my-var", "CACHE_DIRECTORY_1", "my-secret", "x,y", "q\"", "$x", "1"]
            [..],
    );
    let secrets = vec(secret.prop_map(str::to_owned), 0..3);
    (caches, secrets, 1..8_usize).prop_flat_map(|(caches, secrets, count)| {
        let keys: Vec<String> = caches.keys().cloned().collect();
        let steps: Vec<_> = (0..count).map(|at| step(at, keys.clone(), secrets.clone()).boxed()).collect();
        let rest = (
            source(count),
            inputs(count),
            proptest::option::of(text(&["\n"], 0..6)),
            variables(false),
            vec(text(&["/"], 1..4), 0..3),
        );
        (steps, rest, Just((caches, secrets))).prop_map(
            |(mut steps, (base, inputs, start, variables, paths), (caches, secrets))| {
                let mut seen = BTreeSet::new();
                for (at, step) in steps.iter_mut().enumerate() {
                    while !seen.insert(step.name.clone()) {
                        step.name.push_str(&at.to_string());
                    }
                }
                Plan { steps, caches, secrets, base, inputs, start, variables, paths }
            },
        )
    })
}

/// Options that affect the Dockerfile.
pub fn options() -> impl Strategy<Value = Options> {
    let scope = select(&[SecretsScope::Plan, SecretsScope::Step][..]);
    let hash = select(&[SecretsHash::Layer, SecretsHash::Layer, SecretsHash::Arg, SecretsHash::Off][..]);
    let platforms: &[&[&str]] =
        &[&[], &["linux/arm/v7"], &["linux/amd64", "linux/arm/v7"], &["linux/arm/v6", "linux/arm/v7", "linux/arm64"]];
    let platforms = select(platforms).prop_map(|platforms| platforms.iter().map(|&it| it.to_owned()).collect());
    let assets = (select(&["docker", "src/files"][..]), select(&["", "x/"][..]), any::<bool>());
    let assets = assets.prop_map(|(path, parent, embedded)| AssetsDirectory {
        path: path.to_owned(),
        path_in_context: format!("{parent}{path}"),
        embedded,
    });
    let assets = option::weighted(0.3, assets);
    let prefix = select(&["", "p-"][..]);
    (scope, hash, prefix, platforms, assets).prop_map(|(secrets_scope, secrets_hash, prefix, platforms, assets)| {
        crate::options! { secrets_scope, secrets_hash, cache_prefix: prefix.to_owned(), platforms, assets }
    })
}

/// The same, half of them with options of the image.
pub fn all_options() -> impl Strategy<Value = Options> {
    let image = prop_oneof![Just(ImageOptions::default()), image_options()];
    (options(), image).prop_map(|(mut options, image)| {
        options.image = image;
        options
    })
}

/// Options of the image: valid ones, but for a rare line feed.
pub fn image_options() -> impl Strategy<Value = ImageOptions> {
    let words = || vec(text(&["a"], 1..4), 1..4).prop_map(ImageCommand::Exec);
    let script = || text(&["exec ", "serve", " && ", "; ", " 2>&1", " | "], 1..6).prop_map(ImageCommand::Shell);
    let command = || option::of(prop_oneof![words(), script()]);
    let some = |choices: &'static [&'static str]| {
        btree_set(select(choices), 0..3).prop_map(|set| set.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let one = |choices: &'static [&'static str]| option::of(select(choices)).prop_map(|it| it.map(str::to_owned));
    let pairs = |names: &'static [&'static str]| btree_map(select(names), text(&["a"], 0..4), 0..3);
    let names =
        (one(&["1001", "1001:0", "2000:3000", "app", "a-b_1"]), some(&["3000", "53/udp"]), some(&["/data", "/app/x"]));
    let pairs =
        (pairs(&["A", "PORT", "PATH", "my-var"]), pairs(&["a", "org.opencontainers.image.source"]), any::<bool>());
    let check =
        option::of((prop_oneof![words(), script()], one(&["10s", "1m30s"]), one(&["500ms"]), option::of(1..5_u32)));
    let process = (command(), option::of(words()), one(&["SIGINT", "9"]), any::<bool>());
    (names, pairs, check, process).prop_map(|(names, pairs, check, process)| {
        let mut options = ImageOptions::default();
        (options.user, options.expose, options.volumes) = names;
        let owned = |(name, value): (&str, String)| (name.to_owned(), value);
        options.env = pairs.0.into_iter().map(owned).collect();
        options.labels = pairs.1.into_iter().map(owned).collect();
        if pairs.2 {
            options.label_args = [("b.c".to_owned(), "LABEL_ARG".to_owned())].into();
        }
        options.healthcheck = check.map(|(command, interval, timeout, retries)| {
            let mut check = Healthcheck::new(command);
            (check.interval, check.timeout, check.retries) = (interval, timeout, retries);
            check
        });
        (options.command, options.entrypoint, options.stop_signal, options.exec) = process;
        options
    })
}

/// Such options for a bundle of secrets, whose ID is any text that a mount can contain.
pub fn options_with_bundle() -> impl Strategy<Value = Options> {
    let id = select(&["ALL_SECRETS", "prod/all", ".env", "a b", "x,y", "$x", "q\"'\\", "$(x)`", "-", ".."][..]);
    (options(), id).prop_map(|(mut options, id)| {
        options.secrets_scope = SecretsScope::Plan;
        options.secret_mount = SecretMount::Bundle(id.to_owned());
        options
    })
}
