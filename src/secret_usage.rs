//! Secret usage: the commands that see each secret, the steps that list it, and the sets that are hashed.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Located};
use crate::graph::Graph;
use crate::options::{Options, SecretsHash, SecretsScope};
use crate::plan::{Plan, Step, StepId, StepMap};
use crate::text;

/// The usage of a plan's secrets in a build. Contains names, never values.
#[derive(Clone, Debug)]
pub struct SecretUsage {
    secrets: Vec<Located<String>>,
    /// The ids that an option sets for secrets, by secret name.
    ids: BTreeMap<String, String>,
    /// Distinct sets of secrets, as indices in plan order. The first set contains all secrets.
    sets: Vec<Vec<usize>>,
    /// The set that each step lists. `None` for a step that runs nothing or lists no secret of the plan.
    listed: StepMap<Option<SetId>>,
    /// The set that the commands of each step see. `None` for a step that runs nothing or sees no secret.
    seen: StepMap<Option<SetId>>,
    /// The indices of the secrets that at least one command sees.
    mounted: Vec<usize>,
    listing_steps: Vec<StepSecrets>,
    hash_groups: Vec<HashGroup>,
    hash: SecretsHash,
    /// The ID of the key of the hash layer.
    hash_key: Option<String>,
}

/// The ID of a set of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SetId(usize);

/// A set of secrets that steps list. A change to one of them re-runs these steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HashGroup {
    pub(crate) set: SetId,
    /// The first step in build order that lists the set.
    pub(crate) step: StepId,
}

/// A step and the secrets that it lists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepSecrets {
    /// The step's name.
    pub step: String,
    /// The secrets that the step lists, with `*` expanded, in plan order. Never empty.
    pub secrets: Vec<String>,
}

/// The set of all secrets of the plan.
const ALL: SetId = SetId(0);

impl SecretUsage {
    pub(crate) fn new(graph: &Graph, options: &Options) -> Self {
        let plan = graph.plan();
        let mut sets = Sets::new(plan);
        let listed: StepMap<Option<SetId>> = graph
            .steps()
            .map(|(_, step)| if step.runs_something() { sets.listed_by(step, options) } else { None })
            .collect();
        let seen = listed.map(|id, listed| match options.secrets_scope {
            SecretsScope::Plan => (graph.step(id).runs_something() && !plan.secrets.is_empty()).then_some(ALL),
            SecretsScope::Step => *listed,
        });
        let sets = sets.members;
        let mut usage = Self {
            secrets: plan.secrets.clone(),
            ids: options.secret_ids.clone(),
            sets,
            listed,
            seen,
            mounted: Vec::new(),
            listing_steps: Vec::new(),
            hash_groups: Vec::new(),
            hash: options.secrets_hash,
            hash_key: options.secrets_hash_key.clone(),
        };
        usage.collect_needed(graph);
        usage
    }

    /// Collects the secrets of the steps that the image needs.
    fn collect_needed(&mut self, graph: &Graph) {
        let mut seen_sets = BTreeSet::new();
        let mut first_steps = BTreeMap::new();
        for (id, step) in graph.running() {
            seen_sets.extend(self.seen[id]);
            if let Some(set) = self.listed[id] {
                first_steps.entry(set).or_insert(id);
                let secrets = self.names(set).map(str::to_owned).collect();
                self.listing_steps.push(StepSecrets { step: step.name.value.clone(), secrets });
            }
        }
        let mounted: BTreeSet<usize> = seen_sets.iter().flat_map(|set| self.indices(*set)).copied().collect();
        self.mounted = mounted.into_iter().collect();
        let mut groups: Vec<HashGroup> = first_steps.into_iter().map(|(set, step)| HashGroup { set, step }).collect();
        groups.sort_by(|a, b| self.names(a.set).cmp(self.names(b.set)));
        self.hash_groups = groups;
    }

    /// The names of the secrets that at least one command sees, in plan order. A build needs a value for
    /// each of these, and for no others.
    pub fn mounted(&self) -> impl Iterator<Item = &str> {
        self.mounted.iter().filter_map(|index| self.secrets.get(*index)).map(|secret| secret.value.as_str())
    }

    /// The names of all secrets of the plan, in plan order, without duplicates.
    pub fn names_of_plan(&self) -> impl Iterator<Item = &str> + Clone {
        self.secrets.iter().map(|secret| secret.value.as_str())
    }

