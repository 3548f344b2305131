//! Variables that only `env` can set, secrets with the same names, and the build args next to them. Wild plans rarely
//! combine these, and most of their refusals have other reasons. Here, `env` and the platform are the only reasons, so
//! that each refusal can be compared with the model too.

use std::cell::Cell;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use railpack2docker::{Options, SecretsScope, transpile};

use super::spelled::reads_back;
use testkit::plans::{Command, Input, Plan, Source, Step, Variables};
use testkit::runner;
use testkit::wild::options;

const NAMES: [&str; 7] = ["A", "B", "-u", "NPM_TOKEN", "CACHE_DIRECTORY_1", "CACHE_DIRECTORY_1_", "TARGETARCH"];

fn variables() -> impl Strategy<Value = Variables> {
    let plain = (select(&NAMES[..]), select(&["1", "a=b", "a\nb", "\n", "-x\n"][..]));
    // no ENV accepts these names, whatever the value
    let odd = (select(&["", "a=b", "="][..]), Just("a\nb"));
    let one = prop_oneof![20 => plain, 1 => odd];
    vec(one.prop_map(|(name, value)| (name.to_owned(), value.to_owned())), 0..4).prop_map(Variables::from_iter)
}

fn command() -> impl Strategy<Value = Command> {
    let argv =
        |words: &[&str]| Command::Exec { argv: words.iter().map(|word| (*word).to_owned()).collect(), name: None };
    prop_oneof![
        4 => Just(argv(&["npm", "ci"])),
        4 => Just(argv(&["sh", "-c", "A=1 npm ci"])),
        2 => Just(argv(&["echo", "a=b"])),
        1 => Just(argv(&["A=1", "npm"])),
        2 => Just(Command::Path("/opt/bin".to_owned())),
    ]
}

fn step(name: &'static str, source: Source, secrets: Vec<String>) -> impl Strategy<Value = Step> {
    let listed = prop_oneof![
        1 => Just(vec!["*".to_owned()]),
        3 => (0..=secrets.len()).prop_flat_map(move |count| subsequence(secrets.clone(), count)),
    ];
    // a stage that the image starts from uses ARG, and a stage that is only copied from uses ENV
    let is_base = any::<bool>();
    (is_base, vec(command(), 0..3), listed, variables(), any::<bool>()).prop_map(
        move |(is_base, commands, secrets, variables, caches)| {
            let (base, inputs) = if is_base {
                (source.clone(), Vec::new())
            } else {
                let input = Input { source: source.clone(), include: vec!["x".to_owned()], exclude: Vec::new() };
                (Source::Image("alpine".to_owned()), vec![input])
            };
            let caches = caches.then(|| "npm".to_owned()).into_iter().collect();
            Step { name: name.to_owned(), base: Some(base), inputs, commands, secrets, variables, caches }
        },
    )
}

/// A plan of two steps, the second of which depends on the first, and of an image that starts from the second and
/// gets no variables from either.
fn plan() -> impl Strategy<Value = Plan> {
    let secrets = btree_set(select(&NAMES[..]).prop_map(str::to_owned), 0..4);
    let directory = select(&["/é", "/root/.npm"][..]).prop_map(|directory| (directory.to_owned(), false));
    let caches = btree_map(Just("npm".to_owned()), directory, 1);
    (secrets, caches).prop_flat_map(|(secrets, caches)| {
        let secrets: Vec<String> = secrets.into_iter().collect();
        let first = step("first", Source::Image("alpine".to_owned()), secrets.clone());
        let second = step("second", Source::Step(0), secrets.clone());
        (first, second).prop_map(move |(first, second)| Plan {
            steps: vec![first, second],
            caches: caches.clone(),
            secrets: secrets.clone(),
            base: Source::Step(1),
            inputs: Vec::new(),
            start: None,
            variables: Variables::new(),
            paths: Vec::new(),
        })
    })
}

/// Determines which of the relevant cases a plan has: a variable that `env` sets, one that a secret hides in each of
/// the scopes, and one that a secret of the plan would hide if the step had it.
fn cases_of(plan: &Plan, options: &Options) -> [bool; 4] {
    let mut cases = [false; 4];
    for (at, step) in plan.steps.iter().enumerate() {
        if !step.commands.iter().any(|command| matches!(command, Command::Exec { .. })) {
            continue;
        }
        let given = plan.given(step, options);
        for (name, _) in plan.start(at).without_path().filter(|(_, value)| value.contains('\n')) {
            let is_hidden = given.contains(name);
            cases[0] |= !is_hidden;
            cases[1] |= is_hidden && options.secrets_scope == SecretsScope::Plan;
            cases[2] |= is_hidden && options.secrets_scope == SecretsScope::Step;
            cases[3] |= !is_hidden && plan.secrets.contains(name);
        }
    }
    cases
}

#[test]
fn secrets_hide_variables() {
    let (met, refused) = (Cell::new([0; 4]), Cell::new(0));
    let property = |(plan, options): (Plan, Options)| {
        let transpiled = transpile(&plan.json().to_string(), &options);
        let is_refused = plan.asks_too_much_of_env(&options) || plan.hides_a_platform(&options);
        prop_assert_eq!(transpiled.is_err(), is_refused, "{:?}", transpiled.err());
        let Ok(transpiled) = transpiled else {
            refused.set(refused.get() + 1);
            return Ok(());
        };
        let cases = cases_of(&plan, &options);
        met.set(std::array::from_fn(|at| met.get()[at] + u32::from(cases[at])));
        reads_back(&plan, &options, &transpiled)
    };
    let mut runner = runner();
    runner.run(&(plan(), options()), property).unwrap_or_else(|failure| panic!("{failure}"));
    let (met, refused, cases) = (met.get(), refused.get(), runner.config().cases);
    assert!(met.iter().all(|met| *met > cases / 128), "of {cases} plans too few meet a case: {met:?}");
    assert!(refused > cases / 64 && refused < cases / 2, "{refused} of {cases} plans are refused");
}
