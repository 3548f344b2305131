//! The environment of a step: the merged environments of its parents, then its own variables and PATH
//! entries.
//!
//! The environments of all steps are kept. They differ little from each other, so they share structure.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::persistent_map::PersistentMap;
use super::search_path::{Entries, SearchPath};
use crate::dockerfile::{is_bare_name, is_env_only};
use crate::graph::{Edge, Graph};
use crate::plan::{Command, Located, StepId, StepMap, Variables};

/// A number for each variable name and PATH entry, in alphabetical order.
type Numbers<'p> = BTreeMap<&'p str, usize>;

/// A variable of an environment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable<'p> {
    name: &'p str,
    value: &'p Located<String>,
    /// Whether the variable is a default of the plan, which the variables of any step override.
    is_default: bool,
}

/// Variables, and the entries before the default PATH.
#[derive(Clone, Debug)]
pub(super) struct Environment<'p> {
    numbers: Rc<Numbers<'p>>,
    /// All variables except PATH.
    variables: PersistentMap<Variable<'p>>,
    /// The variables that ENV can't express.
    multi_line: PersistentMap<Variable<'p>>,
    /// The variables that ARG can't express.
    not_for_arg: PersistentMap<Variable<'p>>,
    has_odd_name: bool,
    path_variable: Option<Variable<'p>>,
    entries: Entries<'p>,
}

impl<'p> Environment<'p> {
    fn new(numbers: Numbers<'p>) -> Self {
        let end = numbers.len();
        Self {
            numbers: Rc::new(numbers),
            variables: PersistentMap::new(end),
            multi_line: PersistentMap::new(end),
            not_for_arg: PersistentMap::new(end),
            has_odd_name: false,
            path_variable: None,
            entries: Entries::new(end),
        }
    }

