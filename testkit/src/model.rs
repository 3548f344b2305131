//! The meaning of a plan, computed from Railpack's rules and independently of the crate's own code: a mistake goes
//! unnoticed only if both have it.

use std::collections::{BTreeMap, BTreeSet};

use railpack2docker::{Options, SecretMount, SecretsScope};

use crate::plans::{Command, Input, Plan, Source, Step, Variables};

/// The PATH of Railpack and Docker if nothing sets it.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The value that a command reads from a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// The value of the secret with this name.
    Secret(String),
}

/// Variables, and the entries before the default PATH.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub variables: Variables,
    pub path: Vec<String>,
}

impl Environment {
    pub fn merge(&mut self, other: &Self) {
        self.variables.extend(other.variables.clone());
        for entry in &other.path {
            if !self.path.contains(entry) {
                self.path.push(entry.clone());
            }
        }
    }

    pub fn push(&mut self, entry: &str) {
        if !self.path.iter().any(|have| have == entry) {
            self.path.insert(0, entry.to_owned());
        }
    }

    pub fn path(&self) -> Option<String> {
        if self.path.is_empty() {
            return self.variables.get("PATH").cloned();
        }
        Some(format!("{}:{DEFAULT_PATH}", self.path.join(":")))
    }

    pub fn without_path(&self) -> impl Iterator<Item = (&String, &String)> {
        self.variables.iter().filter(|(name, _)| *name != "PATH")
    }

    /// The value that a command reads from each variable. A secret that the command gets takes precedence.
    pub fn seen_with(&self, secrets: &[String]) -> BTreeMap<String, Value> {
        let mut seen: BTreeMap<_, _> =
            self.without_path().map(|(name, value)| (name.clone(), Value::Text(value.clone()))).collect();
        seen.insert("PATH".to_owned(), Value::Text(self.path().unwrap_or_else(|| DEFAULT_PATH.to_owned())));
        seen.extend(secrets.iter().map(|name| (name.clone(), Value::Secret(name.clone()))));
        seen
    }

