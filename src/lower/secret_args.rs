//! Secrets as build args, for a builder without secret mounts.
//!
//! A stage declares the args before its first command. Their values are part of the cache keys of the commands after
//! them, so no hash is needed.

use super::Context;
use super::builder::{StageBuilder, reject_variable};
use super::environment::Environment;
use crate::diagnostic::{Code, Diagnostic, Located};
use crate::dockerfile::{BuildArg, Instruction};
use crate::options::SecretMount;
use crate::plan::StepId;

/// Declares the secrets that the commands of a step see, unless they are mounted. Rejects those that a build arg can't
/// have, and those of a stage that the image is based on: its history contains the values.
pub(super) fn declare<'p>(
    context: &mut Context<'p, '_>,
    id: StepId,
    is_under_image: bool,
    environment: &Environment<'p>,
    builder: &mut StageBuilder<'p>,
) {
    if context.options.secret_mount != SecretMount::Arg || builder.has_secret_args {
        return;
    }
    builder.has_secret_args = true;
    let usage = context.usage;
    let secrets: Vec<&Located<String>> = usage.secrets(usage.seen(id)).collect();
    let Some(first) = secrets.first() else { return };
    if is_under_image {
        reject_history(context, id, &first.value);
    }
    let mut args = Vec::with_capacity(secrets.len());
    for secret in &secrets {
        if let Some(value) = environment.get(&secret.value) {
            reject_variable(context, &secret.value, value);
        }
        match BuildArg::new(&secret.value) {
            Ok(arg) => args.push(Located::at(&secret.location, arg)),
            Err(why) => {
                let message = format!("the secret `{}` {why}", secret.value);
                let found = Diagnostic::new(Code::Inexpressible, message).at(&secret.location);
                context.findings.push(found.with_help("rename it: use letters, digits and `_`, as in `NPM_TOKEN`"));
            }
        }
    }
    builder.instructions.push(Located::at(&first.location, Instruction::SecretArgs(args)));
}

/// Rejects a secret of a step whose commands are in the history of the image.
fn reject_history(context: &mut Context<'_, '_>, id: StepId, secret: &str) {
    let step = &context.graph.step(id).name;
    let message =
        format!("secret `{secret}` would be in the history of the image, which is based on step `{}`", step.value);
    let found = Diagnostic::new(Code::Inexpressible, message).at(&step.location).about_option("builder");
    context.findings.push(
        found.with_help("remove the secret from the `secrets` of the step, or build with Docker, which can mount it"),
    );
}
