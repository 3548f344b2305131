//! Plans without values that look like credentials, for printing.

use std::collections::BTreeMap;

use crate::compilation::Compilation;
use crate::options::Options;
use crate::plan::{Plan, Variables};
use crate::secrets::is_masked;

/// Copies of both plans with masked values. Equal values have equal masks and different values have different
/// ones, so that the copies differ where the plans do.
pub(super) fn redact(old: &Compilation, new: &Compilation) -> (Compilation, Compilation) {
    let mut masks = Masks::default();
    let mut mask_values = |compilation: &Compilation, mask: &str| {
        compilation.with_values(|plan| {
            for variables in variables_of(plan) {
                masks.apply(variables, mask);
            }
        })
    };
    (mask_values(old, "…"), mask_values(new, "… (changed)"))
}

/// The options with masked values: both plans have the same ones.
pub(super) fn redact_options(options: &Options) -> Options {
    const MASK: &str = "…";
    let mut options = options.clone();
    for (_, value) in options.image.env.iter_mut().filter(|(name, value)| is_masked(name, value)) {
        MASK.clone_into(value);
    }
    for argument in &mut options.files.arguments {
        let pair = argument.strip_prefix("--env=").and_then(|pair| pair.split_once('='));
        if let Some((name, _)) = pair.filter(|(name, value)| is_masked(name, value)) {
            *argument = format!("--env={name}={MASK}");
        }
    }
    options
}

fn variables_of(plan: &mut Plan) -> impl Iterator<Item = &mut Variables> {
    let of_steps = plan.steps.iter_mut().map(|step| &mut step.variables);
    of_steps.chain([&mut plan.variables, &mut plan.deploy.variables])
}

/// The masks of values, by variable and value.
#[derive(Default)]
struct Masks(BTreeMap<String, BTreeMap<String, String>>);

impl Masks {
    fn apply(&mut self, variables: &mut Variables, mask: &str) {
        for (name, value) in variables.iter_mut().filter(|(name, value)| is_masked(name, &value.value)) {
            let known = self.0.entry(name.clone()).or_default();
            let number = known.values().filter(|other| other.starts_with(mask)).count() + 1;
            let mask = known.entry(value.value.clone()).or_insert_with(|| {
                let numbered = if number > 1 { format!("{mask} ({number})") } else { mask.to_owned() };
                // a value with several lines is rendered differently, so its mask has a line feed too
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
    fn different_values_have_different_masks() {
        let old = plan(r#"{"API_TOKEN": "a", "URL": "https://u:p@h/", "NODE_ENV": "x", "EMPTY_KEY": ""}"#);
        let new = plan(r#"{"API_TOKEN": "b", "URL": "https://u:p@h/", "NODE_ENV": "x", "EMPTY_KEY": ""}"#);
        let (old, new) = redact(&old, &new);
        let half = ["API_TOKEN=…", "EMPTY_KEY=", "NODE_ENV=x", "URL=…"];
        assert_eq!(values(&old), [half, half].concat());
        let half = ["API_TOKEN=… (changed)", "EMPTY_KEY=", "NODE_ENV=x", "URL=…"];
        assert_eq!(values(&new), [half, half].concat());
    }

    #[test]
    fn variables_of_options_are_masked_in_the_header_too() {
        let mut options = Options::default();
        options.image.env =
            [("API_TOKEN", "t0p"), ("NODE_ENV", "x")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        options.files.arguments = ["--env=API_TOKEN=t0p", "--env=NODE_ENV=x", "--strict"].map(str::to_owned).to_vec();
        let redacted = redact_options(&options);
        assert_eq!(redacted.image.env.into_values().collect::<Vec<_>>(), ["…", "x"]);
        assert_eq!(redacted.files.arguments, ["--env=API_TOKEN=…", "--env=NODE_ENV=x", "--strict"]);
    }

    #[test]
    fn masks_in_one_plan_are_numbered() {
        let one = plan(r#"{"A_KEY": "1"}"#)
            .with_values(|plan| plan.deploy.variables.get_mut("A_KEY").unwrap().value = "2\n".to_owned());
        let (old, _) = redact(&one, &one);
        assert_eq!(values(&old), ["A_KEY=…", "A_KEY=… (2)\n"]);
    }
}
