//! The steps that re-run when a secret or only the hash changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use railpack2docker::explain::{ChangeSet, explain};
use railpack2docker::{Options, SecretMount};
use serde_json::{Value, json};

use testkit::engine::{Build, Built, Engine, engine};
use testkit::options;
use testkit::secrets::bundle_of;

const IMAGE: &str = "railpack2docker-test/rebuilds:1";
const STEPS: [&str; 6] = ["a", "b", "both", "all", "none", "on-a"];

/// A plan with steps that list A, B, both, all three secrets, and nothing, and with one that starts from the step
/// with A. Each writes a random number, which differs if the step re-ran.
fn plan(run: &str) -> String {
    let step = |name: &str, input: Value, secrets: Value| {
        json!({
            "name": name,
            "inputs": [input],
            "secrets": secrets,
            "variables": { "RUN": run },
            "commands": [{ "cmd": format!("sh -c 'cat /proc/sys/kernel/random/uuid > /ran-{name}; echo \"$A$B$C\" > /saw-{name}'") }],
        })
    };
    let image = || json!({ "image": IMAGE });
    let steps = [
        step("a", image(), json!(["A"])),
        step("b", image(), json!(["B"])),
        step("both", image(), json!(["B", "A"])),
        step("all", image(), json!(["*"])),
        step("none", image(), json!([])),
        step("on-a", json!({ "step": "a" }), Value::Null),
    ];
    let inputs: Vec<Value> = STEPS
        .iter()
        .map(|name| json!({ "step": name, "include": [format!("/ran-{name}"), format!("/saw-{name}")] }))
        .collect();
    json!({
        "secrets": ["A", "B", "C"],
        "steps": steps,
        "deploy": { "base": { "image": IMAGE }, "inputs": inputs },
    })
    .to_string()
}

fn ran(built: &Built) -> BTreeMap<&'static str, String> {
    STEPS.iter().map(|name| (*name, built.read(&format!("/ran-{name}")))).collect()
}

/// The steps whose random number differs.
fn ran_again(before: &Built, after: &Built) -> Vec<&'static str> {
    let (before, after) = (ran(before), ran(after));
    STEPS.into_iter().filter(|name| before[name] != after[name]).collect()
}

/// A way to mount secrets, and the key of the hash layer.
type Way = (SecretMount, Option<&'static str>);

fn ways() -> [Way; 4] {
    let bundle = || SecretMount::Bundle("ALL_SECRETS".to_owned());
    [(SecretMount::Env, None), (SecretMount::File, Some("key")), (bundle(), None), (bundle(), Some("key"))]
}

/// A build of a plan with the secrets A, B and C, which are mounted in one of these ways.
fn build_with(engine: &Engine, plan: &str, context: &Path, (mount, key): &Way, values: [&str; 3], hash: &str) -> Built {
    let named: Vec<(&str, String)> = ["A", "B", "C"].into_iter().zip(values.map(str::to_owned)).collect();
    let bundle = String::from_utf8(bundle_of(&named)).unwrap();
    let mut secrets: Vec<(&str, &str)> = match mount {
        SecretMount::Bundle(id) => vec![(id, &bundle)],
        _ => named.iter().map(|(name, value)| (*name, value.as_str())).collect(),
    };
    secrets.extend(key.map(|key| ("HASH_KEY", key)));
    let options = options! { secret_mount: mount.clone(), secrets_hash_key: key.map(|_| "HASH_KEY".to_owned()) };
    engine.build(&Build { hash, options, ..Build::new(plan, context, &secrets) })
}

#[test]
fn a_changed_secret_re_runs_exactly_its_steps() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    for way in ways() {
        let context = tempfile::tempdir().unwrap();
        // another run of this test, and another way, share no layer with this one
        let plan = plan(context.path().to_str().unwrap());
        let build =
            |a: &str, b: &str, c: &str, hash: &str| build_with(&engine, &plan, context.path(), &way, [a, b, c], hash);

        let first = build("a1", "b1", "c1", "h1");
        assert_eq!(first.read("/saw-none"), "a1b1c1\n", "a command sees every secret of the plan");

        let hash_only = build("a1", "b1", "c1", "h2");
        assert_eq!(ran_again(&first, &hash_only), [""; 0], "{way:?}: only the hash changed");

        let changed_a = build("a2", "b1", "c1", "h3");
        assert_eq!(ran_again(&hash_only, &changed_a), ["a", "both", "all", "on-a"], "{way:?}");
        assert_eq!(changed_a.read("/saw-a"), "a2b1c1\n");
        assert_eq!(changed_a.read("/saw-b"), "a1b1c1\n", "what does not list A keeps what it was built with");

        let changed_b = build("a2", "b2", "c1", "h4");
        assert_eq!(ran_again(&changed_a, &changed_b), ["b", "both", "all"], "{way:?}");

        let changed_c = build("a2", "b2", "c2", "h5");
        assert_eq!(ran_again(&changed_b, &changed_c), ["all"], "{way:?}");

        // the boundary between two values counts, too
        let moved = build("a2b", "2", "c2", "h6");
        assert_eq!(ran_again(&changed_c, &moved), ["a", "b", "both", "all", "on-a"], "{way:?}");

        let back = build("a1", "b1", "c1", "h7");
        assert_eq!(ran_again(&first, &back), [""; 0], "{way:?}: the first values' layers are still there");
    }
}