    /// The variables that `env` has to set, since no ENV can, or no ARG if the variable is an ARG. Variables that a
    /// secret hides are not among them.
    pub fn for_env(&self, secrets: &[String], is_arg: impl Fn(&str) -> bool) -> Variables {
        let is_for_env =
            |(name, value): &(&String, &String)| needs_env(name, value, is_arg(name)) && !secrets.contains(name);
        self.without_path().filter(is_for_env).map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// Whether a variable can't be set by ENV, or by ARG if it is an ARG. Quotes in the name of an ARG are literal.
pub fn needs_env(name: &str, value: &str, is_arg: bool) -> bool {
    let has_odd = name.chars().any(|c| c.is_whitespace() || "\"'\\$=".contains(c));
    value.contains('\n') || is_arg && (name.is_empty() || has_odd || name.starts_with("--"))
}

impl Plan {
    /// Whether a variable of a step is an ARG: the image starts from the step, and must not inherit the variable. An ENV
    /// is harmless if the image has the same value, and no step that it starts from has another one.
    pub fn is_arg(&self, at: usize, name: &str) -> bool {
        let image = self.image();
        let Some(value) = image.variables.get(name) else { return self.is_under_image(at) };
        let under_image: Vec<usize> = (0..self.steps.len()).filter(|step| self.is_under_image(*step)).collect();
        let is_same = |step: &usize| self.start(*step).variables.get(name).is_none_or(|other| other == value);
        under_image.contains(&at) && !under_image.iter().all(is_same)
    }

    /// The environment of the image, before its own PATH entries.
    pub fn image(&self) -> Environment {
        let mut environment = Environment::default();
        for input in &self.inputs {
            if let Source::Step(at) = input.source {
                environment.merge(&self.end(at));
            }
        }
        environment.variables.extend(self.variables.clone());
        environment
    }

    /// The source that replaces a step without a stage of its own: the step adds nothing to its base. A step that has
    /// only an image as its base keeps its stage, if its files are copied: the stage creates `/app`.
    pub fn replacement(&self, at: usize) -> Option<Source> {
        if self.adds_something(at) {
            return None;
        }
        let base = match self.steps[at].base.clone()? {
            Source::Step(step) => self.replacement(step).unwrap_or(Source::Step(step)),
            other => other,
        };
        let is_copied = |inputs: &[Input]| {
            let from_it = |input: &Input| matches!(input.source, Source::Step(step) if step == at);
            inputs.iter().any(|input| !input.include.is_empty() && from_it(input))
        };
        match base {
            Source::Local => None,
            Source::Image(_) if is_copied(&self.inputs) => None,
            Source::Image(_) if self.needed().iter().any(|step| is_copied(&self.steps[*step].inputs)) => None,
            other => Some(other),
        }
    }

    fn adds_something(&self, at: usize) -> bool {
        let step = &self.steps[at];
        if step.commands.iter().any(|command| !matches!(command, Command::Path(_)))
            || step.inputs.iter().any(|input| !input.include.is_empty())
        {
            return true;
        }
        let has = step.base.as_ref().map(|base| self.declared(base)).unwrap_or_default();
        let declared = self.declared(&Source::Step(at));
        let lacks = |(name, value): (&String, &String)| {
            !needs_env(name, value, self.is_arg(at, name)) && has.variables.get(name) != Some(value)
        };
        declared.path() != has.path() || declared.without_path().any(lacks)
    }

    /// The environment that ENV and ARG have set at the end of a stage, with the variables that they can't express.
    fn declared(&self, source: &Source) -> Environment {
        let Source::Step(at) = source else { return Environment::default() };
        let step = &self.steps[*at];
        let is_base = |of: &usize| matches!(self.steps[*of].base, Some(Source::Step(base)) if base == *at);
        let last_exec = step.commands.iter().rposition(|command| matches!(command, Command::Exec { .. }));
        if last_exec.is_none() && !self.needed().iter().any(is_base) {
            return step.base.as_ref().map(|base| self.declared(base)).unwrap_or_default();
        }
        let mut environment = self.start(*at);
        for command in &step.commands[..last_exec.unwrap_or(step.commands.len())] {
            if let Command::Path(path) = command {
                environment.push(path);
            }
        }
        environment
    }

    /// Whether the image starts from a step, directly or through other steps.
    pub fn is_under_image(&self, at: usize) -> bool {
        let mut source = Some(&self.base);
        while let Some(Source::Step(step)) = source {
            if *step == at {
                return true;
            }
            source = self.steps[*step].base.as_ref();
        }
        false
    }

    fn parents(&self, at: usize) -> Vec<usize> {
        let step = &self.steps[at];
        let sources = step.base.iter().chain(step.inputs.iter().map(|input| &input.source));
        sources.filter_map(|source| if let Source::Step(at) = source { Some(*at) } else { None }).collect()
    }

    fn is_ancestor(&self, ancestor: usize, of: usize) -> bool {
        self.parents(of).iter().any(|parent| *parent == ancestor || self.is_ancestor(ancestor, *parent))
    }

    /// The environment at the start of a step.
    pub fn start(&self, at: usize) -> Environment {
        let parents = self.parents(at);
        let mut environment = Environment::default();
        for parent in parents.iter().filter(|parent| !parents.iter().any(|other| self.is_ancestor(**parent, *other))) {
            environment.merge(&self.end(*parent));
        }
        environment.variables.extend(self.steps[at].variables.clone());
        environment
    }

    pub fn end(&self, at: usize) -> Environment {
        let mut environment = self.start(at);
        for command in &self.steps[at].commands {
            if let Command::Path(path) = command {
                environment.push(path);
            }
        }
        environment
    }

    /// The steps whose files reach the image, in order: steps are numbered so that each one comes after its
    /// dependencies.
    pub fn needed(&self) -> Vec<usize> {
        let copied = |inputs: &[Input]| -> Vec<Source> {
            inputs.iter().filter(|input| !input.include.is_empty()).map(|input| input.source.clone()).collect()
        };
        let mut open = copied(&self.inputs);
        open.push(self.base.clone());
        let mut needed = BTreeSet::new();
        while let Some(source) = open.pop() {
            let Source::Step(at) = source else { continue };
            if needed.insert(at) {
                open.extend(self.steps[at].base.clone());
                open.extend(copied(&self.steps[at].inputs));
            }
        }
        needed.into_iter().collect()
    }

    pub fn secrets(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        self.secrets.iter().filter(|name| seen.insert((*name).clone())).cloned().collect()
    }

    /// The secrets that a step lists, in the plan's order.
    pub fn listed(&self, step: &Step) -> Vec<String> {
        let is_listed = |name: &String| step.secrets.iter().any(|listed| listed == "*" || listed == name);
        self.secrets().into_iter().filter(is_listed).collect()
    }

    /// The secrets that a step's commands get, in the plan's order.
    pub fn given(&self, step: &Step, options: &Options) -> Vec<String> {
        if options.secrets_scope == SecretsScope::Step { self.listed(step) } else { self.secrets() }
    }

    /// The build args for cache directories that a flag can't contain, with these directories. No arg has the name of a
    /// secret or of a step's variable.
    pub fn cache_args(&self) -> Variables {
        let is_taken = |name: &String| {
            self.secrets.contains(name) || self.steps.iter().any(|step| step.variables.contains_key(name))
        };
        let mut args = Variables::new();
        for (at, (directory, _)) in self.caches.values().enumerate() {
            let directory = under_app(directory);
            if directory.is_ascii() {
                continue;
            }
            let mut name = format!("CACHE_DIRECTORY_{}", at + 1);
            while is_taken(&name) {
                name.push('_');
            }
            args.insert(name, directory);
        }
        args
    }

    /// Whether a variable of a command with caches has the name of a build arg that tells platforms apart.
    pub fn hides_a_platform(&self, options: &Options) -> bool {
        let args: &[&str] = match options.platforms.len() {
            0 | 1 => &[],
            _ if tells_variants_apart(&options.platforms) => &["TARGETARCH", "TARGETVARIANT"],
            _ => &["TARGETARCH"],
        };
        self.needed().into_iter().any(|at| {
            let step = &self.steps[at];
            let runs = step.commands.iter().any(|command| matches!(command, Command::Exec { .. }));
            runs && !step.caches.is_empty() && args.iter().any(|arg| self.start(at).variables.contains_key(*arg))
        })
    }

    /// Whether a shell would have to export a secret of a bundle under a name that it can't export.
    pub fn asks_too_much_of_a_bundle(&self, options: &Options) -> bool {
        // bash sets some of these, and every shell uses the others
        let used = "_ BASHOPTS BASH_VERSINFO EUID IFS OPTIND PIPESTATUS PPID SHELLOPTS SHLVL UID".split(' ');
        let used: BTreeSet<&str> = used.collect();
        let is_word = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let is_name = |name: &String| is_word(name) && !name.is_empty() && !name.as_bytes()[0].is_ascii_digit();
        let is_exec = |command: &Command| matches!(command, Command::Exec { .. });
        matches!(options.secret_mount, SecretMount::Bundle(_))
            && self.needed().into_iter().any(|at| self.steps[at].commands.iter().any(is_exec))
            && self.secrets.iter().any(|name| !is_name(name) || used.contains(name.as_str()))
    }

    /// Whether a command would need an `env` that misreads the name of a variable, or mistakes the program for a
    /// variable.
    pub fn asks_too_much_of_env(&self, options: &Options) -> bool {
        self.needed().into_iter().any(|at| {
            let step = &self.steps[at];
            let for_env = self.start(at).for_env(&self.given(step, options), |name| self.is_arg(at, name));
            let is_no_name = |name: &String| name.is_empty() || name.starts_with('-') || name.contains('=');
            let runs = step.commands.iter().filter_map(|command| match command {
                Command::Exec { argv, .. } => Some(argv),
                _ => None,
            });
            !for_env.is_empty() && runs.into_iter().any(|argv| argv[0].contains('=') || for_env.keys().any(is_no_name))
        })
    }
}

/// Whether platforms are told apart by their variants, too.
pub fn tells_variants_apart(platforms: &[String]) -> bool {
    let architectures: BTreeSet<&str> = platforms.iter().filter_map(|platform| platform.split('/').nth(1)).collect();
    platforms.len() > architectures.len()
}

/// Go's `path.Clean`.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part != ".." {
            parts.push(part);
        } else if parts.last().is_some_and(|last| *last != "..") {
            parts.pop();
        } else if !rooted {
            parts.push(part);
        }
    }
    let joined = parts.join("/");
    if rooted {
        format!("/{joined}")
    } else if joined.is_empty() {
        ".".to_owned()
    } else {
        joined
    }
}

pub fn under_app(path: &str) -> String {
    if path.starts_with('/') { clean(path) } else { clean(&format!("/app/{path}")) }
}

/// Go's `path.Dir` and `path.Base` of a clean path.
pub fn dir_and_base(path: &str) -> (String, String) {
    match path.rsplit_once('/') {
        Some(("", "")) => ("/".to_owned(), "/".to_owned()),
        Some(("", base)) => ("/".to_owned(), base.to_owned()),
        Some((dir, base)) => (dir.to_owned(), base.to_owned()),
        None => (".".to_owned(), path.to_owned()),
    }
}
