//! The spans of the values in a JSON text.

use std::ops::Range;

/// The spans of all values of a JSON text, including keys, ordered by their start.
#[derive(Debug)]
pub(super) struct Spans(Vec<Span>);

#[derive(Debug)]
struct Span {
    bytes: Range<usize>,
    /// The number of the first value after this one that is not part of it.
    next: usize,
}

impl Spans {
    /// Scans a text that is known to be JSON.
    pub(super) fn new(json: &str) -> Self {
        let bytes = json.as_bytes();
        let mut spans: Vec<Span> = Vec::new();
        let mut open = Vec::new();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let end = match byte {
                b'{' | b'[' => {
                    open.push(spans.len());
                    at + 1
                }
                b'}' | b']' => {
                    let next = spans.len();
                    if let Some(closed) = open.pop().and_then(|number| spans.get_mut(number)) {
                        closed.bytes.end = at + 1;
                        closed.next = next;
                    }
                    at += 1;
                    continue;
                }
                b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => {
                    at += 1;
                    continue;
                }
                b'"' => end_of_string(bytes, at),
                _ => end_of_literal(bytes, at),
            };
            spans.push(Span { bytes: at..end, next: spans.len() + 1 });
            at = end;
        }
        Self(spans)
    }

    /// The byte range of a value.
    pub(super) fn bytes(&self, number: usize) -> Range<usize> {
        self.0.get(number).map_or(0..0, |span| span.bytes.clone())
    }

    /// The numbers of the direct children of an array or object: its items, or its keys and values
    /// alternately.
    pub(super) fn children(&self, number: usize) -> impl Iterator<Item = usize> {
        let end = self.next(number);
        std::iter::successors(Some(number + 1), |child| Some(self.next(*child))).take_while(move |child| *child < end)
    }

    fn next(&self, number: usize) -> usize {
        self.0.get(number).map_or(usize::MAX, |span| span.next)
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}

/// The end of a number, `true`, `false` or `null`.
fn end_of_literal(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
    start + rest.iter().position(is_end).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_values_have_spans() {
        let json = r#" {"a]\"" : [1, -2.5e3 ,true], "b":{}, "c": ["x", {"d": null}] }"#;
        let spans = Spans::new(json);
        let texts = |number| spans.children(number).map(|at| &json[spans.bytes(at)]).collect::<Vec<_>>();
        assert_eq!(json[spans.bytes(0)], *json.trim());
        assert_eq!(texts(0), [r#""a]\"""#, "[1, -2.5e3 ,true]", "\"b\"", "{}", "\"c\"", r#"["x", {"d": null}]"#]);
        assert_eq!(texts(2), ["1", "-2.5e3", "true"]);
        assert_eq!(texts(7), [""; 0]);
        assert_eq!(texts(9), ["\"x\"", r#"{"d": null}"#]);
        assert_eq!(texts(11), ["\"d\"", "null"]);
    }

    #[test]
    fn truncated_text_is_harmless() {
        for json in ["", "{", "[\"", "\"\\", "[[1", "}", "{\"a\":"] {
            let spans = Spans::new(json);
            for number in 0..3 {
                assert!(spans.children(number).count() < 3, "{json}");
            }
        }
    }
}
