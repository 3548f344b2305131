//! `railpack2docker where`: the location in the plan of a line of a Dockerfile.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use clap::{ValueEnum, ValueHint};
use railpack2docker::escape::{escape_invisible, escape_invisible_json};
use railpack2docker::header::{Header, with_line_feeds};
use railpack2docker::{Code, Diagnostic, LineIndex, Location};
use serde_json::json;

use crate::failure::Failure;
use crate::files::origin::is_of_transpiler;
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
  railpack2docker where Dockerfile:42-44
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
    /// File and line, separated by a colon, as in Docker's messages; also a range of lines, such as `Dockerfile:9-12`
    #[arg(value_name = "FILE:LINE", value_parser = file_and_lines, value_hint = ValueHint::FilePath)]
    lines: (PathBuf, RangeInclusive<usize>),

    /// Use this source map instead of regenerating the Dockerfile
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    source_map: Option<PathBuf>,

    /// Output format [default: human, or json with `--message-format json`]
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Format>,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The lines of the plan, for people
    Human,
    /// A JSON object
    Json,
}

/// Parses `Dockerfile:42` and `Dockerfile:42-44`, and `Dockerfile:42:7` as editors print it.
fn file_and_lines(text: &str) -> Result<(PathBuf, RangeInclusive<usize>), String> {
    let error = || "expected a file, a colon and a line number, such as `Dockerfile:42`".to_owned();
    let number = |text: &str| text.parse::<usize>().ok();
    let range = |text: &str| match text.split_once('-') {
        Some((first, last)) => Some(number(first)?..=number(last)?),
        None => number(text).map(|line| line..=line),
    };
    let (file, last) = text.rsplit_once(':').ok_or_else(error)?;
    let last = range(last).ok_or_else(error)?;
    let (file, lines) = match file.rsplit_once(':') {
        Some((before, lines)) if !before.is_empty() => range(lines).map_or((file, last), |lines| (before, lines)),
        _ => (file, last),
    };
    let is_valid = !file.is_empty() && *lines.start() > 0 && !lines.is_empty();
    if is_valid { Ok((PathBuf::from(file), lines)) } else { Err(error()) }
}

/// Prints the locations.
pub(crate) fn run(args: &WhereArgs, reporter: &Reporter) -> Result<(), Failure> {
    let (file, lines) = (&args.lines.0, &args.lines.1);
    let text = read(file)?;
    let count = text.lines().count();
    if *lines.start() > count {
        let lines = if count == 1 { "line" } else { "lines" };
        let message = format!("`{}` has only {count} {lines}", file.display());
        return Err(Diagnostic::new(Code::NoSuchLine, message).into());
    }
    let lines = *lines.start()..=(*lines.end()).min(count);
    let origins = match &args.source_map {
        Some(map) => find_in_map(file, &text, lines, map)?,
        None => find_in_plan(file, &text, lines, reporter)?,
    };
    let default = if reporter.is_json() { Format::Json } else { Format::Human };
    match args.format.unwrap_or(default) {
        Format::Json => print(&origins.json(file)),
        Format::Human => reporter.print(&origins.text(file)),
    }
}

/// The origins of lines.
struct Origins {
    /// The path of the plan, relative to the current directory.
    plan_path: PathBuf,
    /// The plan, if it was read.
    plan: Option<PlanFile>,
    lines: Vec<Origin>,
}

/// The origin of a line.
struct Origin {
    line: usize,
    /// The position in the plan. `None` for a line that has none.
    position: Option<PlanPosition>,
    /// The location in the plan, if it was read.
    location: Option<Location>,
}

fn find_in_plan(
    file: &Path,
    text: &str,
    lines: RangeInclusive<usize>,
    reporter: &Reporter,
) -> Result<Origins, Failure> {
    let Some(header) = Header::parse(text).filter(|_| is_of_transpiler(text.as_bytes())) else {
        // a Dockerfile whose stamp is broken could be anyone's
        let content = if is_of_transpiler(text.as_bytes()) { "" } else { text };
        return Err(not_generated(file, content).into());
    };
    let regenerated = regenerate(file, Some(&header), None, Path::new(PLAN_NAME), &TranspileArgs::default(), reporter)?;
    if with_line_feeds(text) != with_line_feeds(&regenerated.generated.dockerfile) {
        let message = format!("stale `{}`: its lines can't be mapped to the plan", file.display());
        let help = format!("run `railpack2docker --check -o {}` to see the reason", path_word(file));
        return Err(Failure::Stale(vec![Diagnostic::new(Code::StaleSourceMap, message).with_help(help)]));
    }
    let index = LineIndex::new(&regenerated.plan.text);
    let origin = |line| {
        let location = regenerated.generated.source_map.location_of(line).cloned();
        Origin { line, position: location.as_ref().map(|location| index.position(location).into()), location }
    };
    let lines = lines.map(origin).collect();
    Ok(Origins { plan_path: regenerated.plan_path, plan: Some(regenerated.plan), lines })
}

