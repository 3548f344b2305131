//! Detects `railpack-info.json`, plans in the old format, `railpack.json`, and files of other tools.

use super::json::{Kind, Member, Node, Read};
use crate::diagnostic::{Code, Diagnostic, Findings};

/// The keys of a plan, and those of `railpack.json`.
pub(super) const PLAN_KEYS: [&str; 11] = [
    "$schema",
    "steps",
    "caches",
    "secrets",
    "deploy",
    "exclude",
    "variables",
    "env",
    "packages",
    "provider",
    "buildAptPackages",
];

/// Keys of `railpack.json` that no plan has.
pub(super) const CONFIG_KEYS: [&str; 3] = ["packages", "provider", "buildAptPackages"];

/// The plan in a document: the document itself, or the `plan` of a `railpack-info.json`.
pub(super) fn find_plan<'a>(document: Node<'a>, findings: &mut Findings) -> Read<Node<'a>> {
    let members = match document.kind() {
        Kind::Object => document.members()?,
        _ => return document.expected("a build plan (an object)"),
    };
    let find = |key: &str| members.iter().find(|member| member.key.eq_ignore_ascii_case(key));
    let is_info = find("detectedProviders").or_else(|| find("railpackVersion")).is_some();
    let Some(plan) = find("plan").filter(|_| is_info) else {
        return Ok(document);
    };
    let message = "this is a `railpack-info.json`; using its `plan`";
    findings.push(Diagnostic::new(Code::InfoFile, message).at(&plan.key_location()));
    Ok(plan.value.clone())
}

/// Rejects a document that is not a current build plan: a plan from before v0.0.23, or a `railpack.json`
/// that relies on Railpack to complete it.
pub(super) fn reject_other_formats(plan: &Node<'_>) -> Read<()> {
    let members = plan.members()?;
    for member in &members {
        if ["baseImage", "start"].contains(&&*member.key) && member.value.kind() != Kind::Null {
            return Err(old_plan(&member.key).at(&member.key_location()));
        }
    }
    let steps = members.iter().find(|member| member.key.eq_ignore_ascii_case("steps")).map(|member| &member.value);
    for step in steps.map(step_nodes).transpose()?.unwrap_or_default() {
        reject_old_step(&step)?;
    }
    reject_other_tool(plan, &members)?;
    let is_config = match steps {
        Some(steps) => steps.kind() == Kind::Object || members.iter().any(|member| CONFIG_KEYS.contains(&&*member.key)),
        // every plan from Railpack has steps
        None => !members.is_empty() && !has_image(&members)? && members.iter().all(is_known),
    };
    if is_config {
        reject_incomplete_config(plan, steps)?;
    }
    Ok(())
}

/// Whether a plan can have a key: others are misspelled, or from a newer Railpack.
fn is_known(member: &Member<'_>) -> bool {
    PLAN_KEYS.iter().any(|key| key.eq_ignore_ascii_case(&member.key))
}

/// Whether `deploy` has something to start from, also in the old format.
fn has_image(members: &[Member<'_>]) -> Read<bool> {
    let deploy = members.iter().find(|member| member.key.eq_ignore_ascii_case("deploy"));
    match deploy.filter(|deploy| deploy.value.kind() == Kind::Object) {
        Some(deploy) => Ok(has(&deploy.value, "base")? || has(&deploy.value, "inputs")?),
        None => Ok(false),
    }
}

/// Files of other tools in JSON: the keys of which one is enough, and the name.
const OTHER_TOOLS: [(&[&str], &str); 6] = [
    (&["lockfileVersion"], "a `package-lock.json`"),
    (&["dependencies", "devDependencies", "scripts", "workspaces"], "a `package.json`"),
    (&["require", "autoload"], "a `composer.json`"),
    (&["compilerOptions"], "a `tsconfig.json`"),
    (&["services"], "a Compose file"),
    (&["build"], "a `railway.json`"),
];

/// Rejects the file of another tool: a document with keys of that tool, and without steps.
fn reject_other_tool(plan: &Node<'_>, members: &[Member<'_>]) -> Read<()> {
    let has = |key: &str| members.iter().any(|member| member.key == key);
    if has("steps") {
        return Ok(());
    }
    let Some((_, name)) = OTHER_TOOLS.iter().find(|(keys, _)| keys.iter().any(|key| has(key))) else {
        return Ok(());
    };
    Err(Diagnostic::new(Code::NotAPlan, format!("this is {name}, not a build plan"))
        .at(&plan.location())
        .with_help("generate a plan from the application: `railpack plan --out railpack-plan.json .`"))
}

