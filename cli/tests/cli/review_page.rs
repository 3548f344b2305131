//! `docs/review.md` describes every input of the action and of the template for GitLab, every output, and every hook.

use std::collections::BTreeSet;

use testkit::root;
use yaml_rust2::{Yaml, YamlLoader};

fn read(path: &str) -> String {
    fs_err::read_to_string(root().join(path)).unwrap()
}

/// The first document of a YAML file.
fn yaml(path: &str) -> Yaml {
    YamlLoader::load_from_str(&read(path)).unwrap().remove(0)
}

fn keys(map: &Yaml) -> BTreeSet<String> {
    map.as_hash().unwrap().keys().map(|key| key.as_str().unwrap().to_owned()).collect()
}

/// The names in the first column of the tables with this heading, between two headings of the page.
fn documented(from: &str, to: &str, heading: &str) -> BTreeSet<String> {
    let page = read("docs/review.md");
    let (_, part) = page.split_once(from).unwrap();
    let (part, _) = part.split_once(to).unwrap();
    let heading = format!("| {heading} |");
    let tables = part.split(&heading).skip(1);
    let rows = tables.flat_map(|table| table.lines().skip(2).take_while(|line| line.starts_with('|')));
    let first = rows.map(|row| row.split(" | ").next().unwrap());
    first.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn the_action_is_described() {
    let action = yaml("action.yml");
    assert_eq!(documented("## GitHub", "## Before a commit", "input"), keys(&action["inputs"]));
    assert_eq!(documented("## GitHub", "## Before a commit", "output"), keys(&action["outputs"]));
}

#[test]
fn the_inputs_of_the_action_reach_its_scripts() {
    let action = read("action.yml");
    for input in keys(&yaml("action.yml")["inputs"]) {
        assert!(action.contains(&format!("inputs.{input} ")), "{input}");
    }
    // an expression in a script would be shell code
    assert!(action.lines().all(|line| !line.contains("run:") || !line.contains("${{")));
}

#[test]
fn the_template_for_gitlab_is_described() {
    let template = yaml("gitlab/review.yml");
    assert_eq!(documented("## GitLab", "## Other CI", "input"), keys(&template["spec"]["inputs"]));
}

#[test]
fn the_hooks_are_described() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let ids: BTreeSet<String> =
        hooks.as_vec().unwrap().iter().map(|hook| hook["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(documented("## Before a commit", "## GitLab", "hook"), ids);
}
