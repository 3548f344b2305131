//! Which place of a plan each line of its Dockerfile comes from.

use crate::diagnostic::Location;

/// For each line of a Dockerfile, its place in the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// The line that each begins on, from 1, ascending.
    origins: Vec<(usize, Option<Location>)>,
}

impl SourceMap {
    /// From this line on, everything comes from this place. What was said of the same line before
    /// is no longer true.
    pub(crate) fn push(&mut self, line: usize, location: Option<&Location>) {
        let last = self.origins.last().and_then(|(_, last)| last.as_ref());
        if last != location {
            self.origins.push((line, location.cloned()));
        }
    }

    /// The place that a line, counted from 1, comes from. None for the header, for what is between
    /// stages, and for a line that is not there.
    #[must_use]
    pub fn location_of(&self, line: usize) -> Option<&Location> {
        let behind = self.origins.partition_point(|(start, _)| *start <= line);
        self.origins.get(behind.checked_sub(1)?)?.1.as_ref()
    }
}

/// The lines of a stage in its Dockerfile, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StageLines {
    /// That of its comment or of its `FROM`.
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// The first line of each instruction behind `FROM`, its comment included.
    pub(crate) instructions: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::JsonPath;

    #[test]
    fn a_line_comes_from_the_last_place_before_it() {
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
