//! The secrets of a plan, and the steps that they touch.

use crate::diagnostic::{Diagnostics, Findings};
use crate::{graph, plan};

/// The secrets of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSecrets {
    /// The names of all secrets, each once, in the plan's order.
    pub names: Vec<String>,
    /// The steps that run again when a secret changes, in build order.
    pub steps: Vec<StepSecrets>,
}

/// A step, and the secrets that make it run again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepSecrets {
    /// The step's name.
    pub step: String,
    /// The secrets that it lists, `*` spelled out, in the plan's order; one at least.
    pub secrets: Vec<String>,
}

/// Finds the secrets of the JSON text of a build plan. A step that runs nothing, or that the image
/// does not need, is not among the steps.
///
/// # Errors
/// Every mistake that keeps the plan from being read, or else its names from being resolved.
pub fn of_plan(json: &str) -> Result<PlanSecrets, Diagnostics> {
    let mut findings = Findings::default();
    let plan = plan::read(json, false, &mut findings)?;
    let graph = graph::resolve(&plan, &mut findings)?;
    let names = plan.secrets.iter().map(|secret| secret.value.clone()).collect();
    let steps = graph.listing_secrets().map(|(_, node, secrets)| StepSecrets {
        step: node.step.name.value.clone(),
        secrets: secrets.into_iter().map(|secret| secret.value.clone()).collect(),
    });
    let steps = steps.collect();
    Ok(PlanSecrets { names, steps })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_every_secret_and_a_step_that_runs_nothing_is_left_out() {
        let step = |name: &str, secrets: &str, commands: &str| {
            format!(
                r#"{{ "name": "{name}", "inputs": [{{ "image": "x" }}], "secrets": {secrets}, "commands": [{commands}] }}"#
            )
        };
        let run = r#"{ "cmd": "make" }"#;
        let steps = [
            step("a", r#"["*"]"#, run),
            step("b", r#"["B", "C"]"#, run),
            step("c", "[]", run),
            step("d", r#"["*"]"#, r#"{ "path": "/x" }"#),
            step("e", r#"["*"]"#, run),
        ];
        let inputs = ["a", "b", "c", "d"].map(|name| format!(r#"{{ "step": "{name}", "include": ["."] }}"#));
        let json = format!(
            r#"{{ "steps": [{}], "secrets": ["B", "A"], "deploy": {{ "base": {{ "image": "x" }}, "inputs": [{}] }} }}"#,
            steps.join(", "),
            inputs.join(", ")
        );
        let secrets = of_plan(&json).unwrap();
        assert_eq!(secrets.names, ["B", "A"]);
        let touched = |step: &str, secrets: &[&str]| StepSecrets {
            step: step.to_owned(),
            secrets: secrets.iter().map(|&secret| secret.to_owned()).collect(),
        };
        assert_eq!(secrets.steps, [touched("a", &["B", "A"]), touched("b", &["B"])]);
    }
}