fn find_in_map(file: &Path, text: &str, lines: RangeInclusive<usize>, path: &Path) -> Result<Origins, Failure> {
    let map = SourceMapFile::read(path)?;
    if Header::parse(text).is_none_or(|header| header.stamp.file != map.checksum || !header.is_untouched(text)) {
        let message = format!("`{}` is not the source map of `{}`", path.display(), file.display());
        let help = "regenerate both with `-o` and `--source-map`";
        return Err(Failure::Stale(vec![Diagnostic::new(Code::StaleSourceMap, message).with_help(help)]));
    }
    let directory = file.parent().unwrap_or(Path::new(""));
    let plan_path = directory.join(&map.plan);
    let mut positions: BTreeMap<usize, PlanPosition> =
        map.lines.into_iter().map(|entry| (entry.line, entry.location)).collect();
    let lines = lines.map(|line| Origin { line, position: positions.remove(&line), location: None }).collect();
    Ok(Origins { plan_path, plan: None, lines })
}

impl Origins {
    /// A JSON object for each line.
    fn json(&self, file: &Path) -> String {
        let plan = self.plan_path.to_string_lossy();
        let object = |origin: &Origin| {
            let position = origin.position.as_ref();
            let location =
                position.map(|position| location_json(&plan, &position.path, position.line, position.column));
            let document = json!({ "file": file.to_string_lossy(), "line": origin.line, "location": location });
            escape_invisible_json(&document.to_string()) + "\n"
        };
        self.lines.iter().map(object).collect()
    }

    /// A message for each location. Consecutive lines with the same one share a message.
    fn text(&self, file: &Path) -> String {
        let is_same = |a: &Origin, b: &Origin| a.path() == b.path();
        self.lines.chunk_by(is_same).filter_map(|lines| self.message(file, lines)).collect()
    }

    fn message(&self, file: &Path, lines: &[Origin]) -> Option<String> {
        let (first, last) = (lines.first()?, lines.last()?);
        let (what, comes, is, has) = if first.line == last.line {
            (format!("line {}", first.line), "comes", "it is", "has")
        } else {
            (format!("lines {}-{}", first.line, last.line), "come", "they are", "have")
        };
        let file = file.to_string_lossy();
        let what = format!("{what} of `{}`", escape_invisible(&file));
        let Some(position) = &first.position else {
            return Some(format!(
                "{what} {has} no location in the plan: {is} in the header, between stages, or appended\n"
            ));
        };
        let path = match position.path.as_str() {
            "" => "the plan".to_owned(),
            path => format!("`{}`", escape_invisible(path)),
        };
        let message = format!("{what} {comes} from {path}");
        Some(match (&self.plan, &first.location) {
            (Some(plan), Some(location)) => drawing(&Diagnostic::new(Code::Where, message).at(location), plan),
            _ => {
                let plan = self.plan_path.to_string_lossy();
                format!("{message}, at {}:{}:{}\n", escape_invisible(&plan), position.line, position.column)
            }
        })
    }
}

impl Origin {
    /// The path of the value in the plan.
    fn path(&self) -> Option<&str> {
        self.position.as_ref().map(|position| position.path.as_str())
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
        for (text, file, lines) in [
            ("Dockerfile:42", "Dockerfile", 42..=42),
            ("a/b.Dockerfile:1", "a/b.Dockerfile", 1..=1),
            ("Dockerfile:42:7", "Dockerfile", 42..=42),
            ("Dockerfile:42-44", "Dockerfile", 42..=44),
            (r"C:\x\Dockerfile:3", r"C:\x\Dockerfile", 3..=3),
        ] {
            assert_eq!(file_and_lines(text), Ok((PathBuf::from(file), lines)), "{text}");
        }
        for text in ["Dockerfile", "42", ":42", "Dockerfile:", "Dockerfile:0", "Dockerfile:x", "Dockerfile:3-2", "x:3-"]
        {
            assert!(file_and_lines(text).is_err(), "{text}");
        }
    }
}
