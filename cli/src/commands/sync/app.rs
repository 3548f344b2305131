//! An application: the directory of its source, its plan and its Dockerfile.

use std::path::{Path, PathBuf};

use railpack2docker::header::Header;
use railpack2docker::{Code, Diagnostic};

use crate::failure::Failure;
use crate::files::given::Given;
use crate::files::paths::{directory_of, with_real_directory};
use crate::files::plan_search::{is_pattern, plan_of, plans_below, plans_matching};
use crate::output::regenerate::header_plan;
use crate::output::stale_files::{dockerfile_beside, read};

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct App {
    /// The path of its plan, which may not exist yet.
    pub(super) plan: PathBuf,
    /// The path of its Dockerfile, which may not exist yet.
    pub(super) dockerfile: PathBuf,
}

impl App {
    /// The application with a plan.
    fn with_plan(plan: PathBuf) -> Self {
        Self { dockerfile: dockerfile_beside(&plan), plan }
    }

    /// The application in a directory. Its plan has the name in the header of the Dockerfile, if there is one.
    fn in_directory(directory: &Path) -> Result<Self, Failure> {
        let app = Self::with_plan(plan_of(directory));
        let header = read(&app.dockerfile, Given::BesidePlan)?.as_deref().and_then(Header::parse);
        let named = header.and_then(|header| header_plan(&header, app.dockerfile.parent().unwrap_or(Path::new(""))));
        Ok(Self { plan: named.unwrap_or(app.plan), ..app })
    }

    /// The directory of the plan. It is the one that is planned unless the config file names another.
    pub(super) fn directory(&self) -> &Path {
        directory_of(&self.plan)
    }

    /// The name in output: the directory.
    pub(super) fn name(&self) -> String {
        self.directory().display().to_string()
    }
}

/// The applications that arguments name: directories, plans and patterns, or, with `all`, every plan below the current
/// directory. The default is the current directory. What can't be found is an error, beside the others.
pub(super) fn find(given: &[PathBuf], all: bool) -> Result<(Vec<App>, Vec<Diagnostic>), Failure> {
    if all {
        return Ok((plans_below(Path::new("."))?.into_iter().map(App::with_plan).collect(), Vec::new()));
    }
    if given.is_empty() {
        return Ok((vec![App::in_directory(Path::new("."))?], Vec::new()));
    }
    let (mut apps, mut errors) = (Vec::new(), Vec::new());
    for path in given {
        if path.is_dir() {
            apps.push(App::in_directory(path)?);
        } else if path.is_file() {
            apps.push(App::with_plan(path.clone()));
        } else if is_pattern(path) {
            match plans_matching(&path.to_string_lossy()) {
                Ok(plans) => apps.extend(plans.into_iter().map(App::with_plan)),
                Err(error) => errors.push(error),
            }
        } else {
            errors.push(no_directory(path));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    apps.retain(|app: &App| seen.insert(with_real_directory(&app.plan)));
    Ok((apps, errors))
}

fn no_directory(path: &Path) -> Diagnostic {
    Diagnostic::new(Code::UnreadablePlan, format!("there is no directory `{}`", path.display()))
        .with_help("pass the directory of an application, or its plan")
}
