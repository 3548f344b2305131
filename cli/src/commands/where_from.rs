//! `railpack2docker where`: the location in the plan of a line of a Dockerfile.

use std::path::{Path, PathBuf};

use clap::{ValueEnum, ValueHint};
use railpack2docker::escape::{escape_invisible, escape_invisible_json};
use railpack2docker::header::{Header, with_line_feeds};
use railpack2docker::{Code, Diagnostic, LineIndex, Location};
use serde_json::json;

use crate::failure::Failure;
use crate::files::paths::path_word;
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::PLAN_NAME;
use crate::files::read::{read_error, read_file};
use crate::files::source_map_file::{PlanPosition, SourceMapFile};
use crate::options::transpile::TranspileArgs;
use crate::output::location::location_json;
use crate::output::print::print;
use crate::output::regenerate::regenerate;
use crate::output::report::{Reporter, drawing};
use crate::output::stale_files::not_generated;

const EXAMPLES: &str = "\
Examples:
  railpack2docker where Dockerfile:42
  railpack2docker where Dockerfile:42 --source-map Dockerfile.map.json

Exit status:
  0  success
  1  the Dockerfile is stale, or the source map belongs to another Dockerfile
  2  an error occurred (see stderr)";

/// Find the location in the plan that a line of a Dockerfile comes from
///
/// The plan and the options come from the header of the file. With a source map, the plan is not needed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct WhereArgs {
    /// File and line, separated by a colon, as in Docker's messages
    #[arg(value_name = "FILE:LINE", value_parser = file_and_line)]
    line: (PathBuf, usize),

    /// Use this source map instead of regenerating the Dockerfile
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    source_map: Option<PathBuf>,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum)]
    format: Format,
}

/// The output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The lines of the plan, for people
    #[default]
    Human,
    /// A JSON object
    Json,
}

/// Parses `Dockerfile:42`, and `Dockerfile:42:7` and `Dockerfile:42-44` as editors and Docker print them.
fn file_and_line(text: &str) -> Result<(PathBuf, usize), String> {
    let error = || "expected a file, a colon and a line number, such as `Dockerfile:42`".to_owned();
    let number = |text: &str| text.split('-').next().and_then(|text| text.parse::<usize>().ok());
    let (file, last) = text.rsplit_once(':').ok_or_else(error)?;
    let last = number(last).ok_or_else(error)?;
    let (file, line) = match file.rsplit_once(':') {
        Some((before, line)) if !before.is_empty() => number(line).map_or((file, last), |line| (before, line)),
        _ => (file, last),
    };
    if file.is_empty() || line == 0 { Err(error()) } else { Ok((PathBuf::from(file), line)) }
}

/// Prints the location.
pub(crate) fn run(args: &WhereArgs, reporter: &Reporter) -> Result<(), Failure> {
    let (file, line) = (&args.line.0, args.line.1);
    let text = read(file)?;
    let count = text.lines().count();
    if line > count {
        let lines = if count == 1 { "line" } else { "lines" };
        let message = format!("`{}` has only {count} {lines}", file.display());
        return Err(Diagnostic::new(Code::NoSuchLine, message).into());
    }
    let origin = match &args.source_map {
        Some(map) => find_in_map(file, &text, line, map)?,
        None => find_in_plan(file, &text, line, reporter)?,
    };
    match args.format {
        Format::Json => print(&origin.json(file, line)),
        Format::Human => reporter.print(&origin.text(file, line)),
    }
}

/// The origin of a line.
struct Origin {
    /// The path of the plan, relative to the current directory.
    plan_path: PathBuf,
    /// The position in the plan. `None` for a line that has none.
    position: Option<PlanPosition>,
    /// The plan, if it was read, and the location in it.
    plan: Option<(PlanFile, Option<Location>)>,
}

