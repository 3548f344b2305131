//! Source maps from the lines of a Dockerfile to locations in its plan.

use crate::diagnostic::Location;

/// The location in the plan that each line of a Dockerfile comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// The first line of each range, counted from 1, and the range's location; sorted by line.
    origins: Vec<(usize, Option<Location>)>,
}

impl SourceMap {
    /// Starts a range: this line and all following ones come from `location`. A later range that starts
    /// on the same line replaces it.
    pub(crate) fn push(&mut self, line: usize, location: Option<&Location>) {
        let last = self.origins.last().and_then(|(_, last)| last.as_ref());
        if last != location {
            self.origins.push((line, location.cloned()));
        }
    }

    /// The location that a line, counted from 1, comes from. `None` for the header and between stages.
    #[must_use]
    pub fn location_of(&self, line: usize) -> Option<&Location> {
        let end = self.origins.partition_point(|(start, _)| *start <= line);
        self.origins.get(end.checked_sub(1)?)?.1.as_ref()
    }
}

/// The lines of a stage in its Dockerfile, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StageLines {
    /// The line of the stage's comment or, without one, of its `FROM`.
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// The first line of each instruction after `FROM`, including its comment.
    pub(crate) instructions: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::JsonPath;

    #[test]
    fn line_belongs_to_the_last_range_that_starts_before_it() {
        let location = |key: &'static str| Location::new(JsonPath::default().key(key), 0..0);
        let mut map = SourceMap::default();
        map.push(3, Some(&location("a")));
        map.push(5, Some(&location("c")));
        map.push(7, None);
        let paths =
            (1..=8).map(|line| map.location_of(line).map(|location| location.path().to_string()).unwrap_or_default());
        assert_eq!(paths.collect::<Vec<_>>(), ["", "", "a", "a", "c", "c", "", ""]);
    }
}