    /// The value of a variable.
    pub(super) fn value(&self, name: &str) -> Option<&'p Located<String>> {
        self.numbers.get(name).and_then(|number| self.variables.get(*number)).map(|variable| variable.value)
    }

    /// Merges another environment into this one: its variables override those of the same names, except
    /// for defaults, and its PATH entries are appended without duplicates.
    fn merge(&mut self, other: &Self) {
        let mut overriding = Vec::new();
        let overrides = |variable: &Variable<'p>, had: Option<_>| !variable.is_default || had.is_none();
        other.variables.for_each_unshared(&self.variables, |_, variable, had| {
            if overrides(&variable, had) {
                overriding.push(variable);
            }
        });
        overriding.extend(other.path_variable.filter(|variable| overrides(variable, self.path_variable)));
        for variable in overriding {
            self.set(variable);
        }
        self.entries.append(&other.entries);
    }

    /// Sets variables, overriding those of the same names.
    pub(super) fn set_all(&mut self, variables: &'p Variables) {
        for (name, value) in variables {
            self.set(Variable { name, value, is_default: false });
        }
    }

    fn set(&mut self, variable: Variable<'p>) {
        if variable.name == "PATH" {
            self.path_variable = Some(variable);
            return;
        }
        let Some(number) = self.numbers.get(variable.name).copied() else { return };
        self.variables.set(number, Some(variable));
        let is_multi_line = variable.value.value.contains('\n');
        let is_not_for_arg = is_multi_line || is_env_only(variable.name);
        for (map, belongs) in [(&mut self.multi_line, is_multi_line), (&mut self.not_for_arg, is_not_for_arg)] {
            if belongs || map.get(number).is_some() {
                map.set(number, belongs.then_some(variable));
            }
        }
        self.has_odd_name |= !is_bare_name(variable.name);
    }

    /// Prepends an entry to PATH, unless it is already there.
    pub(super) fn push_path(&mut self, entry: &'p Located<String>) {
        if let Some(number) = self.numbers.get(entry.value.as_str()) {
            self.entries.push(*number, entry);
        }
    }

    /// The value of a variable other than PATH.
    pub(super) fn get(&self, name: &str) -> Option<&'p Located<String>> {
        let number = self.numbers.get(name)?;
        self.variables.get(*number).map(|variable| variable.value)
    }

    /// The value of PATH. A variable of that name counts only if there are no entries.
    pub(super) fn path(&self) -> SearchPath<'p> {
        SearchPath::new(&self.entries, self.path_variable.map(|variable| variable.value))
    }

    /// The entries before the default PATH.
    pub(super) fn entries(&self) -> Vec<&'p Located<String>> {
        self.entries.iter().collect()
    }

    /// The variables other than PATH that neither ENV nor ARG can express, whichever declares them.
    pub(super) fn undeclarable(&self, declared_by: &DeclaredBy<'p>) -> Vec<(&'p str, &'p Located<String>)> {
        let mut list = Vec::new();
        self.not_for_arg.for_each(|number, Variable { name, value, .. }| {
            if self.is_undeclarable(number, name, declared_by) {
                list.push((name, value));
            }
        });
        list
    }

    fn is_undeclarable(&self, number: usize, name: &str, declared_by: &DeclaredBy<'_>) -> bool {
        let by = if declared_by.is_arg(name) { &self.not_for_arg } else { &self.multi_line };
        by.get(number).is_some()
    }

    /// Whether a shell passes on every variable.
    pub(super) fn is_for_shells(&self) -> bool {
        !self.has_odd_name
    }

    /// Brings the variables of a stage, `has`, up to date, and returns those that it lacked, PATH
    /// excluded. Variables that can't be declared stay as they are in the stage.
    pub(super) fn complete(
        &self,
        has: &mut PersistentMap<Variable<'p>>,
        declared_by: &DeclaredBy<'p>,
    ) -> Vec<(&'p str, &'p Located<String>)> {
        let mut lacking = Vec::new();
        self.variables.for_each_unshared(has, |number, Variable { name, value, .. }, had| {
            let is_new = had.is_none_or(|had| had.value.value != value.value);
            if is_new && !self.is_undeclarable(number, name, declared_by) {
                lacking.push((name, value));
            }
        });
        let mut complete = self.variables.clone();
        self.not_for_arg.for_each(|number, Variable { name, .. }| {
            if self.is_undeclarable(number, name, declared_by) {
                complete.set(number, has.get(number));
            }
        });
        *has = complete;
        lacking
    }

    /// The variables other than PATH that are not in the ENV of a stage with the variables `has`.
    pub(super) fn lacking(
        &self,
        has: &PersistentMap<Variable<'p>>,
        declared_by: &DeclaredBy<'p>,
    ) -> Vec<(&'p str, &'p Located<String>)> {
        let mut lacking = Vec::new();
        self.variables.for_each(|number, Variable { name, value, .. }| {
            let is_same = has.get(number).is_some_and(|had| had.value.value == value.value);
            if !is_same || declared_by.is_arg(name) {
                lacking.push((name, value));
            }
        });
        lacking
    }
}

/// The instruction that declares the variables of a stage.
#[derive(Clone, Debug)]
pub(super) enum DeclaredBy<'p> {
    /// ENV.
    Env,
    /// ARG: the image is based on the stage, and would inherit its ENV. The exceptions are variables that the
    /// image has anyway, with the same values.
    ArgExcept(Rc<BTreeSet<&'p str>>),
}

impl DeclaredBy<'_> {
    /// Whether a variable is declared by ARG.
    pub(super) fn is_arg(&self, name: &str) -> bool {
        match self {
            Self::Env => false,
            Self::ArgExcept(names) => !names.contains(name),
        }
    }
}

/// The environments that each step starts with and passes on to its children, by step
/// (`buildkit/build_llb/build_env.go`).
pub(super) struct Environments<'p> {
    /// The environment without any step: the plan's own variables.
    plan_only: Environment<'p>,
    starts: StepMap<Environment<'p>>,
    outputs: StepMap<Environment<'p>>,
}

