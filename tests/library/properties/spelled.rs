//! The Dockerfiles of wild plans read back as what the plans mean.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use railpack2docker::{Options, Transpiled, transpile};

use railpack2docker::builder::Builder;
use testkit::plans::{Command, Input, Plan, Source, Step, Variables};
use testkit::reads_back::{buildah, check};
use testkit::wild::{all_options, options_with_bundle, plan};
use testkit::{buildkit, runner};

/// Parses a Dockerfile. Fails if it is invalid, or means something other than its plan.
pub(crate) fn reads_back(plan: &Plan, options: &Options, made: &Transpiled) -> Result<(), TestCaseError> {
    let dockerfile = &made.dockerfile;
    let file = buildkit::parse(dockerfile).unwrap_or_else(|why| panic!("{why}:\n{dockerfile}"));
    let checked = catch_unwind(AssertUnwindSafe(|| check(plan, options, &file, &made.assets)));
    let why = checked.err().map(|why| why.downcast::<String>().map_or_else(|_| String::new(), |why| *why));
    prop_assert!(why.is_none(), "{}\n{}", why.unwrap_or_default(), dockerfile);
    Ok(())
}

#[test]
fn dockerfiles_say_what_the_plan_means() {
    let made = Cell::new(0);
    let property = |(plan, options): (Plan, Options)| {
        let transpiled = transpile(&plan.json().to_string(), &options);
        prop_assert!(transpiled.is_err() || !plan.asks_too_much_of_env(&options), "a command that `env` can't run");
        prop_assert!(transpiled.is_err() || !plan.hides_a_platform(&options), "a variable in the id of a cache");
        let Ok(transpiled) = transpiled else { return Ok(()) };
        made.set(made.get() + 1);
        reads_back(&plan, &options, &transpiled)
    };
    let mut runner = runner();
    runner.run(&(plan(), all_options()), property).unwrap_or_else(|failure| panic!("{failure}"));
    let cases = runner.config().cases;
    assert!(made.get() > cases / 3, "only {} of {cases} plans gave a Dockerfile", made.get());
}

/// Buildah 1.44 has secrets as variables.
#[test]
fn dockerfiles_for_buildah_say_what_the_plan_means() {
    let (made, hashed) = (Cell::new(0), Cell::new(0));
    let property = |(mut plan, mut options, is_newer): (Plan, Options, bool)| {
        let defaults =
            Options::for_builder(Builder::parse(if is_newer { "buildah@1.44" } else { "buildah@1.43" }).unwrap());
        (options.builder, options.syntax, options.assets) = (defaults.builder, defaults.syntax, None);
        if is_newer {
            plan.secrets.push("A".to_owned());
            plan.steps.iter_mut().step_by(2).for_each(|step| step.secrets.push("A".to_owned()));
        } else {
            plan.secrets.clear();
        }
        let Ok(transpiled) = transpile(&plan.json().to_string(), &options) else { return Ok(()) };
        made.set(made.get() + 1);
        let text = &transpiled.dockerfile;
        hashed.set(hashed.get() + u32::from(text.contains("SECRETS_HASH\n")));
        let read = || {
            let mut file = buildkit::parse(text).unwrap();
            let (plan, options) = buildah::as_for_docker(&plan, &options, &mut file);
            check(&plan, &options, &file, &transpiled.assets);
        };
        let why = catch_unwind(AssertUnwindSafe(read)).err();
        let why = why.map(|why| why.downcast::<String>().map_or_else(|_| String::new(), |why| *why));
        prop_assert!(why.is_none(), "{}\n{}", why.unwrap_or_default(), text);
        Ok(())
    };
    let mut runner = runner();
    runner.run(&(plan(), all_options(), any::<bool>()), property).unwrap_or_else(|failure| panic!("{failure}"));
    let cases = runner.config().cases;
    assert!(made.get() > cases / 4, "only {} of {cases} plans gave a Dockerfile", made.get());
    assert!(hashed.get() > cases / 32, "only {} of {cases} plans hash secrets", hashed.get());
}

#[test]
fn dockerfiles_with_a_bundle_say_what_the_plan_means() {
    let (made, refused) = (Cell::new(0), Cell::new(0));
    let property = |(mut plan, options, has_odd_names): (Plan, Options, bool)| {
        let is_plain = |name: &String| name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        plan.secrets.retain(|name| has_odd_names || is_plain(name));
        plan.secrets.push("A".to_owned());
        let transpiled = transpile(&plan.json().to_string(), &options);
        if plan.asks_too_much_of_a_bundle(&options) {
            refused.set(refused.get() + 1);
            prop_assert!(transpiled.is_err(), "a bundle that no shell can read");
        }
        let Ok(transpiled) = transpiled else { return Ok(()) };
        made.set(made.get() + u32::from(transpiled.dockerfile.contains("; has_secrets ")));
        reads_back(&plan, &options, &transpiled)
    };
    let mut runner = runner();
    let strategy = (plan(), options_with_bundle(), proptest::bool::weighted(0.25));
    runner.run(&strategy, property).unwrap_or_else(|failure| panic!("{failure}"));
    let (made, refused, cases) = (made.get(), refused.get(), runner.config().cases);
    assert!(made > cases / 12, "only {made} of {cases} plans read a bundle");
    assert!(refused > 0, "only {refused} of {cases} plans are refused");
}

/// Each operand fits on a line, but all of them together do not.
#[test]
fn a_line_of_many_operands_reads_back() {
    let names = |kind: &str, count: usize| (0..count).map(|at| format!("{kind}_{at}")).collect::<Vec<_>>();
    let long = "N".repeat(50_000);
    let command = Command::Exec { argv: vec!["npm".to_owned(), "ci".to_owned()], name: None };
    let step = Step {
        name: "build".to_owned(),
        base: Some(Source::Image("alpine".to_owned())),
        inputs: Vec::new(),
        commands: vec![command],
        secrets: vec!["*".to_owned()],
        variables: Variables::new(),
        caches: Vec::new(),
    };
    let input = Input { source: Source::Step(0), include: vec![".".to_owned()], exclude: names("exclude", 10_000) };
    let mut plan = Plan {
        steps: vec![step],
        caches: std::collections::BTreeMap::new(),
        secrets: names("SECRET", 5_000),
        base: Source::Image("alpine".to_owned()),
        inputs: vec![input],
        start: None,
        variables: Variables::new(),
        paths: Vec::new(),
    };
    // this name is in two fields of one mount
    plan.secrets.push(long);
    let options = Options::default();
    let made = transpile(&plan.json().to_string(), &options).unwrap();
    reads_back(&plan, &options, &made).unwrap();
}
