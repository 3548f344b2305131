//! Which place of a plan each line of its Dockerfile comes from.

use crate::place::Place;

/// For each line of a Dockerfile, its place in the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// The line that each begins on, from 1, ascending.
    origins: Vec<(usize, Option<Place>)>,
}

impl SourceMap {
    /// From this line on, everything comes from this place. What was said of the same line before
    /// is no longer true.
    pub(crate) fn push(&mut self, line: usize, place: Option<Place>) {
        if self.origins.last().is_some_and(|(last, _)| *last == line) {
            self.origins.pop();
        }
        self.origins.push((line, place));
    }

    /// Behind this line, there are this many more, which come from where it comes from.
    pub(crate) fn insert(&mut self, line: usize, more: usize) {
        for (start, _) in self.origins.iter_mut().filter(|(start, _)| *start > line) {
            *start += more;
        }
    }

    /// The place that a line, counted from 1, comes from. None for the header, for what is between
    /// stages, and for a line that is not there.
    #[must_use]
    pub fn place_of(&self, line: usize) -> Option<&Place> {
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

impl StageLines {
    /// Moves what is behind a line that became more lines.
    pub(crate) fn insert(&mut self, line: usize, more: usize) {
        let behind = [&mut self.first, &mut self.last].into_iter().chain(&mut self.instructions);
        for begin in behind.filter(|begin| **begin > line) {
            *begin += more;
        }
        if self.last == line {
            self.last += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Path;

    #[test]
    fn a_line_comes_from_the_last_place_before_it() {
        let place = |key: &'static str| Place::new(Path::default().key(key), 0..0);
        let mut map = SourceMap::default();
        map.push(3, Some(place("a")));
        map.push(5, Some(place("b")));
        map.push(5, Some(place("c")));
        map.push(7, None);
        let paths = (1..=8).map(|line| map.place_of(line).map(|place| place.path().to_string()).unwrap_or_default());
        assert_eq!(paths.collect::<Vec<_>>(), ["", "", "a", "a", "c", "c", "", ""]);
    }
}
