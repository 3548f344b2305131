//! A plan from the source of an application, next to the one in its file.

use std::io;

use railpack2docker::{Code, Compilation, Diagnostic};
use serde_json::Value;

use super::app::App;
use super::railpack;
use crate::failure::Failure;
use crate::files::plan_file::PlanFile;
use crate::files::read::{read_error, read_file};
use crate::options::config::Config;
use crate::output::report::Reporter;

/// The plan of an application.
pub(super) struct Planned {
    /// The text that the file of the plan should have.
    pub(super) text: String,
    /// The text that it has. `None` if it does not exist.
    pub(super) current: Option<String>,
}

impl Planned {
    /// Runs Railpack. If the plan in the file has the same content, its text is kept.
    ///
    /// Fails if the file exists and is not a plan: it would be overwritten.
    pub(super) fn new(app: &App, config: &Config, reporter: &Reporter) -> Result<Self, Failure> {
        let current = read_plan(app)?;
        if current.as_deref().is_some_and(|current| !current.trim().is_empty() && !is_plan(current)) {
            return Err(not_a_plan(app).into());
        }
        let source = config.railpack.source.as_deref().unwrap_or(app.directory());
        let text = railpack::plan(&config.railpack, source, reporter)?;
        let is_same = current.as_deref().is_some_and(|current| is_same(current, &text));
        Ok(Self { text: current.clone().filter(|_| is_same).unwrap_or(text), current })
    }

    /// The plan in the file.
    pub(super) fn from_file(app: &App) -> Result<Self, Failure> {
        let text = PlanFile::read(&app.plan)?.text;
        Ok(Self { current: Some(text.clone()), text })
    }

    /// Whether the file has the right content.
    pub(super) fn is_current(&self) -> bool {
        self.current.as_ref() == Some(&self.text)
    }
}

/// Whether a text is a plan, with or without errors.
fn is_plan(text: &str) -> bool {
    let Ok(document) = serde_json::from_str::<Value>(text) else { return false };
    let is_other = |found: &Diagnostic| matches!(found.code, Code::ConfigFile | Code::NotAPlan);
    let has_keys = document.get("steps").is_some() || document.get("deploy").is_some();
    has_keys && Compilation::parse(text, false).err().is_none_or(|errors| !errors.0.iter().any(is_other))
}

fn not_a_plan(app: &App) -> Diagnostic {
    let message = format!("refusing to overwrite `{}`, which is not a build plan", app.plan.display());
    Diagnostic::new(Code::NotAPlan, message)
        .with_help("pass the directory of the application, or remove the file if it is a broken plan")
}

/// Whether two texts are the same JSON, apart from whitespace and the order of keys.
fn is_same(a: &str, b: &str) -> bool {
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
    parse(a).is_some_and(|a| Some(a) == parse(b))
}

/// The text of the plan's file. `None` if it does not exist.
fn read_plan(app: &App) -> Result<Option<String>, Failure> {
    match read_file(&app.plan) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("can't read the plan from `{}`: {}", app.plan.display(), read_error(&error));
            Err(Diagnostic::new(Code::UnreadablePlan, message).into())
        }
    }
}