#[test]
fn another_key_re_runs_all_steps_with_secrets() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    for (mount, key) in ways().into_iter().filter(|(_, key)| key.is_some()) {
        let context = tempfile::tempdir().unwrap();
        let plan = plan(context.path().to_str().unwrap());
        let build = |key: Option<&'static str>, hash: &str| {
            build_with(&engine, &plan, context.path(), &(mount.clone(), key), ["a", "b", "c"], hash)
        };
        let (first, other) = (build(key, "h1"), build(Some("another"), "h2"));
        assert_eq!(ran_again(&first, &other), ["a", "b", "both", "all", "on-a"], "{mount:?}");
    }
}

#[test]
fn a_missing_secret_fails_the_build() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let plan = plan(context.path().to_str().unwrap());
    let said = engine.fails(&Build::new(&plan, context.path(), &[("A", "a"), ("B", "b")]));
    assert!(said.contains("secret C: not found"), "{said}");
}

#[test]
fn a_required_secrets_hash_must_not_be_empty() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let plan = plan(context.path().to_str().unwrap());
    let options = options! { require_secrets_hash: true };
    let secrets = [("A", "a"), ("B", "b"), ("C", "c")];
    let with = |hash| Build { hash, options: options.clone(), ..Build::new(&plan, context.path(), &secrets) };
    let built = engine.build(&with("h1"));
    let said = engine.fails(&with(""));
    assert!(said.contains("SECRETS_HASH: is empty: pass --build-arg SECRETS_HASH with a new value"), "{said}");
    assert_eq!(ran_again(&built, &engine.build(&with("h2"))), [""; 0], "no other layer pays for it");
}

/// A random graph of steps, deterministic for each seed: the base, the copied step and the secrets of each step.
struct Graph {
    steps: Vec<GraphStep>,
}

struct GraphStep {
    base: Option<usize>,
    takes: Option<usize>,
    secrets: Vec<&'static str>,
}

impl Graph {
    fn random(seed: u64) -> Self {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut below = |limit: usize| {
            // xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % u64::try_from(limit).unwrap()).unwrap()
        };
        let lists: [&[&str]; 7] = [&[], &["A"], &["B"], &["C"], &["A", "B"], &["B", "C"], &["*"]];
        let steps = (0..3 + below(3)).map(|at| GraphStep {
            base: Some(below(at + 1)).filter(|base| *base < at),
            takes: Some(below(2 * at + 1)).filter(|taken| *taken < at),
            secrets: lists[below(lists.len())].to_vec(),
        });
        Self { steps: steps.collect() }
    }

