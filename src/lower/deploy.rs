//! The final image.

use super::base_image::{is_railpack_image, start};
use super::builder::assignments;
use super::environment::{DeclaredBy, Environments};
use super::search_path::DEFAULT_PATH;
use super::stage::StageEnvs;
use super::{Context, OrReport, inputs};
use crate::dockerfile::{Assignment, Comment, ExecForm, Instruction, Role, Stage};
use crate::plan::Located;

/// The last stage: base, files, environment, command.
pub(super) fn image<'p>(
    context: &mut Context<'p, '_>,
    environments: &Environments<'p>,
    stage_envs: &StageEnvs<'p>,
) -> Option<Stage> {
    let graph = context.graph;
    let location = &graph.plan().deploy.location;
    let (from, mut instructions) = start(context, Some(graph.base()), location, false);
    instructions.extend(inputs::copies(context, graph.base(), &graph.deploy_inputs().collect::<Vec<_>>()));
    let variables = variables(context, environments, stage_envs)?;
    if !variables.is_empty() {
        instructions.push(Located::at(location, Instruction::Env(variables)));
    }
    if graph.root_image(graph.base().origin).is_some_and(|image| !is_railpack_image(&image.value)) {
        instructions.push(Located::at(&graph.base().input.location, Instruction::ResetProcess));
    }
    instructions.push(Located::at(location, Instruction::Entrypoint(ExecForm::new(&["/bin/bash", "-c"]).ok()?)));
    instructions.push(command(context)?);
    Some(Stage {
        role: Role::Image,
        location: location.clone(),
        comment: Some(Comment::new("Runtime image")),
        from,
        name: context.names.unique("runtime"),
        instructions,
    })
}

/// The variables of the image that it doesn't inherit from its base. PATH has the entries of the plan and the
/// default PATH, sorted as strings (`getImageEnv` in `buildkit/convert.go`).
fn variables<'p>(
    context: &mut Context<'p, '_>,
    environments: &Environments<'p>,
    stage_envs: &StageEnvs<'p>,
) -> Option<Vec<Located<Assignment>>> {
    let graph = context.graph;
    let environment = environments.of_image(graph);
    let inherited = stage_envs.inherited(Some(graph.base()));
    let declared_by = graph.base().step().map_or(DeclaredBy::Env, |id| stage_envs.declared_by(id));
    let variables = environment.lacking(&inherited.variables, &declared_by);
    let mut spelled = assignments(context, &variables, Assignment::new);
    let entries: Vec<&Located<String>> = graph.plan().deploy.paths.iter().chain(environment.entries()).collect();
    for entry in &entries {
        Assignment::new("PATH", &entry.value).or_report(context, "the PATH entry", entry)?;
    }
    let mut path: Vec<&str> = entries.iter().map(|entry| entry.value.as_str()).chain([DEFAULT_PATH]).collect();
    path.sort_unstable();
    let path = path.join(":");
    let has_image = graph.root_image(graph.base().origin).is_some();
    if has_image && inherited.path_text().as_ref() == Some(&path) {
        return Some(spelled);
    }
    let path = Assignment::new("PATH", &path);
    spelled.extend(match entries.first() {
        Some(first) => {
            path.or_report(context, "PATH with the entry", first).map(|path| Located::at(&first.location, path))
        }
        None => path.ok().map(|path| Located::at(&graph.plan().deploy.location, path)),
    });
    Some(spelled)
}

fn command(context: &mut Context<'_, '_>) -> Option<Located<Instruction>> {
    let deploy = &context.graph.plan().deploy;
    match &deploy.start_command {
        Some(command) if !command.value.is_empty() => {
            let form = ExecForm::new(&[&command.value]).or_report(context, "the start command", command)?;
            Some(Located::at(&command.location, Instruction::Cmd(form)))
        }
        _ => Some(Located::at(&deploy.location, Instruction::Cmd(ExecForm::new(&["/bin/bash"]).ok()?))),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, transpile};

    #[test]
    fn image_without_a_start_command_runs_a_shell() {
        for (start, command) in
            [("", "/bin/bash"), (r#", "startCommand": """#, "/bin/bash"), (r#", "startCommand": "x""#, "x")]
        {
            let json = format!(r#"{{ "steps": [], "deploy": {{ "base": {{ "image": "x" }}{start} }} }}"#);
            let dockerfile = transpile(&json, &Options::default()).unwrap().dockerfile;
            assert!(dockerfile.ends_with(&format!("\nCMD [\"{command}\"]\n")), "{dockerfile}");
        }
    }
}
