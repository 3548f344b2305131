//! The environment of a step: its parents' merged, then its own variables and PATH entries.

use std::collections::BTreeMap;

use crate::graph::Graph;
use crate::plan::{Command, Located, Step, Variables};

/// The PATH that Railpack and Docker fall back to (`system.DefaultPathEnvUnix` of `BuildKit`).
pub(super) const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Variables and the entries in front of the default PATH.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment<'p> {
    pub(super) variables: BTreeMap<&'p str, &'p Located<String>>,
    pub(super) path: Vec<&'p Located<String>>,
}

impl<'p> Environment<'p> {
    /// Takes over another one: its variables win, its PATH entries go behind, each once.
    pub(super) fn merge(&mut self, other: &Environment<'p>) {
        self.variables.extend(&other.variables);
        for entry in &other.path {
            if !self.has_path(&entry.value) {
                self.path.push(entry);
            }
        }
    }

    pub(super) fn set_all(&mut self, variables: &'p Variables) {
        self.variables.extend(variables.iter().map(|(name, value)| (name.as_str(), value)));
    }

    /// Puts an entry in front of PATH, unless it is there.
    pub(super) fn push_path(&mut self, entry: &'p Located<String>) {
        if !self.has_path(&entry.value) {
            self.path.insert(0, entry);
        }
    }

    fn has_path(&self, entry: &str) -> bool {
        self.path.iter().any(|have| have.value == entry)
    }

    /// The value of PATH, where it is not the default. A variable of that name counts only while
    /// there are no entries.
    pub(super) fn path_value(&self) -> Option<String> {
        if self.path.is_empty() {
            return self.variables.get("PATH").map(|path| path.value.clone());
        }
        let entries: Vec<&str> = self.path.iter().map(|entry| entry.value.as_str()).collect();
        Some(format!("{}:{DEFAULT_PATH}", entries.join(":")))
    }

    /// The variables other than PATH.
    pub(super) fn without_path(&self) -> impl Iterator<Item = (&'p str, &'p Located<String>)> {
        self.variables.iter().map(|(name, value)| (*name, *value)).filter(|(name, _)| *name != "PATH")
    }
}

/// What each step hands on to those that take from it, by step
/// (`buildkit/build_llb/build_env.go`).
pub(super) struct Environments<'p> {
    plan_variables: &'p Variables,
    outputs: Vec<Environment<'p>>,
}

impl<'p> Environments<'p> {
    pub(super) fn of(graph: &Graph<'p>) -> Self {
        let mut this =
            Self { plan_variables: &graph.plan.variables, outputs: vec![Environment::default(); graph.nodes.len()] };
        for id in &graph.order {
            let Some(node) = graph.nodes.get(*id) else { continue };
            let mut environment = this.outputs_of(node.parents.iter().copied());
            environment.set_all(&node.step.variables);
            for command in &node.step.commands {
                if let Command::Path { path } = command {
                    environment.push_path(path);
                }
            }
            if let Some(output) = this.outputs.get_mut(*id) {
                *output = environment;
            }
        }
        this
    }

    /// The environment of a step before its first command.
    pub(super) fn start(&self, parents: &[usize], step: &'p Step) -> Environment<'p> {
        let mut environment = self.merged(parents.iter().copied());
        environment.set_all(&step.variables);
        environment
    }

    /// The merged environments of steps, later ones over earlier ones, and under all of them
    /// the plan's own variables.
    pub(super) fn merged(&self, steps: impl Iterator<Item = usize>) -> Environment<'p> {
        let mut environment = Environment::default();
        environment.set_all(self.plan_variables);
        environment.merge(&self.outputs_of(steps));
        environment
    }

    fn outputs_of(&self, steps: impl Iterator<Item = usize>) -> Environment<'p> {
        let mut environment = Environment::default();
        for output in steps.filter_map(|id| self.outputs.get(id)) {
            environment.merge(output);
        }
        environment
    }
}