    fn plan(&self, run: &str, last: &str) -> String {
        let steps: Vec<Value> = self
            .steps
            .iter()
            .enumerate()
            .map(|(at, step)| {
                let base = step.base.map_or(json!({ "image": IMAGE }), |base| json!({ "step": format!("s{base}") }));
                let takes = step
                    .takes
                    .map(|taken| json!({ "step": format!("s{taken}"), "include": [format!("/ran-{taken}")] }));
                json!({
                    "name": format!("s{at}"),
                    "inputs": std::iter::once(base).chain(takes).collect::<Vec<_>>(),
                    "secrets": step.secrets,
                    "variables": { "RUN": run },
                    "commands": [{ "cmd": format!("sh -c 'cat /proc/sys/kernel/random/uuid > /ran-{at}'") }],
                })
            })
            .collect();
        let inputs: Vec<Value> =
            (0..steps.len()).map(|at| json!({ "step": format!("s{at}"), "include": [format!("/ran-{at}")] })).collect();
        let deploy = json!({ "base": { "image": IMAGE }, "inputs": inputs, "variables": { "LAST": last } });
        json!({ "secrets": ["A", "B", "C"], "steps": steps, "deploy": deploy }).to_string()
    }

    /// The steps that list a secret, and the steps that start or copy from these.
    fn touched_by(&self, secret: &str) -> BTreeSet<usize> {
        let mut touched = BTreeSet::new();
        for (at, step) in self.steps.iter().enumerate() {
            let lists = step.secrets.iter().any(|listed| *listed == secret || *listed == "*");
            let parents = [step.base, step.takes];
            if lists || parents.iter().flatten().any(|parent| touched.contains(parent)) {
                touched.insert(at);
            }
        }
        touched
    }

    /// The steps that `explain` marks for a secret.
    fn said_to_run_again(&self, plan: &str, secret: &str) -> BTreeSet<usize> {
        let explanation = explain(plan, &Options::default()).unwrap();
        let change = ChangeSet { secrets: vec![secret.to_owned()], files: Vec::new() };
        let marked = explanation.consequences(&change).unwrap();
        let named = |name: &str| (0..self.steps.len()).find(|at| name == format!("s{at}")).unwrap();
        marked.steps.keys().map(|index| named(&explanation.steps[*index].name)).collect()
    }

    fn ran(&self, built: &Built) -> Vec<String> {
        (0..self.steps.len()).map(|at| built.read(&format!("/ran-{at}"))).collect()
    }

    fn ran_again(&self, before: &Built, after: &Built) -> BTreeSet<usize> {
        let pairs = self.ran(before).into_iter().zip(self.ran(after)).enumerate();
        pairs.filter(|(_, (before, after))| before != after).map(|(at, _)| at).collect()
    }
}

#[test]
fn a_secret_rebuilds_exactly_what_it_touches_in_random_graphs() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let run = context.path().to_str().unwrap();
    let mut some_were_spared = 0;
    for seed in 1..=20 {
        let graph = Graph::random(seed);
        let plan = graph.plan(&format!("{run} {seed}"), "1");
        let build = |plan: &str, a: &str, hash: &str| {
            engine.build(&Build { hash, ..Build::new(plan, context.path(), &[("A", a), ("B", "b"), ("C", "c")]) })
        };
        let first = build(&plan, "a1", "h1");
        let hash_only = build(&plan, "a1", "h2");
        assert_eq!(graph.ran_again(&first, &hash_only), BTreeSet::new(), "seed {seed}: only the hash changed");
        let changed = build(&plan, "a2", "h3");
        let touched = graph.touched_by("A");
        assert_eq!(graph.ran_again(&hash_only, &changed), touched, "seed {seed}: A changed");
        assert_eq!(graph.said_to_run_again(&plan, "A"), touched, "seed {seed}: what `explain` marks");
        let variable = build(&graph.plan(&format!("{run} {seed}"), "2"), "a2", "h3");
        assert_eq!(graph.ran_again(&changed, &variable), BTreeSet::new(), "seed {seed}: a variable at the end changed");
        some_were_spared += usize::from(!touched.is_empty() && touched.len() < graph.steps.len());
    }
    assert!(some_were_spared > 5, "the graphs tell something: {some_were_spared}");
}
