//! The environment of a step: its parents' merged, then its own variables and PATH entries.
//!
//! The environments of all steps are kept, and each is a small change of another, so what they have
//! in common is shared.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::persistent_map::PersistentMap;
use super::search_path::{Entries, SearchPath};
use crate::dockerfile::{is_bare_name, is_for_env_alone};
use crate::graph::Graph;
use crate::plan::{Command, Located, StepId, StepMap, Variables};

/// A number for each name of a variable and each entry of PATH, in their alphabetical order.
type Numbers<'p> = BTreeMap<&'p str, usize>;

/// A variable of an environment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable<'p> {
    name: &'p str,
    value: &'p Located<String>,
    /// Whether the plan sets it for all steps, so that what any step sets wins over it.
    is_default: bool,
}

/// Variables and the entries in front of the default PATH.
#[derive(Clone, Debug)]
pub(super) struct Environment<'p> {
    numbers: Rc<Numbers<'p>>,
    /// All but PATH.
    variables: PersistentMap<Variable<'p>>,
    /// Those of them that no ENV can hold.
    multi_line: PersistentMap<Variable<'p>>,
    /// Those of them that no ARG can hold.
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

    /// Takes over another one: its variables win, its PATH entries go behind, each once.
    fn merge(&mut self, other: &Self) {
        let mut taken = Vec::new();
        let is_taken = |variable: &Variable<'p>, had: Option<_>| !variable.is_default || had.is_none();
        other.variables.for_each_beside(&self.variables, |_, variable, had| {
            if is_taken(&variable, had) {
                taken.push(variable);
            }
        });
        taken.extend(other.path_variable.filter(|variable| is_taken(variable, self.path_variable)));
        for variable in taken {
            self.set(variable);
        }
        self.entries.append(&other.entries);
    }

    /// Sets variables, over those of the same names.
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
        let is_not_for_arg = is_multi_line || is_for_env_alone(variable.name);
        for (map, belongs) in [(&mut self.multi_line, is_multi_line), (&mut self.not_for_arg, is_not_for_arg)] {
            if belongs || map.get(number).is_some() {
                map.set(number, belongs.then_some(variable));
            }
        }
        self.has_odd_name |= !is_bare_name(variable.name);
    }

    /// Puts an entry in front of PATH, unless it is there.
    pub(super) fn push_path(&mut self, entry: &'p Located<String>) {
        if let Some(number) = self.numbers.get(entry.value.as_str()) {
            self.entries.push(*number, entry);
        }
    }

    /// PATH. A variable of that name counts only while there are no entries.
    pub(super) fn path(&self) -> SearchPath<'p> {
        SearchPath::new(&self.entries, self.path_variable.map(|variable| variable.value))
    }

    /// The entries in front of the default PATH.
    pub(super) fn entries(&self) -> Vec<&'p Located<String>> {
        self.entries.iter().collect()
    }

    /// The variables other than PATH.
    pub(super) fn without_path(&self) -> Vec<(&'p str, &'p Located<String>)> {
        listed(&self.variables)
    }

    /// The variables other than PATH that no ENV (with `by_arg`, no ARG) can hold.
    pub(super) fn undeclarable(&self, by_arg: bool) -> Vec<(&'p str, &'p Located<String>)> {
        listed(self.not_for(by_arg))
    }

    fn not_for(&self, by_arg: bool) -> &PersistentMap<Variable<'p>> {
        if by_arg { &self.not_for_arg } else { &self.multi_line }
    }

    /// Whether a shell hands on every variable.
    pub(super) fn is_for_shells(&self) -> bool {
        !self.has_odd_name
    }

    /// What a stage lacks that has some of the variables, PATH aside. The stage then has the rest of
    /// them, but for those that no ENV (with `by_arg`, no ARG) can hold: it keeps what it has of these.
    pub(super) fn complete(
        &self,
        has: &mut PersistentMap<Variable<'p>>,
        by_arg: bool,
    ) -> Vec<(&'p str, &'p Located<String>)> {
        let undeclarable = self.not_for(by_arg);
        let mut lacking = Vec::new();
        self.variables.for_each_beside(has, |number, Variable { name, value, .. }, had| {
            if had.is_none_or(|had| had.value.value != value.value) && undeclarable.get(number).is_none() {
                lacking.push((name, value));
            }
        });
        let mut complete = self.variables.clone();
        undeclarable.for_each(|number, _| complete.set(number, has.get(number)));
        *has = complete;
        lacking
    }
}

fn listed<'p>(variables: &PersistentMap<Variable<'p>>) -> Vec<(&'p str, &'p Located<String>)> {
    let mut listed = Vec::new();
    variables.for_each(|_, Variable { name, value, .. }| listed.push((name, value)));
    listed
}

/// What each step starts with and hands on to those that take from it, by step
/// (`buildkit/build_llb/build_env.go`).
pub(super) struct Environments<'p> {
    /// That of no step: the plan's own variables.
    of_plan: Environment<'p>,
    starts: StepMap<Environment<'p>>,
    outputs: StepMap<Environment<'p>>,
}

