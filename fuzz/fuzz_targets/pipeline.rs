//! Fuzzes the whole pipeline with plans that are generated from bytes: the Dockerfile reads back as what the plan
//! means, and as nothing else.
#![no_main]

mod of_bytes;
mod shown;

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use railpack2docker::transpile;
use railpack2docker_cli::fuzzing;
use testkit::{buildkit, reads_back};

fuzz_target!(|data: &[u8]| {
    let mut bytes = Unstructured::new(data);
    let Ok((plan, options)) = of_bytes::plan(&mut bytes) else { return };
    let json = plan.json().to_string();
    match transpile(&json, &options) {
        Err(findings) => shown::check_report(&fuzzing::report(&findings.0, &json)),
        Ok(generated) => {
            assert!(!plan.asks_too_much_of_env(&options), "a command that `env` can't run");
            assert!(!plan.hides_a_platform(&options), "a variable in the id of a cache");
            assert!(!plan.asks_too_much_of_a_bundle(&options), "a bundle that no shell can read");
            let file = buildkit::parse(&generated.dockerfile).unwrap_or_else(|why| panic!("{why}:\n{}", generated.dockerfile));
            reads_back::check(&plan, &options, &file, &generated.assets);
            shown::check(&generated);
        }
    }
});
