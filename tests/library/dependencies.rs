//! `docs/dependencies.md` has every direct dependency, with a reason, and no other.

use std::collections::BTreeSet;

use fs_err as fs;
use testkit::root;

/// The dependencies of a manifest, including those of tests and of specific platforms.
fn direct(manifest: &toml::Table) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, value) in manifest {
        let Some(table) = value.as_table() else { continue };
        match key.as_str() {
            "dependencies" | "dev-dependencies" | "build-dependencies" => names.extend(table.keys().cloned()),
            "target" => names.extend(table.values().filter_map(toml::Value::as_table).flat_map(direct)),
            _ => {}
        }
    }
    names
}

/// The cells of the page's rows that describe a crate.
fn rows(page: &str) -> Vec<Vec<&str>> {
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn dependencies_have_a_row() {
    let page = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let rows = rows(&page);
    for row in &rows {
        assert!(row.len() == 3 && row.iter().all(|cell| !cell.is_empty()), "{row:?}");
    }
    let named: BTreeSet<String> = rows.iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    assert_eq!(named.len(), rows.len(), "a crate has two rows");
    let mut direct: BTreeSet<String> = ["Cargo.toml", "cli/Cargo.toml", "testkit/Cargo.toml", "wasm/Cargo.toml"]
        .iter()
        .flat_map(|path| direct(&toml::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()))
        .collect();
    assert!(direct.contains("rustix") && direct.contains("insta"), "{direct:?}");
    // the workspace's own packages
    for own in ["railpack2docker", "railpack2docker-cli", "testkit"] {
        assert!(direct.remove(own), "{own}");
    }
    assert_eq!(named, direct);
}
