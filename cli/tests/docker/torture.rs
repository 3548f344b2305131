//! Hundreds of texts that have a meaning to some parser, in every place of one plan: the arguments and variables of
//! commands, the paths and contents of files, and the config of the image are those texts, byte for byte.
//!
//! The plan has the type that `tests/library/properties` uses, so that the parser there is compared with Docker too:
//! both must find the same in one Dockerfile.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;

use fs_err as fs;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use railpack2docker::escape::is_invisible;
use railpack2docker::{Options, transpile};

use testkit::engine::{Build, Built, engine};
use testkit::injection::ATTACKS;
use testkit::model::{DEFAULT_PATH, under_app};
use testkit::plans::{Command, Input, Plan, Source, Step, Variables};
use testkit::{buildkit, reads_back, wild};

const IMAGE: &str = "railpack2docker-test/torture:1";

/// A script that records the environment that it was started with, its arguments and the mounts.
const DUMP: &str = r#"
out=/out/$1; shift
mkdir -p /out
/bin/busybox cat /proc/$$/environ > $out.env
for word; do printf '%s\0' "$word"; done > $out.argv
/bin/busybox cat /proc/self/mountinfo > $out.mounts
"#;

/// The maximum number of instructions in a step, since an image has a limited number of layers.
const MOST: usize = 30;

