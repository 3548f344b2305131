//! Numbers in summaries.

/// A number and its noun: `1 plan`, `2 plans`. `noun` is the singular of a word whose plural ends in `s`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Numbers and what they count, without those that are zero: `1 changed, 2 new`.
pub(crate) fn tally<'w>(counts: impl IntoIterator<Item = (usize, &'w str)>) -> String {
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_have_a_number() {
        for (count, expected) in [(0, "0 plans"), (1, "1 plan"), (2, "2 plans")] {
            assert_eq!(counted(count, "plan"), expected);
        }
    }

    #[test]
    fn zero_is_left_out() {
        assert_eq!(tally([(0, "changed"), (2, "new"), (1, "removed")]), "2 new, 1 removed");
        assert_eq!(tally([(0, "changed")]), "");
    }
}
