//! Notes about a Dockerfile that is not built, and about the line at which a build fails.

use std::path::{Path, PathBuf};

use railpack2docker::header::Header;
use railpack2docker::{Code, Diagnostic, Transpiled, transpile};

use super::wait::Ended;
use crate::files::given::Given;
use crate::files::paths::path_word;
use crate::files::plan_file::PlanFile;
use crate::options::transpile::TranspileArgs;
use crate::output::stale_files::{DEFAULT_DOCKERFILE, dockerfile_beside, read};

/// The note about a generated Dockerfile next to the plan that differs from the one that is built. A file that can't
/// be read is not one.
pub(super) fn other_dockerfile(plan: &PlanFile, args: &TranspileArgs) -> Option<Diagnostic> {
    let file = plan.path.as_deref().map_or_else(|| PathBuf::from(DEFAULT_DOCKERFILE), dockerfile_beside);
    let file = file.as_path();
    let current = read(file, Given::BesidePlan).ok()??;
    Header::parse(&current)?;
    let generated = transpile(&plan.text, &args.options(plan, Some(file)).ok()?).ok()?;
    if generated.dockerfile == current {
        return None;
    }
    let message = format!("`{}` is not built, and differs from the Dockerfile that is", file.display());
    Some(
        Diagnostic::new(Code::OtherDockerfile, message).with_help(format!("pass `-f {}` to build it", path_word(file))),
    )
}

/// The note about the location in the plan of the line at which a build fails.
pub(super) fn location_of_failure(ended: &Ended, file: Option<&Path>, generated: &Transpiled) -> Option<Diagnostic> {
    if !ended.failed {
        return None;
    }
    if let Some(line) = ended.line {
        let location = generated.source_map.location_of(last_line(&generated.dockerfile, line))?;
        let message =
            format!("line {line} of the Dockerfile, at which the build fails, comes from `{}`", location.path());
        return Some(Diagnostic::new(Code::Where, message).at(location));
    }
    if !ended.is_on_terminal {
        return None;
    }
    let write = if file.is_none() {
        "write the Dockerfile with `-o Dockerfile`, build it with `-f Dockerfile`, and "
    } else {
        ""
    };
    let file = path_word(file.unwrap_or(Path::new(DEFAULT_DOCKERFILE)));
    let message = "if docker names a line of the Dockerfile above, `where` finds its location in the plan";
    Some(Diagnostic::new(Code::Where, message).with_help(format!("{write}run `railpack2docker where {file}:LINE`")))
}

/// The last line of the instruction at a line: the command of a RUN is after its mounts.
fn last_line(dockerfile: &str, line: usize) -> usize {
    let is_continued = |text: &&str| text.ends_with('\\');
    line + dockerfile.lines().skip(line.saturating_sub(1)).take_while(is_continued).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_ends_with_its_last_line() {
        let dockerfile = "FROM a\nRUN --mount=b \\\n    c \\\n    d\nCMD e\n";
        for (line, last) in [(1, 1), (2, 4), (3, 4), (4, 4), (5, 5), (9, 9), (0, 0)] {
            assert_eq!(last_line(dockerfile, line), last, "{line}");
        }
    }
}