fn step_nodes<'a>(steps: &Node<'a>) -> Read<Vec<Node<'a>>> {
    match steps.kind() {
        Kind::Array => steps.items(),
        Kind::Object => Ok(steps.members()?.into_iter().map(|member| member.value).collect()),
        _ => Ok(Vec::new()),
    }
}

fn reject_old_step(step: &Node<'_>) -> Read<()> {
    if step.kind() != Kind::Object {
        return Ok(());
    }
    for member in step.members()? {
        let is_old = ["dependsOn", "outputs", "startingImage", "useSecrets"].contains(&&*member.key);
        if is_old && member.value.kind() != Kind::Null {
            return Err(old_plan(&member.key).at(&member.key_location()));
        }
        if member.key != "commands" || member.value.kind() != Kind::Array {
            continue;
        }
        for command in member.value.items()? {
            if command.kind() != Kind::Object {
                continue;
            }
            let keys = command.members()?;
            let has = |key: &str| keys.iter().any(|member| member.key == key);
            if has("name") && has("value") && !has("path") && !has("cmd") {
                return Err(old_plan("value").at(&command.location()));
            }
        }
    }
    Ok(())
}

fn old_plan(key: &str) -> Diagnostic {
    let message =
        format!("`{key}` belongs to the plan format used before Railpack v0.0.23; current versions ignore it");
    Diagnostic::new(Code::OldPlan, message)
        .with_help("regenerate the plan with a newer Railpack: `railpack plan --out railpack-plan.json .`")
}

/// Rejects a `railpack.json` that depends on the plan that Railpack would generate. If Railpack has
/// nothing to add, it is a plan by itself.
fn reject_incomplete_config(plan: &Node<'_>, steps: Option<&Node<'_>>) -> Read<()> {
    let config = |why: &str| {
        Err(Diagnostic::new(Code::ConfigFile, format!("this is a Railpack config, not a build plan: {why}"))
            .at(&plan.location())
            .with_help("generate a plan from it: `railpack plan --out railpack-plan.json .`"))
    };
    if has_spread(plan)? {
        return config("it contains `\"...\"`, a placeholder for what Railpack would generate");
    }
    let mut deploy = None;
    for member in plan.members()? {
        if member.key.eq_ignore_ascii_case("deploy") {
            deploy = Some(member.value);
        }
    }
    match deploy {
        Some(deploy) if has(&deploy, "base")? => {}
        _ => return config("it has no `deploy.base`"),
    }
    for step in steps.map(step_nodes).transpose()?.unwrap_or_default() {
        if !has(&step, "inputs")? && !has(&step, "commands")? {
            return config("a step has neither inputs nor commands");
        }
    }
    Ok(())
}

/// Whether an object has a value for a key.
fn has(node: &Node<'_>, key: &str) -> Read<bool> {
    let is_key = |member: &Member<'_>| member.key.eq_ignore_ascii_case(key) && member.value.kind() != Kind::Null;
    Ok(node.kind() == Kind::Object && node.members()?.iter().any(is_key))
}

/// Whether an array of a config contains `"..."`: at the top level, in a step or in `deploy`.
fn has_spread(object: &Node<'_>) -> Read<bool> {
    for member in object.members()? {
        let value = &member.value;
        let is_object_of_arrays = ["steps", "deploy"].iter().any(|key| key.eq_ignore_ascii_case(&member.key));
        let is_spread = match value.kind() {
            Kind::Array => value.items()?.iter().any(|item| item.text() == "\"...\""),
            Kind::Object if is_object_of_arrays => has_spread_within(value)?,
            _ => false,
        };
        if is_spread {
            return Ok(true);
        }
    }
    Ok(false)
}

fn has_spread_within(object: &Node<'_>) -> Read<bool> {
    let mut steps = step_nodes(object)?;
    steps.push(object.clone());
    for step in steps.iter().filter(|step| step.kind() == Kind::Object) {
        for array in step.members()?.iter().filter(|member| member.value.kind() == Kind::Array) {
            if array.value.items()?.iter().any(|item| item.text() == "\"...\"") {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