fn find_in_plan(file: &Path, text: &str, line: usize, reporter: &Reporter) -> Result<Origin, Failure> {
    let Some(header) = Header::parse(text) else {
        return Err(not_generated(file).into());
    };
    let regenerated = regenerate(file, Some(&header), None, Path::new(PLAN_NAME), &TranspileArgs::default(), reporter)?;
    if with_line_feeds(text) != with_line_feeds(&regenerated.generated.dockerfile) {
        let message = format!("stale `{}`: its lines can't be mapped to the plan", file.display());
        let help = format!("run `railpack2docker --check -o {}` to see the reason", path_word(file));
        return Err(Failure::Stale(vec![Diagnostic::new(Code::StaleSourceMap, message).with_help(help)]));
    }
    let location = regenerated.generated.source_map.location_of(line).cloned();
    let index = LineIndex::new(&regenerated.plan.text);
    let position = location.as_ref().map(|location| index.position(location).into());
    Ok(Origin { plan_path: regenerated.plan_path, position, plan: Some((regenerated.plan, location)) })
}

fn find_in_map(file: &Path, text: &str, line: usize, path: &Path) -> Result<Origin, Failure> {
    let map = SourceMapFile::read(path)?;
    if Header::parse(text).is_none_or(|header| header.stamp.file != map.checksum || !header.is_untouched(text)) {
        let message = format!("`{}` is not the source map of `{}`", path.display(), file.display());
        let help = "regenerate both with `-o` and `--source-map`";
        return Err(Failure::Stale(vec![Diagnostic::new(Code::StaleSourceMap, message).with_help(help)]));
    }
    let directory = file.parent().unwrap_or(Path::new(""));
    let entry = map.lines.into_iter().find(|entry| entry.line == line);
    Ok(Origin { plan_path: directory.join(&map.plan), position: entry.map(|entry| entry.location), plan: None })
}

impl Origin {
    fn json(&self, file: &Path, line: usize) -> String {
        let plan = self.plan_path.to_string_lossy();
        let location =
            self.position.as_ref().map(|position| location_json(&plan, &position.path, position.line, position.column));
        let document = json!({ "file": file.to_string_lossy(), "line": line, "location": location });
        escape_invisible_json(&document.to_string()) + "\n"
    }

    fn text(&self, file: &Path, line: usize) -> String {
        let file = file.to_string_lossy();
        let file = escape_invisible(&file);
        let Some(position) = &self.position else {
            return format!(
                "line {line} of `{file}` has no location in the plan: it is in the header, between stages, or appended\n"
            );
        };
        let path = match position.path.as_str() {
            "" => "the plan".to_owned(),
            path => format!("`{}`", escape_invisible(path)),
        };
        let message = format!("line {line} of `{file}` comes from {path}");
        match &self.plan {
            Some((plan, Some(location))) => drawing(&Diagnostic::new(Code::Where, message).at(location), plan),
            _ => {
                let plan = self.plan_path.to_string_lossy();
                format!("{message}, at {}:{}:{}\n", escape_invisible(&plan), position.line, position.column)
            }
        }
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    read_file(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(|error| {
        let message = format!("can't read `{}`: {}", file.display(), read_error(&error));
        Diagnostic::new(Code::UnreadableFile, message).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_line_is_parsed() {
        for (text, file, line) in [
            ("Dockerfile:42", "Dockerfile", 42),
            ("a/b.Dockerfile:1", "a/b.Dockerfile", 1),
            ("Dockerfile:42:7", "Dockerfile", 42),
            ("Dockerfile:42-44", "Dockerfile", 42),
            (r"C:\x\Dockerfile:3", r"C:\x\Dockerfile", 3),
        ] {
            assert_eq!(file_and_line(text), Ok((PathBuf::from(file), line)), "{text}");
        }
        for text in ["Dockerfile", "42", ":42", "Dockerfile:", "Dockerfile:0", "Dockerfile:x"] {
            assert!(file_and_line(text).is_err(), "{text}");
        }
    }
}
