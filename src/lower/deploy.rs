//! The final image.

use super::base_image::{is_railpack_image, start};
use super::builder::assignments;
use super::environment::{DeclaredBy, Environments};
use super::image_settings::ImageSettings;
use super::search_path::DEFAULT_PATH;
use super::stage::StageEnvs;
use super::{Context, OrReport, inputs};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::dockerfile::{Assignment, Comment, ExecForm, Instruction, Role, Stage};
use crate::graph::Edge;
use crate::options::ImageCommand;
use crate::plan::Located;
use crate::shell::ProcessOne;

/// The last stage: base, user, files, environment, config, command.
pub(super) fn image<'p>(
    context: &mut Context<'p, '_>,
    environments: &Environments<'p>,
    stage_envs: &StageEnvs<'p>,
    settings: &ImageSettings,
) -> Option<Stage> {
    let graph = context.graph;
    let location = &graph.plan().deploy.location;
    let at_deploy = |instruction| Located::at(location, instruction);
    let user = settings.user.as_ref();
    let (from, mut instructions) = start(context, Some(graph.base()), location, user.is_some());
    let setup = user.map(|user| user.setup(graph.deploy_inputs()));
    instructions.extend(setup.map(Instruction::CreateUser).map(at_deploy));
    let inputs: Vec<Edge<'_>> = graph.deploy_inputs().collect();
    instructions.extend(inputs::copies(context, graph.base(), &inputs, user));
    let variables = variables(context, environments, stage_envs, settings)?;
    reject_label_args(context, settings, &variables);
    if !variables.is_empty() {
        instructions.push(at_deploy(Instruction::Env(variables)));
    }
    if graph.root_image(graph.base().origin).is_some_and(|image| !is_railpack_image(&image.value)) {
        let (healthcheck, stop_signal) = (settings.healthcheck.is_none(), settings.stop_signal.is_none());
        if healthcheck || stop_signal {
            let reset = Instruction::ResetProcess { healthcheck, stop_signal };
            instructions.push(Located::at(&graph.base().input.location, reset));
        }
    }
    instructions.extend(settings.config().into_iter().map(at_deploy));
    instructions.extend(process(context, settings)?);
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
/// default PATH, sorted as strings (`getImageEnv` in `buildkit/convert.go`). The options override them.
fn variables<'p>(
    context: &mut Context<'p, '_>,
    environments: &Environments<'p>,
    stage_envs: &StageEnvs<'p>,
    settings: &ImageSettings,
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
    let moved = |path: &str| settings.user.as_ref().and_then(|user| user.moved(path));
    let in_home = |entry: &&Located<String>| moved(&entry.value).unwrap_or_else(|| entry.value.clone());
    let mut path: Vec<String> = entries.iter().map(in_home).chain([DEFAULT_PATH.to_owned()]).collect();
    path.sort_unstable();
    let path = path.join(":");
    let has_image = graph.root_image(graph.base().origin).is_some();
    if has_image && inherited.path_text().as_ref() == Some(&path) {
        return Some(overridden(spelled, settings, &graph.plan().deploy.location));
    }
    let path = Assignment::new("PATH", &path);
    spelled.extend(match entries.first() {
        Some(first) => {
            path.or_report(context, "PATH with the entry", first).map(|path| Located::at(&first.location, path))
        }
        None => path.ok().map(|path| Located::at(&graph.plan().deploy.location, path)),
    });
    Some(overridden(spelled, settings, &graph.plan().deploy.location))
}

/// The variables with those of the options, which override them, sorted by name, PATH last.
fn overridden(
    mut variables: Vec<Located<Assignment>>,
    settings: &ImageSettings,
    location: &Location,
) -> Vec<Located<Assignment>> {
    let home = settings.user.as_ref().and_then(|user| Assignment::new("HOME", user.home().as_str()).ok());
    for assignment in home.iter().chain(&settings.env) {
        let overriding = Located::at(location, assignment.clone());
        let key = |name: &str| (name == "PATH", name.to_owned());
        match variables.binary_search_by_key(&key(assignment.name()), |known| key(known.value.name())) {
            Ok(at) => variables.splice(at..=at, [overriding]).for_each(drop),
            Err(at) => variables.insert(at, overriding),
        }
    }
    variables
}

/// Rejects build args for labels whose value a variable of the same name would override.
fn reject_label_args(context: &mut Context<'_, '_>, settings: &ImageSettings, variables: &[Located<Assignment>]) {
    for arg in &settings.labels.args {
        if variables.iter().any(|variable| variable.value.name() == arg.name()) {
            let message = format!("build arg `{}` of a label has the name of a variable of the image", arg.name());
            let found = Diagnostic::new(Code::InvalidOption, message).about_option("label-arg");
            context.findings.push(found.with_help("choose another name for the build arg"));
        }
    }
}

/// ENTRYPOINT and CMD. A script is the argument of a shell, that of the entrypoint or one of its own.
fn process(context: &mut Context<'_, '_>, settings: &ImageSettings) -> Option<[Located<Instruction>; 2]> {
    const SHELL: [&str; 2] = ["/bin/bash", "-c"];
    let deploy = &context.graph.plan().deploy;
    let planned = deploy.start_command.as_ref().filter(|command| !command.value.is_empty());
    let location = match (&settings.command, planned) {
        (None, Some(command)) => &command.location,
        _ => &deploy.location,
    };
    let planned = planned.map(|command| ImageCommand::Shell(command.value.clone()));
    let command = settings.command.clone().or(planned);
    let entrypoint = settings.entrypoint.as_ref();
    let form = match entrypoint {
        Some(entrypoint) => entrypoint.form.clone(),
        None if matches!(command, Some(ImageCommand::Exec(_))) => ExecForm::new::<&str>(&[]).ok()?,
        None => ExecForm::new(&SHELL).ok()?,
    };
    let words = match command {
        Some(ImageCommand::Exec(words)) => words,
        Some(ImageCommand::Shell(script)) => {
            let script = settings.exec.then(|| ProcessOne::with_exec(&script)).flatten().unwrap_or(script);
            let shell = if entrypoint.is_none_or(|entrypoint| entrypoint.runs_script) { &[][..] } else { &SHELL };
            shell.iter().map(|&word| word.to_owned()).chain([script]).collect()
        }
        None => vec!["/bin/bash".to_owned()],
    };
    let text = Located { value: words.last().cloned().unwrap_or_default(), location: location.clone() };
    let cmd = ExecForm::new(&words).or_report(context, "the start command", &text)?;
    Some([Located::at(&deploy.location, Instruction::Entrypoint(form)), Located::at(location, Instruction::Cmd(cmd))])
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