    /// The steps that list secrets, run something and are needed by the image, in build order. A changed
    /// secret re-runs the steps that list it, unless the hash is [`SecretsHash::Off`].
    #[must_use]
    pub fn listing_steps(&self) -> &[StepSecrets] {
        &self.listing_steps
    }

    /// Whether the Dockerfile has the build arg `SECRETS_HASH`.
    #[must_use]
    pub fn has_hash(&self) -> bool {
        self.hash != SecretsHash::Off && !self.listing_steps.is_empty()
    }

    /// The id of a secret in the build: its name, unless an option sets another id.
    #[must_use]
    pub fn id<'a>(&'a self, secret: &'a str) -> &'a str {
        self.ids.get(secret).map_or(secret, String::as_str)
    }

    /// The ID of the secret that is the key of the hash layer. `None` if the Dockerfile doesn't mount one.
    #[must_use]
    pub fn hash_key(&self) -> Option<&str> {
        self.hash_key.as_deref().filter(|_| self.hash == SecretsHash::Layer && self.has_hash())
    }

    /// The set that the commands of a step see.
    pub(crate) fn seen(&self, step: StepId) -> Option<SetId> {
        self.seen[step]
    }

    /// The set that a step lists and that re-runs it.
    pub(crate) fn listed(&self, step: StepId) -> Option<SetId> {
        self.listed[step]
    }

    /// The distinct sets that needed steps list, sorted by the names in them.
    pub(crate) fn hash_groups(&self) -> &[HashGroup] {
        &self.hash_groups
    }

    /// Whether a set contains every secret of the plan.
    pub(crate) fn is_all(&self, set: SetId) -> bool {
        self.indices(set).len() == self.secrets.len()
    }

    /// The secrets of a set, in plan order.
    pub(crate) fn secrets(&self, set: Option<SetId>) -> impl Iterator<Item = &Located<String>> {
        let indices = set.map(|set| self.indices(set)).unwrap_or_default();
        indices.iter().filter_map(|index| self.secrets.get(*index))
    }

    /// The names in a set, in plan order.
    pub(crate) fn names(&self, set: SetId) -> impl Iterator<Item = &str> {
        self.secrets(Some(set)).map(|secret| secret.value.as_str())
    }

    #[expect(clippy::indexing_slicing, reason = "a set's id is its index")]
    fn indices(&self, set: SetId) -> &[usize] {
        &self.sets[set.0]
    }
}

/// Assigns an id to each distinct set.
struct Sets<'p> {
    by_name: BTreeMap<&'p str, usize>,
    members: Vec<Vec<usize>>,
    known: BTreeMap<Vec<usize>, SetId>,
}

impl<'p> Sets<'p> {
    fn new(plan: &'p Plan) -> Self {
        let all: Vec<usize> = (0..plan.secrets.len()).collect();
        let by_name = plan.secrets.iter().map(|secret| secret.value.as_str()).zip(0..).collect();
        Self { by_name, known: BTreeMap::from([(all.clone(), ALL)]), members: vec![all] }
    }

    fn listed_by(&mut self, step: &Step, options: &Options) -> Option<SetId> {
        if step.lists_all(options) || step.secrets.iter().any(|name| name.value == "*") {
            return (!self.by_name.is_empty()).then_some(ALL);
        }
        let listed: BTreeSet<usize> =
            step.secrets.iter().filter_map(|name| self.by_name.get(name.value.as_str())).copied().collect();
        if listed.is_empty() {
            return None;
        }
        let next = SetId(self.members.len());
        let listed: Vec<usize> = listed.into_iter().collect();
        let id = *self.known.entry(listed.clone()).or_insert(next);
        if id == next {
            self.members.push(listed);
        }
        Some(id)
    }
}

