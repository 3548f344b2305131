//! Fuzzes `diff` with any two plans: the output has no control characters, and equal plans have no changes. Bytes that
//! are a JSON list of two plans are used as such. From any other bytes, two plans are generated, most of them similar.
#![no_main]

mod mutate;
mod of_bytes;
#[allow(dead_code)]
mod shown;

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use railpack2docker::diff::{Comparison, Status, compare};
use railpack2docker::escape::escape_invisible_text;
use railpack2docker::{Options, transpile};
use railpack2docker_cli::fuzzing;
use serde_json::Value;
use testkit::comment;

fuzz_target!(|data: &[u8]| {
    let Ok((old, new, options)) = written(data).map_or_else(|| made(data), Ok) else { return };
    match (compare(&old, &new, &options), compare(&new, &old, &options)) {
        (Ok(there), Ok(back)) => {
            assert_eq!(there.changes.is_empty(), back.changes.is_empty(), "{there:?}\n{back:?}");
            look_at(&old, &new, there);
            look_at(&new, &old, back);
            let same = compare(&old, &old, &options).unwrap_or_else(|why| panic!("{why}"));
            assert!(same.changes.is_empty() && same.old == same.new, "{same:?}");
            look_at(&old, &old, same);
        }
        (Err(there), Err(back)) => {
            assert_eq!((&there.old, &there.new), (&back.new, &back.old));
            assert!(there.old.is_some() || there.new.is_some(), "no reason is given");
            for (plan, findings) in [(&old, there.old), (&new, there.new)] {
                let Some(findings) = findings else { continue };
                assert!(transpile(plan, &options).is_err(), "{findings}");
                shown::check_report(&fuzzing::report(&findings.0, plan));
            }
        }
        (there, back) => panic!("one way alone: {there:?}\n{back:?}"),
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::plan(data, size, max_size, seed, fuzzer_mutate)
});

/// Two plans from a JSON list. A plan that is a string is used as the text of a file.
fn written(data: &[u8]) -> Option<(String, String, Options)> {
    let [old, new] = serde_json::from_slice::<[Value; 2]>(data).ok()?;
    let text = |plan: Value| plan.as_str().map_or_else(|| plan.to_string(), str::to_owned);
    Some((text(old), text(new), Options::default()))
}

/// Generates a plan, and another one or the same with some changes.
fn made(data: &[u8]) -> Result<(String, String, Options)> {
    let mut bytes = Unstructured::new(data);
    let (old, options) = of_bytes::plan(&mut bytes)?;
    let old = old.json();
    let (kind, seed): (u8, u32) = bytes.arbitrary()?;
    let new = match kind % 4 {
        0 => of_bytes::plan(&mut bytes)?.0.json(),
        1 => {
            let mut changed = data.to_vec();
            let at = seed as usize % data.len().max(1);
            changed.iter_mut().skip(at).take(1).for_each(|byte| *byte = byte.wrapping_add(1));
            of_bytes::plan(&mut Unstructured::new(&changed))?.0.json()
        }
        _ => {
            let mut changed = old.clone();
            mutate::some(&mut changed, seed, |_, size, _| size);
            changed
        }
    };
    Ok((old.to_string(), new.to_string(), options))
}

fn look_at(old: &str, new: &str, comparison: Comparison) {
    let same = comparison.changes.is_empty();
    let mut layers = comparison.stages.iter().flat_map(|stage| &stage.layers);
    assert!(!same || layers.all(|layer| layer.status == Status::Cached), "{comparison:?}");
    let [text, markdown, json] = fuzzing::printed(old, new, comparison);
    shown::check_report(&text);
    assert_eq!(escape_invisible_text(&json), json);
    let document: Value = serde_json::from_str(&json).unwrap_or_else(|why| panic!("{why}: {json}"));
    assert_eq!(document["same"], same);
    comment::check(&markdown);
}