/// Distinct texts: those of the attacks, and wild ones.
fn texts(count: usize) -> Vec<String> {
    let config = Config { rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let piece = wild::text(&["\n", "\n\n", "\r\n", "EOF\n", "\\\n", "RUN evil\n", "\u{2028}", "\u{200b}"], 1..9);
    let mut texts: BTreeSet<String> = ATTACKS.iter().map(|(_, _, text, _)| (*text).to_owned()).collect();
    while texts.len() < count {
        texts.insert(piece.new_tree(&mut runner).unwrap().current());
    }
    texts.into_iter().map(|text| text.replace('\0', "")).filter(|text| !text.is_empty()).collect()
}

fn long() -> Vec<String> {
    let config = Config { rng_seed: RngSeed::Fixed(12), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let all = (0..40).map(|_| wild::long().new_tree(&mut runner).unwrap().current());
    // a line is folded before a letter, and not after a backslash
    let folds = |text: &String| (66_000..131_000).contains(&text.len()) && text.contains('a') && !text.contains("\\a");
    all.filter(folds).take(6).collect()
}

/// A command that records itself under a name.
fn dump(name: &str, words: &[String]) -> Command {
    let start = ["sh", "/dump", name].map(str::to_owned);
    Command::Exec { argv: start.into_iter().chain(words.iter().cloned()).collect(), name: None }
}

/// A command that records itself under a name, in a script with each word in quotes.
fn dump_in_script(name: &str, words: &[String]) -> Command {
    let quoted = words.iter().map(|word| format!(" '{}'", word.replace('\'', r"'\''")));
    let script = format!("sh /dump {name}{}", quoted.collect::<String>());
    Command::Exec { argv: ["sh", "-c", &script].map(str::to_owned).to_vec(), name: None }
}

/// A file name that resembles a text.
fn file_name(text: &str) -> String {
    let name: String = text.replace('/', "_").chars().take(60).collect();
    if [".", ".."].contains(&name.as_str()) { "dots".to_owned() } else { name }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', ']', '\\'])
}

/// A plan, the context of its build, and the expected content of the image.
struct Torture {
    plan: Plan,
    context: tempfile::TempDir,
    names: Vec<String>,
    /// The arguments of each dump.
    argv: BTreeMap<String, Vec<String>>,
    /// Path, content and mode.
    files: Vec<(String, String, u32)>,
    absent: Vec<String>,
}

impl Torture {
    fn new(texts: &[String]) -> Self {
        let attacks: Vec<&str> =
            ATTACKS.iter().map(|(_, _, text, _)| *text).filter(|text| !text.contains('\0')).collect();
        let plan = Plan {
            steps: Vec::new(),
            caches: BTreeMap::new(),
            secrets: Vec::new(),
            // the variables of the step that the image starts from do not reach the image
            base: Source::Step(0),
            inputs: Vec::new(),
            start: Some(attacks.concat()),
            variables: Variables::new(),
            paths: attacks.iter().filter(|text| !text.contains('\n')).map(|text| (*text).to_owned()).collect(),
        };
        let context = tempfile::tempdir().unwrap();
        let names = texts.to_vec();
        let mut this = Self { plan, context, names, argv: BTreeMap::new(), files: Vec::new(), absent: Vec::new() };
        this.variables(texts);
        this.words(texts);
        // half of the texts, since each becomes an instruction, which takes time
        let half: Vec<String> = texts.iter().step_by(2).cloned().collect();
        this.files(&half);
        this.copies(&half);
        this.caches(texts);
        this.excludes(texts);
        this
    }

    /// Adds a step with a unique name, from which the image copies these paths.
    fn step(&mut self, commands: Vec<Command>, includes: &[&str]) -> &mut Step {
        let at = self.plan.steps.len();
        let include = includes.iter().map(|&path| path.to_owned()).collect();
        self.plan.inputs.push(Input { source: Source::Step(at), include, exclude: Vec::new() });
        self.plan.steps.push(Step {
            name: self.names[at].clone(),
            base: Some(Source::Image(IMAGE.to_owned())),
            inputs: Vec::new(),
            commands,
            secrets: Vec::new(),
            variables: Variables::new(),
            caches: Vec::new(),
        });
        self.plan.steps.last_mut().unwrap()
    }

    /// Adds variables of all kinds to the step that the image starts from, and those of one line to another step.
    fn variables(&mut self, texts: &[String]) {
        let is_name = |text: &&String| !text.contains(['=', '\n']) && !text.starts_with('-') && *text != "PATH";
        let mut all: Variables = texts.iter().filter(is_name).cloned().zip(texts.iter().rev().cloned()).collect();
        all.extend(texts.iter().enumerate().map(|(at, value)| (format!("V{at}"), value.clone())));
        all.extend(long().into_iter().enumerate().map(|(at, value)| (format!("LONG{at}"), value)));
        let one_line: Variables =
            all.iter().filter(|(_, value)| !value.contains('\n')).map(|(n, v)| (n.clone(), v.clone())).collect();
        for (at, (variables, includes)) in [(all, &[][..]), (one_line, &["/out"][..])].into_iter().enumerate() {
            let names = ["program", "script", "path"].map(|kind| format!("variables-{at}-{kind}"));
            let [program, script, path] = &names;
            let path = [Command::Path("/opt/$x \"bin\"".to_owned()), dump(path, &[])];
            let commands = [dump(program, &[]), dump_in_script(script, &[])].into_iter().chain(path).collect();
            self.argv.extend(names.map(|name| (name, Vec::new())));
            self.step(commands, includes).variables = variables;
        }
        // the image starts from the first step, and copies nothing from it
        self.plan.inputs.remove(0);
        self.plan.variables = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.contains('\n'))
            .map(|(at, text)| (format!("D{at}"), text.clone()))
            .collect();
    }

    /// Adds commands of single words and of many, with and without a shell, and with wild custom names.
    fn words(&mut self, texts: &[String]) {
        let (alone, crowd) = texts.split_at(2 * MOST);
        let mut groups: Vec<Vec<String>> = alone.iter().map(|word| vec![word.clone()]).collect();
        groups.extend(crowd.chunks(25).map(<[String]>::to_vec));
        // a single word that needs the exec form would keep all others from being in a shell's script
        let plain = |text: &&String| !text.chars().any(is_invisible) && !text.contains("<<");
        let plain: Vec<String> = crowd.iter().filter(plain).cloned().collect();
        groups.extend(plain.chunks(10).map(<[String]>::to_vec));
        groups.extend(long().into_iter().map(|word| vec![word]));
        let mut commands = Vec::new();
        for (at, words) in groups.into_iter().enumerate() {
            let name = format!("words-{at}");
            let Command::Exec { argv, .. } =
                (if at % 2 == 0 { dump(&name, &words) } else { dump_in_script(&name, &words) })
            else {
                continue;
            };
            commands.push(Command::Exec { argv, name: texts.get(at).cloned() });
            self.argv.insert(name, words);
        }
        for commands in commands.chunks(MOST) {
            self.step(commands.to_vec(), &["/out"]);
        }
    }

    /// Adds files with wild paths and contents, which the image copies by path or with their folder.
    fn files(&mut self, texts: &[String]) {
        let names: BTreeSet<String> = texts.iter().map(|text| file_name(text)).collect();
        let names: Vec<String> = names.into_iter().collect();
        for (at, names) in names.chunks(MOST).enumerate() {
            // as an include, a pattern would match others, too
            let names: Vec<&String> = names.iter().filter(|name| at > 0 || !is_pattern(name)).collect();
            let mut commands = Vec::new();
            let mut paths = Vec::new();
            for (number, name) in names.into_iter().enumerate() {
                let path = format!("/files/{at}/{name}");
                let content = &texts[(at * MOST + number * 7) % texts.len()];
                let mode = [None, Some(0o755), Some(0o600), Some(0o444)][number % 4];
                let ended = if content.ends_with('\n') { content.clone() } else { format!("{content}\n") };
                self.files.push((path.clone(), ended, mode.unwrap_or(0o644)));
                commands.push(Command::File { path: path.clone(), content: content.clone(), mode });
                paths.push(path);
            }
            let folder = format!("/files/{at}");
            let includes: Vec<&str> = if at == 0 { paths.iter().map(String::as_str).collect() } else { vec![&folder] };
            self.step(commands, &includes);
        }
    }

    /// Adds copies of files with wild names in the build context, to wild names.
    fn copies(&mut self, texts: &[String]) {
        let folder = self.context.path().join("context");
        fs::create_dir(&folder).unwrap();
        let can_be_sent = |name: &String| {
            name.chars().all(|c| !c.is_control()) && !is_pattern(name) && !name.ends_with(char::is_whitespace)
        };
        let names: BTreeSet<String> = texts.iter().map(|text| file_name(text)).filter(can_be_sent).collect();
        let names: Vec<String> = names.into_iter().collect();
        for (at, names) in names.chunks(MOST).enumerate() {
            let mut commands = Vec::new();
            for (number, name) in names.iter().enumerate() {
                fs::write(folder.join(name), name).unwrap();
                let dest = format!("/copies/{at}/{number}/{}", file_name(&texts[texts.len() - 1 - at * MOST - number]));
                commands.push(Command::Copy { src: format!("context/{name}"), dest: dest.clone(), image: None });
                self.files.push((dest, name.clone(), 0o644));
            }
            self.step(commands, &[&format!("/copies/{at}")]);
        }
    }

    /// Adds caches with wild keys and directories.
    fn caches(&mut self, texts: &[String]) {
        let can_be_mounted = |text: &&String| text.chars().all(|c| !c.is_control());
        for (at, text) in texts.iter().filter(can_be_mounted).enumerate() {
            self.plan.caches.insert(text.clone(), (format!("/caches/{at}/{}", file_name(text)), at % 2 == 0));
        }
        let keys: Vec<String> = self.plan.caches.keys().cloned().collect();
        for (at, keys) in keys.chunks(MOST).enumerate() {
            let name = format!("caches-{at}");
            self.argv.insert(name.clone(), Vec::new());
            self.step(vec![dump(&name, &[])], &["/out"]).caches = keys.to_vec();
        }
    }

    /// Adds files that an exclude pattern keeps out of the image, and others that it does not.
    fn excludes(&mut self, texts: &[String]) {
        let can_be_excluded = |text: &&String| {
            let is_plain = text.chars().all(|c| c.is_ascii() && !c.is_control());
            is_plain && !is_pattern(text) && !text.starts_with('!') && text.trim() == text.as_str()
        };
        let names: BTreeSet<String> = texts.iter().filter(can_be_excluded).map(|text| file_name(text)).collect();
        let names: Vec<String> = names.into_iter().take(MOST).collect();
        let file = |name: &String| Command::File { path: format!("/kept/{name}"), content: name.clone(), mode: None };
        let commands = names.iter().map(file).collect();
        let (kept, excluded) = names.split_at(names.len() / 2);
        self.files.extend(kept.iter().map(|name| (format!("/kept/{name}"), format!("{name}\n"), 0o644)));
        self.absent.extend(excluded.iter().map(|name| format!("/kept/{name}")));
        self.step(commands, &["/kept"]);
        self.plan.inputs.last_mut().unwrap().exclude = excluded.to_vec();
    }

    /// Compares an image with the plan, and returns the differences.
    fn differences(&self, built: &Built) -> Vec<String> {
        let mut found = Vec::new();
        for at in 0..self.plan.steps.len() {
            self.check_step(at, built, &mut found);
        }
        for (path, content, mode) in &self.files {
            let Ok(is) = fs::read(built.path(path)) else {
                found.push(format!("no file {path:?}"));
                continue;
            };
            let is_mode = fs::metadata(built.path(path)).unwrap().permissions().mode() & 0o777;
            if is != content.as_bytes() || is_mode != *mode {
                found.push(format!("{path:?} is {:?}, {is_mode:o}", String::from_utf8_lossy(&is)));
            }
        }
        found.extend(
            self.absent.iter().filter(|path| built.path(path).exists()).map(|path| format!("{path:?} is there")),
        );
        let environment: BTreeSet<&str> = built.environment().into_iter().collect();
        for (name, value) in &self.plan.variables {
            if !environment.contains(format!("{name}={value}").as_str()) {
                found.push(format!("the image has no variable {name:?} of {value:?}"));
            }
        }
        let mut path: Vec<&str> =
            self.plan.paths.iter().map(String::as_str).chain(["/opt/$x \"bin\"", DEFAULT_PATH]).collect();
        path.sort_unstable();
        if !environment.contains(format!("PATH={}", path.join(":")).as_str()) {
            found.push("the image's PATH".to_owned());
        }
        if built.config["Cmd"][0].as_str() != self.plan.start.as_deref() {
            found.push("the start command".to_owned());
        }
        found
    }

    /// Checks what the commands of a step got: arguments, variables and caches.
    fn check_step(&self, at: usize, built: &Built, found: &mut Vec<String>) {
        let step = &self.plan.steps[at];
        let mut environment = self.plan.start(at);
        for command in &step.commands {
            if let Command::Path(entry) = command {
                environment.push(entry);
            }
            let Command::Exec { argv, .. } = command else { continue };
            let is_script = argv[1] == "-c";
            let name = if is_script { argv[2].split(' ').nth(2).unwrap() } else { &argv[2] };
            let read = |kind: &str| fs::read(built.path(&format!("/out/{name}.{kind}"))).unwrap_or_default();
            let expected = self.argv[name].iter().fold(String::new(), |all, word| all + word + "\0");
            if read("argv") != expected.as_bytes() {
                found.push(format!("{name}: {:?} is {:?}", expected, String::from_utf8_lossy(&read("argv"))));
            }
            let dumped = read("env");
            let variables: BTreeSet<&[u8]> = dumped.split(|byte| *byte == 0).collect();
            let path = ("PATH".to_owned(), environment.path().unwrap_or_else(|| DEFAULT_PATH.to_owned()));
            let of_shell = |name: &str| {
                name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                    && !name.starts_with(|c: char| c.is_ascii_digit())
            };
            for (variable, value) in environment.without_path().chain([(&path.0, &path.1)]) {
                // as in Railpack, a shell drops variables whose names are not valid in it
                let is_dropped = is_script && !of_shell(variable);
                if !is_dropped && !variables.contains(format!("{variable}={value}").as_bytes()) {
                    found.push(format!("{name}: no variable {variable:?} of {value:.80?}"));
                }
            }
            let mounts = mount_points(&read("mounts"));
            for key in &step.caches {
                let directory = under_app(&self.plan.caches[key].0);
                if !mounts.contains(&directory) {
                    found.push(format!("{name}: no cache at {directory:?}"));
                }
            }
        }
    }
}

