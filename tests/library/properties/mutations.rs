//! No text is too broken for a finding: plans come from outside, and a panic would tell their authors nothing.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use railpack2docker::{Options, transpile};

use testkit::plans::Plan;
use testkit::runner;
use testkit::wild::plan;

#[test]
fn no_text_causes_a_panic() {
    let piece = select(
        &[
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\\ud800",
            "\\u0000",
            "null",
            "true",
            "-1",
            "1e999",
            "0.5",
            " ",
            "\n",
            "\u{feff}",
            "\"steps\"",
            "\"deploy\"",
            "\"base\"",
            "\"name\"",
            "\"inputs\"",
            "\"image\"",
            "\"a\"",
            "\"...\"",
            "\"$a\"",
            "\"RUN:x\"",
            "é",
        ][..],
    );
    let property = |pieces: Vec<&str>| {
        let _ = transpile(&pieces.concat(), &Options::default());
        Ok(())
    };
    runner().run(&vec(piece, 0..30), property).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn no_broken_plan_causes_a_panic() {
    let edits = vec((0..5_u8, any::<Index>(), any::<Index>()), 1..6);
    let property = |(plan, edits): (Plan, Vec<(u8, Index, Index)>)| {
        let mut text: Vec<char> = plan.json().to_string().chars().collect();
        for (kind, one, other) in edits {
            if text.is_empty() {
                break;
            }
            let (one, other) = (one.index(text.len()), other.index(text.len()));
            match kind {
                0 => text.truncate(one),
                1 => text.swap(one, other),
                2 => drop(text.remove(one)),
                3 => drop(text.drain(one.min(other)..one.max(other))),
                _ => text.insert(one, ['"', '\\', '{', '}', '0', '\u{feff}'][other % 6]),
            }
        }
        let _ = transpile(&text.iter().collect::<String>(), &Options::default());
        Ok(())
    };
    runner().run(&(plan(), edits), property).unwrap_or_else(|failure| panic!("{failure}"));
}
