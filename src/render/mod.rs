//! Instructions as text. How a file looks is in `templates/`; what its operands say is spelled
//! by the types of [`crate::dockerfile`].

mod long_lines;
mod origins;
mod values;

use std::sync::Arc;

use minijinja::value::Value;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::dockerfile::{Dockerfile, Dockerignore};
use crate::source_map::{SourceMap, StageLines};
use origins::Origins;
use values::{Mounts, Spelled};

const TEMPLATES: [(&str, &str); 7] = [
    ("Dockerfile", include_str!("../../templates/Dockerfile.j2")),
    ("dockerignore", include_str!("../../templates/dockerignore.j2")),
    ("header", include_str!("../../templates/header.j2")),
    ("stage", include_str!("../../templates/stage.j2")),
    ("instruction", include_str!("../../templates/instruction.j2")),
    ("run", include_str!("../../templates/run.j2")),
    ("mount", include_str!("../../templates/mount.j2")),
];

/// The files that a plan becomes, as text, without the checksums in their headers.
pub(crate) struct Rendered {
    pub(crate) dockerfile: String,
    pub(crate) dockerignore: Option<String>,
    /// Where the lines of the Dockerfile come from.
    pub(crate) source_map: SourceMap,
    /// The lines of each of its stages.
    pub(crate) stages: Vec<StageLines>,
    /// Where the lines of the ignore file come from.
    pub(crate) ignore_map: SourceMap,
}

/// Renders a Dockerfile and, where there is one, its ignore file.
///
/// Fails on a line that is too long and can't be folded, and on a mistake in a template: a value that
/// no type has spelled, or one that is not there.
pub(crate) fn render(
    dockerfile: &Arc<Dockerfile>,
    dockerignore: Option<&Dockerignore>,
) -> Result<Rendered, Diagnostics> {
    let broken =
        |error: minijinja::Error| Diagnostics(vec![Diagnostic::error("broken-template", format!("{error:?}"))]);
    let origins = Origins::default();
    let environment = environment(&origins).map_err(broken)?;
    let text = |template: &str, values: Value| {
        let mut out = origins.writer();
        environment.get_template(template)?.render_captured_to(values, &mut out)?;
        out.into_text().map_err(|error| minijinja::Error::new(ErrorKind::BadSerialization, error.to_string()))
    };
    let mounts = Mounts::of(dockerfile, |mount| environment.get_template("mount")?.render(mount)).map_err(broken)?;
    let dockerfile = text("Dockerfile", values::dockerfile(dockerfile, mounts)).map_err(broken)?;
    let (mut source_map, mut stages) = origins.take();
    let dockerfile = long_lines::folded(dockerfile, &mut source_map, &mut stages);
    let dockerfile = dockerfile.map_err(|found| Diagnostics(vec![found]))?;
    let dockerignore = dockerignore.map(|file| text("dockerignore", values::dockerignore(file))).transpose();
    let dockerignore = dockerignore.map_err(broken)?;
    let (ignore_map, _) = origins.take();
    Ok(Rendered { dockerfile, dockerignore, source_map, stages, ignore_map })
}

fn environment(origins: &Origins) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        minijinja::syntax::SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.set_formatter(|out, _, value| match value.downcast_object_ref::<Spelled>() {
        Some(spelled) => out.write_str(spelled.as_str()).map_err(Into::into),
        None => Err(minijinja::Error::new(ErrorKind::BadEscape, format!("{value:?} was not spelled for its place"))),
    });
    environment.add_function("at", origins.function());
    environment.add_function("stage_begins", origins.stage_begins());
    environment.add_function("instruction_begins", origins.instruction_begins());
    environment.add_function("stage_ends", origins.stage_ends());
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render_with(value: Value) -> Result<String, minijinja::Error> {
        let mut environment = environment(&Origins::default()).unwrap();
        environment.add_template("test", "{{ value }}").unwrap();
        environment.get_template("test").unwrap().render(Value::from_pairs([("value", value)]))
    }

    #[test]
    fn a_value_that_no_type_has_spelled_is_not_rendered() {
        assert_eq!(render_with(values::spelled(&crate::dockerfile::Comment::new("x"))).unwrap(), "x");
        for value in [Value::from("x"), Value::from(1), Value::from(()), Value::from(vec!["x"])] {
            assert!(render_with(value.clone()).is_err(), "{value:?}");
        }
    }

    #[test]
    fn a_value_that_is_not_there_is_not_rendered() {
        let mut environment = environment(&Origins::default()).unwrap();
        environment.add_template("test", "{{ typo }}").unwrap();
        assert!(environment.get_template("test").unwrap().render(()).is_err());
    }
}
