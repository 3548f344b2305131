//! What takes the build context as a whole.

use super::gopath::clean;
use crate::graph::{Edge, Graph, Origin};
use crate::plan::{Command, Located};

/// For each input and copy command that the image needs and that copies the whole context, the
/// patterns of what it does not copy.
pub(crate) fn whole_copies(graph: &Graph<'_>) -> Vec<Vec<String>> {
    let steps = || graph.needed().map(|(_, node)| node);
    let bases = steps().filter_map(|node| node.inputs.first()).chain([&graph.base]);
    let bases = bases.filter(|edge| matches!(edge.origin, Origin::Local)).map(|_| Vec::new());
    let inputs = steps().flat_map(|node| node.inputs.iter().skip(1)).chain(&graph.deploy_inputs);
    let inputs = inputs.filter(|edge| takes_whole(edge)).map(|edge| values(&edge.input.exclude));
    let commands = steps().flat_map(|node| &node.step.commands).filter(|command| copies_whole(command));
    bases.chain(inputs).chain(commands.map(|_| Vec::new())).collect()
}

fn takes_whole(edge: &Edge<'_>) -> bool {
    matches!(edge.origin, Origin::Local) && edge.includes().iter().any(|include| is_whole(&include.value))
}

fn copies_whole(command: &Command) -> bool {
    matches!(command, Command::Copy { src, image: None, .. } if is_whole(&src.value))
}

/// Whether a path in the context is its root, or a pattern of everything there.
fn is_whole(path: &str) -> bool {
    matches!(clean(&format!("/{path}")).as_str(), "/" | "/*" | "/**")
}

fn values(patterns: &[Located<String>]) -> Vec<String> {
    patterns.iter().map(|pattern| pattern.value.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, transpile};

    #[test]
    fn a_command_that_copies_a_part_is_none() {
        for (src, image, count) in [(".", "", 1), ("a", "", 0), (".", r#", "image": "y""#, 0)] {
            let json = format!(
                r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}], "commands": [{{ "src": "{src}", "dest": "."{image} }}] }}],
                  "deploy": {{ "base": {{ "step": "a" }} }} }}"#
            );
            assert_eq!(transpile(&json, &Options::default()).unwrap().whole_copies.len(), count, "{src}");
        }
    }

    #[test]
    fn the_root_has_many_names() {
        for whole in ["", ".", "./", "/", "*", "./*", "a/.."] {
            assert!(is_whole(whole), "{whole}");
        }
        for part in ["a", "a/*", "*.json", ".env"] {
            assert!(!is_whole(part), "{part}");
        }
    }
}
