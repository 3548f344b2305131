//! Where the values of a JSON text begin and end.

use std::ops::Range;

/// All values of a JSON text, keys among them, in the order in which they begin.
#[derive(Debug)]
pub(super) struct Extents(Vec<Extent>);

#[derive(Debug)]
struct Extent {
    bytes: Range<usize>,
    /// The number of the first value behind this one that is not part of it.
    next: usize,
}

impl Extents {
    /// Goes through a text that is known to be JSON.
    pub(super) fn of(json: &str) -> Self {
        let bytes = json.as_bytes();
        let mut extents: Vec<Extent> = Vec::new();
        let mut open = Vec::new();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let end = match byte {
                b'{' | b'[' => {
                    open.push(extents.len());
                    at + 1
                }
                b'}' | b']' => {
                    let next = extents.len();
                    if let Some(closed) = open.pop().and_then(|number| extents.get_mut(number)) {
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
                _ => end_of_word(bytes, at),
            };
            extents.push(Extent { bytes: at..end, next: extents.len() + 1 });
            at = end;
        }
        Self(extents)
    }

    /// The bytes of a value.
    pub(super) fn bytes(&self, number: usize) -> Range<usize> {
        self.0.get(number).map_or(0..0, |extent| extent.bytes.clone())
    }

    /// The numbers of the values that an array or object holds: its items, or its keys and values in
    /// turn.
    pub(super) fn within(&self, number: usize) -> impl Iterator<Item = usize> {
        let end = self.next(number);
        std::iter::successors(Some(number + 1), |child| Some(self.next(*child))).take_while(move |child| *child < end)
    }

    fn next(&self, number: usize) -> usize {
        self.0.get(number).map_or(usize::MAX, |extent| extent.next)
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
fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
    start + rest.iter().position(is_end).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_text() {
        let json = r#" {"a]\"" : [1, -2.5e3 ,true], "b":{}, "c": ["x", {"d": null}] }"#;
        let extents = Extents::of(json);
        let texts = |number| extents.within(number).map(|at| &json[extents.bytes(at)]).collect::<Vec<_>>();
        assert_eq!(json[extents.bytes(0)], *json.trim());
        assert_eq!(texts(0), [r#""a]\"""#, "[1, -2.5e3 ,true]", "\"b\"", "{}", "\"c\"", r#"["x", {"d": null}]"#]);
        assert_eq!(texts(2), ["1", "-2.5e3", "true"]);
        assert_eq!(texts(7), [""; 0]);
        assert_eq!(texts(9), ["\"x\"", r#"{"d": null}"#]);
        assert_eq!(texts(11), ["\"d\"", "null"]);
    }

    #[test]
    fn a_text_that_is_cut_off_does_no_harm() {
        for json in ["", "{", "[\"", "\"\\", "[[1", "}", "{\"a\":"] {
            let extents = Extents::of(json);
            for number in 0..3 {
                assert!(extents.within(number).count() < 3, "{json}");
            }
        }
    }
}