/// The fifth field of each line of a `mountinfo`, where some characters are in octal.
fn mount_points(mountinfo: &[u8]) -> BTreeSet<String> {
    let fields = mountinfo.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    let decode = |field: &[u8]| {
        let mut bytes = Vec::new();
        let mut rest = field;
        while let Some((first, after)) = rest.split_first() {
            let octal =
                (*first == b'\\').then(|| after.get(..3)).flatten().and_then(|digits| std::str::from_utf8(digits).ok());
            match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &after[3..];
                }
                None => {
                    bytes.push(*first);
                    rest = after;
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    fields.map(decode).collect()
}

#[test]
fn hundreds_of_texts_arrive_unchanged() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::from([("/dump".to_owned(), DUMP.to_owned())]));
    let texts = texts(320);
    let torture = Torture::new(&texts);
    let json = torture.plan.json().to_string();
    let options = Options::default();
    let dockerfile = transpile(&json, &options).unwrap_or_else(|why| panic!("{why}")).dockerfile;
    // the parser of the property tests must find what Docker finds
    let file = buildkit::parse(&dockerfile).unwrap();
    reads_back::check(&torture.plan, &options, &file, &[]);
    let built = engine.build(&Build::new(&json, torture.context.path(), &[]));
    let found = torture.differences(&built);
    let shown = found.iter().take(20).map(|one| format!("{one:.400}")).collect::<Vec<_>>().join("\n");
    assert!(found.is_empty(), "{} differences:\n{shown}", found.len());
}
