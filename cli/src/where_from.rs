//! `railpack2docker where`: the place in the plan that a line of a Dockerfile comes from.

use std::path::{Path, PathBuf};

use clap::{ValueEnum, ValueHint};
use serde_json::json;

use super::args::{MessageArgs, path_word};
use super::check::foreign;
use super::files::{Failure, PlanFile, read_whole, why_unreadable};
use super::map_file::{self, Entry, MapFile};
use super::print;
use super::regenerated::Regenerated;
use super::report::{Reporter, drawing};
use super::transpiling::TranspileArgs;
use crate::Diagnostic;
use crate::diagnostic::Lines;
use crate::escape::{escape_invisible, escape_invisible_json};
use crate::header::{Header, with_line_feeds};

const EXAMPLES: &str = "\
Examples:
  railpack2docker where Dockerfile:42
  railpack2docker where Dockerfile:42 --source-map Dockerfile.map.json

Exit status:
  0  done
  1  the Dockerfile is not what the plan gives, or the map is not of this Dockerfile
  2  could not do it; the reason is on standard error";

/// Find the place in the plan that a line of a Dockerfile comes from
///
/// The plan and the options are those that the file's header names. With a source map, the plan need not be there.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct WhereArgs {
    /// The file, a colon, and the number of the line, as in docker's messages
    #[arg(value_name = "FILE:LINE", value_parser = location)]
    location: (PathBuf, usize),

    /// Answer from this file, which `--source-map` wrote
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    source_map: Option<PathBuf>,

    /// How to print the place
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum)]
    format: Format,

    #[command(flatten)]
    pub(super) messages: MessageArgs,
}

/// How to print a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, with the lines of the plan
    #[default]
    Human,
    /// A JSON object
    Json,
}

/// `Dockerfile:42`, and `Dockerfile:42:7` or `Dockerfile:42-44` as editors and docker print them.
fn location(text: &str) -> Result<(PathBuf, usize), String> {
    let wrong = || "it is a file, a colon, and the number of a line, such as `Dockerfile:42`".to_owned();
    let number = |text: &str| text.split('-').next().and_then(|text| text.parse::<usize>().ok());
    let (file, last) = text.rsplit_once(':').ok_or_else(wrong)?;
    let last = number(last).ok_or_else(wrong)?;
    let (file, line) = match file.rsplit_once(':') {
        Some((before, line)) if number(line).is_some() && !before.is_empty() => (before, number(line).unwrap_or(last)),
        _ => (file, last),
    };
    if file.is_empty() || line == 0 { Err(wrong()) } else { Ok((PathBuf::from(file), line)) }
}

/// Prints the place.
pub(super) fn run(args: &WhereArgs, reporter: &Reporter) -> Result<(), Failure> {
    let (file, line) = (&args.location.0, args.location.1);
    let text = read(file)?;
    let length = text.lines().count();
    if line > length {
        let message = format!("`{}` has {length} lines, and no line {line}", file.display());
        return Err(Diagnostic::new(Code::NoSuchLine, message).into());
    }
    let (plan_path, plan, entry) = match &args.source_map {
        Some(map) => from_map(file, &text, line, map)?,
        None => from_plan(file, &text, line, reporter)?,
    };
    match args.format {
        Format::Json => print(&format!("{}\n", as_json(file, line, &plan_path, entry.as_ref()))),
        Format::Human => reporter.print(&as_text(file, line, &plan_path, plan.as_ref(), entry.as_ref())),
    }
}

/// The plan's path as it reads from here, the plan itself if it is there, and the line's place.
type Found = (PathBuf, Option<PlanFile>, Option<Entry>);

fn from_plan(file: &Path, text: &str, line: usize, reporter: &Reporter) -> Result<Found, Failure> {
    let Some(header) = Header::of(text) else {
        return Err(foreign(file).into());
    };
    let again = Regenerated::of(file, Some(&header), None, &TranspileArgs::default(), reporter)?;
    if with_line_feeds(text) != with_line_feeds(&again.made.dockerfile) {
        let message = format!("`{}` is not what the plan gives, so its lines have no place in it", file.display());
        let help = format!("`railpack2docker --check -o {}` says why", path_word(file));
        return Err(Failure::Stale(vec![Diagnostic::new(Code::StaleSourceMap, message).with_help(help)]));
    }
    let entry = map_file::entry(&again.made, &Lines::of(&again.plan.text), line);
    Ok((again.plan_path, Some(again.plan), entry))
}

fn from_map(file: &Path, text: &str, line: usize, path: &Path) -> Result<Found, Failure> {
    let map = MapFile::read(path)?;
    if Header::of(text).is_none_or(|header| header.checksum != map.checksum || !header.is_untouched(text)) {
        let message = format!("`{}` is no map of `{}` as it is", path.display(), file.display());
        let help = "write both anew, with `-o` and `--source-map`";
        return Err(Failure::Stale(vec![Diagnostic::new(Code::StaleSourceMap, message).with_help(help)]));
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    Ok((folder.join(&map.plan), None, map.lines.into_iter().find(|entry| entry.line == line)))
}

fn as_json(file: &Path, line: usize, plan: &Path, entry: Option<&Entry>) -> String {
    let location = entry.map(|entry| {
        json!({ "path": entry.path, "file": plan.to_string_lossy(), "line": entry.plan_line, "column": entry.plan_column })
    });
    escape_invisible_json(&json!({ "file": file.to_string_lossy(), "line": line, "place": location }))
}

fn as_text(file: &Path, line: usize, plan_path: &Path, plan: Option<&PlanFile>, entry: Option<&Entry>) -> String {
    let file = escape_invisible(&file.to_string_lossy()).into_owned();
    let Some(entry) = entry else {
        return format!("line {line} of `{file}` comes from no single place: it is in the header, or between stages\n");
    };
    let path = if entry.path.is_empty() { "the plan" } else { &entry.path };
    let message = format!("line {line} of `{file}` comes from `{}`", escape_invisible(path));
    match (plan, &entry.location) {
        (Some(plan), Some(location)) => drawing(&Diagnostic::new(Code::Where, message).at(location), plan),
        _ => {
            let plan = plan_path.to_string_lossy();
            format!("{message}, at {}:{}:{}\n", escape_invisible(&plan), entry.plan_line, entry.plan_column)
        }
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    read_whole(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(|error| {
        let message = format!("can't read `{}`: {}", file.display(), why_unreadable(&error));
        Diagnostic::new(Code::UnreadableFile, message).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_as_docker_and_editors_print_them() {
        for (text, file, line) in [
            ("Dockerfile:42", "Dockerfile", 42),
            ("a/b.Dockerfile:1", "a/b.Dockerfile", 1),
            ("Dockerfile:42:7", "Dockerfile", 42),
            ("Dockerfile:42-44", "Dockerfile", 42),
            (r"C:\x\Dockerfile:3", r"C:\x\Dockerfile", 3),
        ] {
            assert_eq!(location(text), Ok((PathBuf::from(file), line)), "{text}");
        }
        for text in ["Dockerfile", "42", ":42", "Dockerfile:", "Dockerfile:0", "Dockerfile:x"] {
            assert!(location(text).is_err(), "{text}");
        }
    }
}
