//! Helpers for text that people read.

/// Joins items as English text: `a, b and c`, with `and` or another conjunction.
#[must_use]
pub fn list<'a>(items: impl IntoIterator<Item = &'a str>, conjunction: &str) -> String {
    let mut items: Vec<&str> = items.into_iter().collect();
    match items.pop() {
        Some(last) if !items.is_empty() => format!("{} {conjunction} {last}", items.join(", ")),
        last => last.unwrap_or_default().to_owned(),
    }
}