impl<'p> Environments<'p> {
    pub(super) fn new(graph: &'p Graph) -> Self {
        let mut plan_only = Environment::new(numbers(graph));
        for (name, value) in &graph.plan().variables {
            plan_only.set(Variable { name, value, is_default: true });
        }
        let initial: StepMap<_> = graph.steps().map(|_| plan_only.clone()).collect();
        let mut this = Self { plan_only, starts: initial.clone(), outputs: initial };
        for (id, step) in graph.in_build_order() {
            let mut environment = this.merged(graph.parents(id).iter().copied());
            environment.set_all(&step.variables);
            let mut output = environment.clone();
            for command in &step.commands {
                if let Command::Path { path } = command {
                    output.push_path(path);
                }
            }
            this.starts[id] = environment;
            this.outputs[id] = output;
        }
        this
    }

    /// The environment of a step before its first command.
    pub(super) fn start(&self, id: StepId) -> Environment<'p> {
        self.starts[id].clone()
    }

    /// Merges the environments of steps. Later steps override earlier ones, and all of them override the
    /// plan's own variables.
    pub(super) fn merged(&self, steps: impl Iterator<Item = StepId>) -> Environment<'p> {
        let mut outputs = steps.map(|id| &self.outputs[id]);
        let mut environment = outputs.next().unwrap_or(&self.plan_only).clone();
        outputs.for_each(|output| environment.merge(output));
        environment
    }
}

