//! What was spelled reads back, for plans that are made of bytes: the Dockerfile says what the plan means, and
//! nothing else. As in `tests/properties`, whose model and reader these are.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/properties/buildkit/mod.rs"]
mod buildkit;
#[path = "../../tests/properties/copies.rs"]
mod copies;
#[path = "../../tests/properties/model.rs"]
mod model;
mod of_bytes;
#[path = "../../tests/properties/plans.rs"]
mod plans;
#[path = "../../tests/properties/reads_back.rs"]
mod reads_back;
#[path = "../../tests/properties/runs.rs"]
mod runs;
mod shown;

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use railpack2docker::{fuzzing, transpile};

fuzz_target!(|data: &[u8]| {
    let mut bytes = Unstructured::new(data);
    let Ok((plan, options)) = of_bytes::plan(&mut bytes) else { return };
    let json = plan.json().to_string();
    match transpile(&json, &options) {
        Err(findings) => shown::check_report(&fuzzing::report(&findings.0, &json)),
        Ok(made) => {
            assert!(!plan.asks_too_much_of_env(&options), "a command that `env` can't run");
            let file = buildkit::parse(&made.dockerfile).unwrap_or_else(|why| panic!("{why}:\n{}", made.dockerfile));
            reads_back::check(&plan, &options, &file);
            shown::check(&made);
        }
    }
});
