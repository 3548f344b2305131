//! What a plan means, computed anew from Railpack's rules and without a look at the crate's own code:
//! a rule that is wrong here and there in the same way would have to be got wrong twice.

use std::collections::{BTreeMap, BTreeSet};

use railpack2docker::{Options, SecretsScope};

use crate::plans::{Command, Input, Plan, Source, Step, Variables};

/// What Railpack and Docker take for PATH where nothing sets it.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a command reads from a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// The value of the secret with this name.
    Secret(String),
}

/// Variables, and the entries in front of PATH.
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

    /// What a command reads from each variable: a secret that it is given wins.
    pub fn seen_with(&self, secrets: &[String]) -> BTreeMap<String, Value> {
        let mut seen: BTreeMap<_, _> =
            self.without_path().map(|(name, value)| (name.clone(), Value::Text(value.clone()))).collect();
        seen.insert("PATH".to_owned(), Value::Text(self.path().unwrap_or_else(|| DEFAULT_PATH.to_owned())));
        seen.extend(secrets.iter().map(|name| (name.clone(), Value::Secret(name.clone()))));
        seen
    }

    /// The variables that no ENV can hold, or no ARG where the stage has these, so that `env` has to set
    /// them. Not those that a secret hides.
    pub fn for_env(&self, secrets: &[String], has_args: bool) -> Variables {
        let is_for_env =
            |(name, value): &(&String, &String)| needs_env(name, value, has_args) && !secrets.contains(name);
        self.without_path().filter(is_for_env).map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// Whether neither ENV nor, where the stage has these, ARG can set a variable. The name in an ARG is never
/// unquoted.
pub fn needs_env(name: &str, value: &str, has_args: bool) -> bool {
    let has_odd = name.chars().any(|c| c.is_whitespace() || "\"'\\$=".contains(c));
    value.contains('\n') || has_args && (name.is_empty() || has_odd || name.starts_with("--"))
}

impl Plan {
    /// Whether the image starts from a step, by way of others or not: its stage has ARG for ENV.
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

    /// The environment at a step's start.
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

    /// The steps whose files reach the image, in their order: they are all numbered so that each
    /// stands behind what it takes from.
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

    /// The secrets that a step's commands are given, in the plan's order.
    pub fn given(&self, step: &Step, options: &Options) -> Vec<String> {
        if options.secrets_scope == SecretsScope::Step { self.listed(step) } else { self.secrets() }
    }

    /// The build args that hold the directories of caches that a flag can't hold, and the directories.
    /// An arg is called as no variable of a step and no secret is.
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

    /// Whether a command would have to be run by an `env` that takes a variable's name for something
    /// else, or the program for a variable.
    pub fn asks_too_much_of_env(&self, options: &Options) -> bool {
        self.needed().into_iter().any(|at| {
            let step = &self.steps[at];
            let for_env = self.start(at).for_env(&self.given(step, options), self.is_under_image(at));
            let is_no_name = |name: &String| name.is_empty() || name.starts_with('-') || name.contains('=');
            let runs = step.commands.iter().filter_map(|command| match command {
                Command::Exec { argv, .. } => Some(argv),
                _ => None,
            });
            !for_env.is_empty() && runs.into_iter().any(|argv| argv[0].contains('=') || for_env.keys().any(is_no_name))
        })
    }
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
