//! railpack2docker as WebAssembly. `npm/index.js` wraps these functions for programs.
//!
//! A plan is the text of its JSON. `options` is the content of `railpack2docker.toml` as JSON, and `files` an object
//! with the texts of the files that belong to it, by path. Each result is the text of a JSON object with either `ok` or
//! `error`: see [`embed`].

use railpack2docker::explain::ChangeSet;
use railpack2docker_cli::embed::{self, Answer, Settings};
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;

/// The version of railpack2docker.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The Dockerfile of a plan, and what belongs to it: see [`embed::transpile`].
#[wasm_bindgen]
#[must_use]
pub fn transpile(plan: &str, options: &str, files: &str) -> String {
    answer(options, files, |settings| embed::transpile(plan, settings))
}

/// All findings for a plan: see [`embed::lint`].
#[wasm_bindgen]
#[must_use]
pub fn lint(plan: &str, options: &str, files: &str) -> String {
    answer(options, files, |settings| embed::lint(plan, settings))
}

/// The differences between two plans: see [`embed::diff`].
#[wasm_bindgen]
#[must_use]
pub fn diff(old: &str, new: &str, options: &str, files: &str) -> String {
    answer(options, files, |settings| embed::diff(old, new, settings))
}

/// The steps of a plan: see [`embed::explain`].
#[wasm_bindgen]
#[must_use]
pub fn explain(plan: &str, options: &str, files: &str, secrets: Vec<String>, changed: Vec<String>) -> String {
    answer(options, files, |settings| embed::explain(plan, settings, &ChangeSet { secrets, files: changed }))
}

/// The picture of a plan: see [`embed::picture`].
#[wasm_bindgen]
#[must_use]
pub fn picture(plan: &str, options: &str, files: &str, secrets: Vec<String>, changed: Vec<String>) -> String {
    answer(options, files, |settings| embed::picture(plan, settings, &ChangeSet { secrets, files: changed }))
}

/// What each change re-runs: see [`embed::rebuilds`].
#[wasm_bindgen]
#[must_use]
pub fn rebuilds(plan: &str, options: &str, files: &str, changed: Vec<String>) -> String {
    answer(options, files, move |settings| embed::rebuilds(plan, settings, &changed))
}

/// The location of a line: see [`embed::locate`].
#[wasm_bindgen]
#[must_use]
pub fn locate(plan: &str, options: &str, files: &str, line: usize) -> String {
    answer(options, files, |settings| embed::locate(plan, settings, line))
}

/// The command line with the same options: see [`Settings::command`].
#[wasm_bindgen]
#[must_use]
pub fn command(options: &str) -> String {
    answer(options, "{}", |settings| Ok(settings.command().into()))
}

fn answer(options: &str, files: &str, run: impl FnOnce(&Settings) -> Answer) -> String {
    let answer = Settings::parse(options, files).and_then(|settings| run(&settings));
    let document = match answer {
        Ok(document) => json!({ "ok": document }),
        Err(failure) => json!({ "error": failure }),
    };
    document.to_string()
}