impl<'p> Environments<'p> {
    pub(super) fn new(graph: &'p Graph) -> Self {
        let mut of_plan = Environment::new(numbers(graph));
        for (name, value) in &graph.plan().variables {
            of_plan.set(Variable { name, value, is_default: true });
        }
        let unknown: StepMap<_> = graph.steps().map(|_| of_plan.clone()).collect();
        let mut this = Self { of_plan, starts: unknown.clone(), outputs: unknown };
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

    /// The merged environments of steps, later ones over earlier ones, and under all of them
    /// the plan's own variables.
    pub(super) fn merged(&self, steps: impl Iterator<Item = StepId>) -> Environment<'p> {
        let mut outputs = steps.map(|id| &self.outputs[id]);
        let mut environment = outputs.next().unwrap_or(&self.of_plan).clone();
        outputs.for_each(|output| environment.merge(output));
        environment
    }
}

fn numbers(graph: &Graph) -> Numbers<'_> {
    let plan = graph.plan();
    let of_steps = plan.steps.iter().map(|step| &step.variables);
    let variables = of_steps.chain([&plan.variables, &plan.deploy.variables]).flat_map(BTreeMap::keys);
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
    fn shown(environment: &Environment<'_>) -> Vec<String> {
        let variables = environment.without_path().into_iter().map(|(name, value)| format!("{name}={}", value.value));
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
    fn later_steps_win_over_earlier_ones_and_each_over_the_plan() {
        let steps = json!([
            step("a", &json!({ "A": "a", "C": "a", "PATH": "/a" })),
            step("b", &json!({ "C": "b" })),
            step("c", &json!({}))
        ]);
        with(&steps, |environments| {
            let merged = |steps: &[usize]| shown(&environments.merged(ids(steps)));
            assert_eq!(merged(&[0, 1]), ["A=a", "B=plan", "C=b", "PATH=/a"]);
            assert_eq!(merged(&[1, 0]), ["A=a", "B=plan", "C=a", "PATH=/a"]);
            assert_eq!(merged(&[0, 2]), ["A=a", "B=plan", "C=a", "PATH=/a"]);
            assert_eq!(merged(&[2]), ["A=plan", "B=plan", "PATH=/plan"]);
            assert_eq!(merged(&[]), ["A=plan", "B=plan", "PATH=/plan"]);
        });
    }

    #[test]
    fn a_shell_hands_on_variables_unless_one_has_a_name_of_its_own_kind() {
        let steps = json!([step("a", &json!({ "my-var": "x", "z": "y" })), step("b", &json!({ "z": "y" }))]);
        with(&steps, |environments| {
            let is_for_shells = |steps: &[usize]| environments.merged(ids(steps)).is_for_shells();
            assert!(is_for_shells(&[1]));
            assert!(!is_for_shells(&[0]));
            assert!(!is_for_shells(&[1, 0]));
        });
    }

    #[test]
    fn what_no_instruction_can_hold_is_known_until_another_value_takes_its_location() {
        let steps = json!([step("a", &json!({ "L": "1\n2", "a b": "x" })), step("b", &json!({ "L": "1" }))]);
        with(&steps, |environments| {
            let undeclarable = |steps: &[usize], by_arg| -> Vec<&str> {
                let environment = environments.merged(ids(steps));
                environment.undeclarable(by_arg).into_iter().map(|(name, _)| name).collect()
            };
            assert_eq!(undeclarable(&[0], false), ["L"]);
            assert_eq!(undeclarable(&[0], true), ["L", "a b"]);
            assert_eq!(undeclarable(&[0, 1], false), [""; 0]);
            assert_eq!(undeclarable(&[0, 1], true), ["a b"]);
            assert_eq!(undeclarable(&[1, 0], false), ["L"]);
        });
    }

    #[test]
    fn a_stage_is_told_what_it_lacks_and_has_it_then() {
        let steps = json!([
            step("a", &json!({ "C": "1", "L": "1\n2" })),
            step("b", &json!({ "C": "2", "L": "3" })),
            step("c", &json!({ "C": "1" }))
        ]);
        with(&steps, |environments| {
            let mut has = PersistentMap::new(environments.of_plan.numbers.len());
            let mut lacks = |step: usize| -> Vec<String> {
                let lacking = environments.start(StepId::new(step)).complete(&mut has, false);
                lacking.into_iter().map(|(name, value)| format!("{name}={}", value.value)).collect()
            };
            assert_eq!(lacks(0), ["A=plan", "B=plan", "C=1"]);
            assert_eq!(lacks(0), [""; 0]);
            assert_eq!(lacks(2), [""; 0], "another place of the plan with the same value");
            assert_eq!(lacks(1), ["C=2", "L=3"]);
            assert_eq!(lacks(0), ["C=1"], "a line feed is no instruction's");
            assert_eq!(lacks(1), ["C=2"], "the stage has kept what it had");
        });
    }
}
