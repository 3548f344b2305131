//! Names of applications: legal as the name of a target, a service, a job or a repository in each format, and unique.

use std::collections::BTreeSet;

/// The name of the application in the root of the project.
const ROOT: &str = "app";

/// Names that mean something else in a format: the group of a bake file, and the job that checks Dockerfiles.
const RESERVED: [&str; 2] = ["default", "check"];

/// The longest name. Kubernetes allows 63 characters, with suffixes.
const MAX_LENGTH: usize = 40;

/// The names of plans, from their paths with `/` as the separator. A name does not depend on where the project is.
pub(super) fn names<'a>(plans: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken: BTreeSet<String> = RESERVED.map(str::to_owned).into();
    plans.into_iter().map(|plan| unique(plan, &mut taken)).collect()
}

fn unique(plan: &str, taken: &mut BTreeSet<String>) -> String {
    let directory = plan.rsplit_once('/').map_or("", |(directory, _)| directory);
    let last = directory.rsplit('/').next().unwrap_or_default();
    let first = [legal(last), legal(directory)].into_iter().find(|name| !taken.contains(name));
    let name = first.unwrap_or_else(|| {
        let name = legal(directory);
        let numbered = (2..).map(|number: u64| format!("{name}-{number}"));
        numbered.filter(|name| !taken.contains(name)).take(1).collect()
    });
    taken.insert(name.clone());
    name
}

/// A label of DNS that is similar to a text: lower-case letters, digits and hyphens, with a letter first.
fn legal(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => name.push(c),
            _ if name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    let name: String = name.trim_matches('-').chars().take(MAX_LENGTH).collect();
    match name.trim_end_matches('-') {
        "" => ROOT.to_owned(),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => format!("{ROOT}-{name}"),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_those_of_directories() {
        for (plans, expected) in [
            (&["railpack-plan.json"][..], &["app"][..]),
            (&["apps/web/railpack-plan.json", "apps/My API/plan.json"], &["web", "my-api"]),
            (&["a/web/p.json", "b/web/p.json", "c/a-web/p.json"], &["web", "b-web", "a-web"]),
            (&["web/a.json", "web/b.json", "web/c.json"], &["web", "web-2", "web-3"]),
            (&["default/p.json", "check/p.json"], &["default-2", "check-2"]),
            (&["../../x/p.json", "2024/p.json", "${{ x }}/p.json", "../p.json"], &["x", "app-2024", "x-2", "app"]),
        ] {
            assert_eq!(names(plans.iter().copied()), expected, "{plans:?}");
        }
    }

    proptest! {
        #[test]
        fn names_are_legal_and_unique(plans in prop::collection::vec("[a-bA-B0-1/. -]{0,60}|.{0,20}", 0..12)) {
            let names = names(plans.iter().map(String::as_str));
            for name in &names {
                let is_label = name.len() <= 63 && !name.ends_with('-') && name.starts_with(|c: char| c.is_ascii_lowercase());
                let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                prop_assert!(is_label && name.chars().all(is_plain) && !RESERVED.contains(&name.as_str()), "{name}");
            }
            let distinct: BTreeSet<&String> = names.iter().collect();
            prop_assert_eq!(distinct.len(), plans.len());
        }
    }
}
