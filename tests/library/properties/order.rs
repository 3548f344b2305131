//! The output does not depend on the order of a plan's keys, on whitespace between them, or on the run. A Dockerfile
//! that changed without its plan would cause needless rebuilds.

use proptest::prelude::*;
use railpack2docker::{Options, Transpiled, transpile};
use serde_json::Value;

use testkit::plans::Plan;
use testkit::runner;
use testkit::wild::{all_options, plan};

#[test]
fn key_order_and_whitespace_do_not_matter() {
    let property = |(plan, seed): (Plan, u64)| {
        let json = plan.json();
        let options = Options::default();
        let plain = transpile(&json.to_string(), &options).map(|made| (made.dockerfile, made.dockerignore)).ok();
        let mut state = seed;
        let mut shuffled = String::new();
        write_shuffled(&json, &mut state, &mut shuffled);
        let other = transpile(&shuffled, &options).map(|made| (made.dockerfile, made.dockerignore)).ok();
        prop_assert_eq!(plain, other);
        Ok(())
    };
    runner().run(&(plan(), any::<u64>()), property).unwrap_or_else(|failure| panic!("{failure}"));
}

/// Writes the same JSON, with its keys in another order and with whitespace wherever it is allowed.
fn write_shuffled(value: &Value, state: &mut u64, out: &mut String) {
    let blank = [" ", "\n", "\t ", "", "", "\r\n"][next(state) % 6];
    out.push_str(blank);
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|_| next(state));
            out.push('{');
            for (at, (key, value)) in members.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(blank);
                out.push(':');
                write_shuffled(value, state, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, value) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_shuffled(value, state, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
    out.push_str(blank);
}

/// A small random number generator (splitmix).
pub(crate) fn next(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    usize::try_from(mixed >> 33).unwrap()
}

#[test]
fn transpiling_is_deterministic() {
    let property = |(plan, options): (Plan, Options)| {
        let json = plan.json().to_string();
        let files =
            |made: Transpiled| (made.dockerfile, made.dockerignore, made.assets, made.source_map, made.findings);
        let transpiled = || transpile(&json, &options).map(files);
        prop_assert_eq!(transpiled(), transpiled());
        Ok(())
    };
    runner().run(&(plan(), all_options()), property).unwrap_or_else(|failure| panic!("{failure}"));
}
