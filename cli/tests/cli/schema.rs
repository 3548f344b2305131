//! The schemas in `schemas/` are those that the command prints, and describe the files of the documents.

use serde_json::Value;
use testkit::command::anything;
use testkit::pages::pages;
use testkit::root;
use testkit::schema::is_valid;

fn printed(file: &str) -> String {
    crate::folder().run(["schema", file]).stdout(anything()).check().stdout
}

#[test]
fn the_files_are_current() {
    for (file, name) in [("plan", "railpack-plan"), ("config", "railpack2docker")] {
        let path = format!("schemas/{name}.schema.json");
        let current = fs_err::read_to_string(root().join(&path)).unwrap();
        assert!(current == printed(file), "{path} is stale: write it with `railpack2docker schema {file} > {path}`");
    }
}

/// The fenced TOML blocks of the documents that are about `railpack2docker.toml`.
fn config_blocks() -> Vec<String> {
    let blocks = pages().into_iter().flat_map(|page| {
        let after = page.text.split("\n```toml\n").skip(1).map(|rest| rest.split("\n```\n").next().unwrap().to_owned());
        after.collect::<Vec<_>>()
    });
    let tables = ["allow = ", "[transpile]", "[image]", "[lint]", "[verify]", "[railpack]"];
    blocks.filter(|text| text.lines().any(|line| tables.iter().any(|table| line.starts_with(table)))).collect()
}

#[test]
fn the_config_files_of_the_documents_are_valid() {
    let schema: Value = serde_json::from_str(&printed("config")).unwrap();
    let blocks = config_blocks();
    assert!(blocks.len() > 5, "{}", blocks.len());
    for text in blocks {
        let value: Value = toml::from_str(&text).unwrap();
        assert!(is_valid(&schema, &value), "{text}");
    }
}
