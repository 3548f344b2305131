//! Lines that many operands make too long for the parser.

use crate::diagnostic::Diagnostic;
use crate::dockerfile::{LONGEST_LINE, Unspellable, fold};
use crate::source_map::{SourceMap, StageLines};

/// Folds each line that is too long. Only instructions have such lines: the content of a file was
/// checked, and a comment is cut.
///
/// Fails, at the line's place in the plan, where a line can't be folded.
pub(super) fn folded(text: String, map: &mut SourceMap, stages: &mut [StageLines]) -> Result<String, Diagnostic> {
    // not `lines`, which would take carriage returns away
    if text.split('\n').all(|line| line.len() <= LONGEST_LINE) {
        return Ok(text);
    }
    let mut lines = Vec::new();
    let mut number = 0;
    for line in text.split('\n') {
        number += 1;
        if line.len() <= LONGEST_LINE {
            lines.push(line.to_owned());
            continue;
        }
        let line = fold(line.to_owned()).map_err(|why| too_long(&why, map, number))?;
        let more = line.matches('\n').count();
        map.insert(number, more);
        for stage in stages.iter_mut() {
            stage.insert(number, more);
        }
        number += more;
        lines.push(line);
    }
    Ok(lines.join("\n"))
}

fn too_long(why: &Unspellable, map: &SourceMap, number: usize) -> Diagnostic {
    let found = Diagnostic::error("unspellable", format!("an instruction {why}"))
        .with_help("no Dockerfile can say this; change it in the plan");
    match map.place_of(number) {
        Some(place) => found.at(place),
        None => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Path, Place};

    #[test]
    fn what_comes_behind_a_folded_line_comes_from_where_it_came() {
        let place = |key: &'static str| Place::new(Path::default().key(key), 0..0);
        let mut map = SourceMap::default();
        for (line, key) in [(1, "a"), (2, "b"), (3, "c")] {
            map.push(line, Some(place(key)));
        }
        let text = format!("FROM x\r\nCOPY {}y z\nRUN y\n", "--exclude=x ".repeat(15_000));
        let folded = folded(text.clone(), &mut map, &mut []).unwrap();
        assert_eq!(folded.replace("\\\n", ""), text);
        let lines: Vec<&str> = folded.lines().collect();
        assert!(lines.len() == 6 && lines.iter().all(|line| line.len() <= LONGEST_LINE), "{}", lines.len());
        let paths = (1..=6).map(|line| map.place_of(line).unwrap().path().to_string());
        assert_eq!(paths.collect::<Vec<_>>(), ["a", "b", "b", "b", "b", "c"]);
    }

    #[test]
    fn a_line_that_has_no_place_to_fold_is_a_finding() {
        let mut map = SourceMap::default();
        assert_eq!(folded(format!("{}\n", "\\".repeat(70_000)), &mut map, &mut []).unwrap_err().code, "unspellable");
    }
}