impl<'p> Environments<'p> {
    /// The environment of the image, without `deploy.paths`: those of the steps of `deploy.inputs`, then
    /// `deploy.variables` (`getImageEnv` in `buildkit/convert.go`).
    pub(super) fn of_image(&self, graph: &'p Graph) -> Environment<'p> {
        let mut environment = self.merged(graph.deploy_inputs().filter_map(Edge::step));
        environment.set_all(&graph.plan().deploy.variables);
        environment
    }

    /// The variables that the image has with the same values as all of the steps that it is based on.
    pub(super) fn shared_with_image(&self, graph: &'p Graph, steps: &[StepId]) -> BTreeSet<&'p str> {
        let image = self.of_image(graph).variables;
        let mut differing = BTreeSet::new();
        let mut previous = PersistentMap::default();
        for id in steps {
            let variables = &self.starts[*id].variables;
            variables.for_each_unshared(&previous, |number, variable, _| {
                if image.get(number).is_none_or(|other| other.value.value != variable.value.value) {
                    differing.insert(variable.name);
                }
            });
            previous = variables.clone();
        }
        let mut shared = BTreeSet::new();
        image.for_each(|_, variable| {
            if !differing.contains(variable.name) {
                shared.insert(variable.name);
            }
        });
        shared
    }
}

fn numbers(graph: &Graph) -> Numbers<'_> {
    let plan = graph.plan();
    let step_variables = plan.steps.iter().map(|step| &step.variables);
    let variables = step_variables.chain([&plan.variables, &plan.deploy.variables]).flat_map(BTreeMap::keys);
    let entries = plan.steps.iter().flat_map(|step| &step.commands).filter_map(|command| match command {
        Command::Path { path } => Some(path.value.as_str()),
        _ => None,
    });
    let names: BTreeSet<&str> = variables.map(String::as_str).chain(entries).collect();
    names.into_iter().zip(0..).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::diagnostic::Findings;

    /// The variables of an environment, PATH last.
    fn display(environment: &Environment<'_>) -> Vec<String> {
        let variables = environment.lacking(&PersistentMap::default(), &DeclaredBy::Env);
        let variables = variables.into_iter().map(|(name, value)| format!("{name}={}", value.value));
        variables.chain(environment.path().text().map(|path| format!("PATH={path}"))).collect()
    }

    fn with(steps: &Value, check: impl FnOnce(&Environments<'_>)) {
        let json = json!({ "variables": { "A": "plan", "B": "plan", "PATH": "/plan" }, "steps": steps, "deploy": { "base": { "image": "x" } } });
        let plan = crate::plan::read(&json.to_string(), false, &mut Findings::default()).unwrap();
        check(&Environments::new(&crate::graph::resolve(plan, &mut Findings::default()).unwrap()));
    }

    fn ids(steps: &[usize]) -> impl Iterator<Item = StepId> {
        steps.iter().copied().map(StepId::new)
    }

    fn step(name: &str, variables: &Value) -> Value {
        json!({ "name": name, "inputs": [{ "image": "x" }], "variables": variables })
    }

    #[test]
    fn later_steps_override_earlier_ones_and_the_plan() {
        let steps = json!([
            step("a", &json!({ "A": "a", "C": "a", "PATH": "/a" })),
            step("b", &json!({ "C": "b" })),
            step("c", &json!({}))
        ]);
        with(&steps, |environments| {
            let merged = |steps: &[usize]| display(&environments.merged(ids(steps)));
            assert_eq!(merged(&[0, 1]), ["A=a", "B=plan", "C=b", "PATH=/a"]);
            assert_eq!(merged(&[1, 0]), ["A=a", "B=plan", "C=a", "PATH=/a"]);
            assert_eq!(merged(&[0, 2]), ["A=a", "B=plan", "C=a", "PATH=/a"]);
            assert_eq!(merged(&[2]), ["A=plan", "B=plan", "PATH=/plan"]);
            assert_eq!(merged(&[]), ["A=plan", "B=plan", "PATH=/plan"]);
        });
    }

    #[test]
    fn shell_passes_on_variables_unless_a_name_is_unusual() {
        let steps = json!([step("a", &json!({ "my-var": "x", "z": "y" })), step("b", &json!({ "z": "y" }))]);
        with(&steps, |environments| {
            let is_for_shells = |steps: &[usize]| environments.merged(ids(steps)).is_for_shells();
            assert!(is_for_shells(&[1]));
            assert!(!is_for_shells(&[0]));
            assert!(!is_for_shells(&[1, 0]));
        });
    }

    #[test]
    fn undeclarable_variables_are_tracked_until_overridden() {
        let steps = json!([step("a", &json!({ "L": "1\n2", "a b": "x" })), step("b", &json!({ "L": "1" }))]);
        let arg_except = |names: &[&'static str]| DeclaredBy::ArgExcept(Rc::new(names.iter().copied().collect()));
        let (env, arg) = (DeclaredBy::Env, arg_except(&[]));
        with(&steps, |environments| {
            let undeclarable = |steps: &[usize], declared_by: &DeclaredBy<'_>| -> Vec<String> {
                let environment = environments.merged(ids(steps));
                environment.undeclarable(declared_by).into_iter().map(|(name, _)| name.to_owned()).collect()
            };
            assert_eq!(undeclarable(&[0], &env), ["L"]);
            assert_eq!(undeclarable(&[0], &arg), ["L", "a b"]);
            assert_eq!(undeclarable(&[0], &arg_except(&["L", "a b"])), ["L"]);
            assert_eq!(undeclarable(&[0, 1], &env), [""; 0]);
            assert_eq!(undeclarable(&[0, 1], &arg), ["a b"]);
            assert_eq!(undeclarable(&[1, 0], &env), ["L"]);
        });
    }

    #[test]
    fn stage_gets_what_it_lacks_once() {
        let steps = json!([
            step("a", &json!({ "C": "1", "L": "1\n2" })),
            step("b", &json!({ "C": "2", "L": "3" })),
            step("c", &json!({ "C": "1" }))
        ]);
        with(&steps, |environments| {
            let mut has = PersistentMap::new(environments.plan_only.numbers.len());
            let mut lacks = |step: usize| -> Vec<String> {
                let lacking = environments.start(StepId::new(step)).complete(&mut has, &DeclaredBy::Env);
                lacking.into_iter().map(|(name, value)| format!("{name}={}", value.value)).collect()
            };
            assert_eq!(lacks(0), ["A=plan", "B=plan", "C=1"]);
            assert_eq!(lacks(0), [""; 0]);
            assert_eq!(lacks(2), [""; 0], "the same value from another location");
            assert_eq!(lacks(1), ["C=2", "L=3"]);
            assert_eq!(lacks(0), ["C=1"], "a multi-line value is not declared");
            assert_eq!(lacks(1), ["C=2"], "the stage keeps its old value");
        });
    }
}
