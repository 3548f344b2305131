//! Plans to be shown: values that look like credentials are not in them.

use std::collections::BTreeMap;

use crate::compilation::Compilation;
use crate::plan::{Plan, Variables};
use crate::secrets::{is_credential, looks_secret};

/// Whether the value of a variable looks like a credential. An empty one does not.
pub(super) fn is_masked(name: &str, value: &str) -> bool {
    !value.is_empty() && (looks_secret(name) || is_credential(value))
}

/// Copies of both plans in which something else stands for each such value: the same for the same value,
/// and something else for another one, so that what differs still does.
pub(super) fn redacted(old: &Compilation, new: &Compilation) -> (Compilation, Compilation) {
    let mut masks = Masks::default();
    let mut redact = |compilation: &Compilation, mask: &str| {
        compilation.with_values(|plan| {
            // the stamps of both files are to be the same
            plan.digest.clear();
            for variables in variables_of(plan) {
                masks.apply(variables, mask);
            }
        })
    };
    (redact(old, "…"), redact(new, "… (changed)"))
}

fn variables_of(plan: &mut Plan) -> impl Iterator<Item = &mut Variables> {
    let of_steps = plan.steps.iter_mut().map(|step| &mut step.variables);
    of_steps.chain([&mut plan.variables, &mut plan.deploy.variables])
}

/// What stands for each value, by variable.
#[derive(Default)]
struct Masks(BTreeMap<String, BTreeMap<String, String>>);

impl Masks {
    fn apply(&mut self, variables: &mut Variables, mask: &str) {
        for (name, value) in variables.iter_mut().filter(|(name, value)| is_masked(name, &value.value)) {
            let known = self.0.entry(name.clone()).or_default();
            let number = known.values().filter(|other| other.starts_with(mask)).count() + 1;
            let mask = known.entry(value.value.clone()).or_insert_with(|| {
                let numbered = if number > 1 { format!("{mask} ({number})") } else { mask.to_owned() };
                // a value of several lines is set in another way
                if value.value.contains('\n') { format!("{numbered}\n") } else { numbered }
            });
            value.value.clone_from(mask);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(variables: &str) -> Compilation {
        let text = format!(
            r#"{{"steps": [{{"name": "a", "variables": {variables}}}], "deploy": {{"base": {{"image": "x"}}, "variables": {variables}}}}}"#
        );
        Compilation::parse(&text, false).unwrap()
    }

    fn values(compilation: &Compilation) -> Vec<String> {
        let plan = compilation.plan();
        let of_step = plan.steps[0].variables.iter().chain(&plan.deploy.variables);
        of_step.map(|(name, value)| format!("{name}={}", value.value)).collect()
    }

    #[test]
    fn a_mask_differs_where_the_value_does() {
        let old = plan(r#"{"API_TOKEN": "a", "URL": "https://u:p@h/", "NODE_ENV": "x", "EMPTY_KEY": ""}"#);
        let new = plan(r#"{"API_TOKEN": "b", "URL": "https://u:p@h/", "NODE_ENV": "x", "EMPTY_KEY": ""}"#);
        let (old, new) = redacted(&old, &new);
        let half = ["API_TOKEN=…", "EMPTY_KEY=", "NODE_ENV=x", "URL=…"];
        assert_eq!(values(&old), [half, half].concat());
        let half = ["API_TOKEN=… (changed)", "EMPTY_KEY=", "NODE_ENV=x", "URL=…"];
        assert_eq!(values(&new), [half, half].concat());
    }

    #[test]
    fn values_of_a_plan_that_differ_have_masks_that_differ() {
        let one = plan(r#"{"A_KEY": "1"}"#)
            .with_values(|plan| plan.deploy.variables.get_mut("A_KEY").unwrap().value = "2\n".to_owned());
        let (old, _) = redacted(&one, &one);
        assert_eq!(values(&old), ["A_KEY=…", "A_KEY=… (2)\n"]);
    }
}
