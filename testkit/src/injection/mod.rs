//! Attacks of hostile plans and options: a table of attacks, the places for their texts, and the expected result of
//! each.

mod attacks;
mod expectation;
mod slots;

pub use attacks::{ATTACKS, Attack, Expect, far};
pub use expectation::check;
pub use slots::Slot;

/// Runs a test for each attack. Panics with the names of the attacks for which the test fails.
pub fn each(test: impl Fn(Slot, &str, Expect) + std::panic::RefUnwindSafe) {
    let failed: Vec<&str> = ATTACKS
        .iter()
        .filter(|(_, slot, text, expected)| std::panic::catch_unwind(|| test(*slot, text, *expected)).is_err())
        .map(|(name, ..)| *name)
        .collect();
    assert!(failed.is_empty(), "{} of {} attacks: {failed:#?}", failed.len(), ATTACKS.len());
}
