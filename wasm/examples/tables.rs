//! Prints the tables that the playground and its tests are built from, as JSON: `options`, those of the command line,
//! and `attacks`, hostile plans, each with its `name`.

use railpack2docker_cli::embed::option_table;
use serde_json::{Value, json};
use testkit::injection::ATTACKS;

fn main() {
    let attacks: Vec<Value> = ATTACKS
        .iter()
        .map(|(name, slot, text, _)| json!({ "name": name, "text": text, "plan": slot.plan(text).to_string() }))
        .collect();
    println!("{}", json!({ "options": option_table(), "attacks": attacks }));
}