/// The error for a secret that a plan does not have, with the most similar one of `known`, or else all of them.
#[must_use]
pub fn unknown_secret<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Diagnostic {
    let found = Diagnostic::new(Code::NoSuchSecret, format!("the plan has no secret `{name}`"))
        .with_suggestion(name, known.clone());
    if found.help.is_some() {
        return found;
    }
    let names: Vec<String> = known.map(|name| format!("`{name}`")).collect();
    match text::list(&names) {
        names if names.is_empty() => found.with_help("the plan has no secrets"),
        names => found.with_help(format!("the plan's secrets: {names}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Compilation;

    #[test]
    fn a_documented_step_without_a_list_sees_all_secrets_in_step_scope() {
        let plan = r#"{ "secrets": ["A", "B"], "steps": {
            "a": { "inputs": [{ "image": "x" }], "commands": ["make"] },
            "b": { "inputs": [{ "step": "a" }], "commands": ["make"], "secrets": [] },
            "c": { "inputs": [{ "step": "b" }], "commands": ["make"], "secrets": ["B"] } },
            "deploy": { "base": { "step": "c" } } }"#;
        let listing = |plan: &str, scope| {
            let options = Options { secrets_scope: scope, ..Options::default() };
            let usage = Compilation::parse(plan, false).unwrap().secrets(&options);
            usage
                .listing_steps()
                .iter()
                .map(|step| format!("{} {}", step.step, step.secrets.concat()))
                .collect::<Vec<_>>()
        };
        assert_eq!(listing(plan, SecretsScope::Step), ["a AB", "c B"]);
        assert_eq!(listing(plan, SecretsScope::Plan), ["c B"]);
        // Railpack drops an empty list, so in its plans a missing one means none
        let array = r#"{ "secrets": ["A"], "steps": [{ "name": "a", "inputs": [{ "image": "x" }], "commands": ["make"] }],
            "deploy": { "base": { "step": "a" } } }"#;
        assert!(listing(array, SecretsScope::Step).is_empty());
    }

    fn usage(scope: SecretsScope) -> SecretUsage {
        let step = |name: &str, secrets: &str, commands: &str| {
            format!(
                r#"{{ "name": "{name}", "inputs": [{{ "image": "x" }}], "secrets": {secrets}, "commands": [{commands}] }}"#
            )
        };
        let run = r#"{ "cmd": "make" }"#;
        let steps = [
            step("a", r#"["*"]"#, run),
            step("b", r#"["B", "D"]"#, run),
            step("c", "[]", run),
            step("d", r#"["*"]"#, r#"{ "path": "/x" }"#),
            step("e", r#"["*"]"#, run),
        ];
        let inputs = ["a", "b", "c", "d"].map(|name| format!(r#"{{ "step": "{name}", "include": ["."] }}"#));
        let json = format!(
            r#"{{ "steps": [{}], "secrets": ["B", "A"], "deploy": {{ "base": {{ "image": "x" }}, "inputs": [{}] }} }}"#,
            steps.join(", "),
            inputs.join(", ")
        );
        let options = Options { secrets_scope: scope, ..Options::default() };
        Compilation::parse(&json, false).unwrap().secrets(&options)
    }

    #[test]
    fn star_lists_every_secret_unless_the_step_runs_nothing() {
        let step_secrets = |step: &str, secrets: &[&str]| StepSecrets {
            step: step.to_owned(),
            secrets: secrets.iter().map(|&secret| secret.to_owned()).collect(),
        };
        assert_eq!(
            usage(SecretsScope::Plan).listing_steps(),
            [step_secrets("a", &["B", "A"]), step_secrets("b", &["B"])]
        );
    }

    /// The secrets that a build needs, for a plan of secrets A and B and one step.
    fn mounted(listed: &str, commands: &str, scope: SecretsScope) -> Vec<String> {
        let json = format!(
            r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}], "secrets": [{listed}], "commands": [{commands}] }}],
              "secrets": ["A", "B"], "deploy": {{ "base": {{ "step": "a" }} }} }}"#
        );
        let options = Options { secrets_scope: scope, ..Options::default() };
        let usage = Compilation::parse(&json, false).unwrap().secrets(&options);
        usage.mounted().map(str::to_owned).collect()
    }

    #[test]
    fn only_secrets_that_a_command_sees_are_mounted() {
        let run = r#"{ "cmd": "make" }"#;
        assert_eq!(mounted(r#""A""#, run, SecretsScope::Plan), ["A", "B"]);
        assert_eq!(mounted(r#""A""#, run, SecretsScope::Step), ["A"]);
        assert_eq!(mounted("", run, SecretsScope::Step), [""; 0]);
        assert_eq!(mounted(r#""A""#, r#"{ "path": "/x" }"#, SecretsScope::Plan), [""; 0]);
    }
}
