//! The encodings in which a value may occur, such as base64 within a longer text.

use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};
use serde::Serialize;

/// The encoding of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    Plain,
    Hex,
    Base64,
    Url,
    Json,
}

impl Encoding {
    /// The encoding as the end of a sentence. Empty for a plain value.
    pub(super) fn phrase(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Hex => "in hexadecimal",
            Self::Base64 => "in base64",
            Self::Url => "URL-encoded",
            Self::Json => "JSON-escaped",
        }
    }
}

/// The texts in which a value may occur. A text that two encodings share has the first of them.
pub(super) fn encodings(value: &[u8]) -> Vec<(Encoding, Vec<u8>)> {
    let mut forms = vec![(Encoding::Plain, value.to_vec())];
    if value.contains(&b'\n') {
        forms.push((Encoding::Plain, with_crlf(value)));
    }
    forms.extend([&HEXLOWER, &HEXUPPER].map(|hex| (Encoding::Hex, hex.encode(value).into_bytes())));
    forms.extend((0..3).flat_map(|phase| base64(value, phase)).map(|text| (Encoding::Base64, text)));
    forms.extend(url(value).into_iter().map(|text| (Encoding::Url, text)));
    if let Ok(text) = std::str::from_utf8(value) {
        forms.extend(json(text).into_iter().map(|text| (Encoding::Json, text.into_bytes())));
    }
    let mut distinct: Vec<(Encoding, Vec<u8>)> = Vec::new();
    for (encoding, form) in forms {
        if distinct.iter().all(|(_, other)| *other != form) {
            distinct.push((encoding, form));
        }
    }
    distinct
}

/// The value with the line endings of a checkout or a terminal on Windows.
fn with_crlf(value: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = value.split(|byte| *byte == b'\n').collect();
    lines.iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect::<Vec<_>>().join(&b"\r\n"[..])
}

/// The characters of base64 that depend only on the value, if `phase` bytes modulo 3 precede it. Both alphabets.
fn base64(value: &[u8], phase: usize) -> [Vec<u8>; 2] {
    let mut bytes = vec![0; phase];
    bytes.extend_from_slice(value);
    // a character has six bits, and those that are shared with other bytes are left out
    let (start, end) = ((phase * 8).div_ceil(6), bytes.len() * 8 / 6);
    [&BASE64, &BASE64URL].map(|alphabet| {
        let encoded = alphabet.encode(&bytes).into_bytes();
        encoded.get(start..end).unwrap_or_default().to_vec()
    })
}

/// The characters that no encoder for URLs escapes, besides letters and digits, and then those that some encoders
/// leave as they are: RFC 3986, `encodeURIComponent`, Python's `quote`, forms, the user info of Go's `net/url`, paths
/// of Go's `net/url`, `encodeURI`.
const UNESCAPED: [&[u8]; 7] =
    [b"-_.~", b"-_.~!*'()", b"-_.~/", b"-_.*", b"-_.~$&+,;=", b"-_.~$&+,/:=@", b"-_.~!*'();/?:@&=+$,#"];

/// The value in the forms of percent-encoding, with blanks as `%20` and as `+`.
fn url(value: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for unescaped in UNESCAPED {
        for (hex, plus) in [(&HEXUPPER, false), (&HEXLOWER, false), (&HEXUPPER, true), (&HEXLOWER, true)] {
            let encode = |byte: &u8| match byte {
                b' ' if plus => b"+".to_vec(),
                byte if byte.is_ascii_alphanumeric() || unescaped.contains(byte) => vec![*byte],
                byte => format!("%{}", hex.encode(&[*byte])).into_bytes(),
            };
            forms.push(value.iter().flat_map(encode).collect());
        }
    }
    forms
}

/// The value within a JSON string, as different encoders write it, and within JSON in a JSON string.
fn json(text: &str) -> Vec<String> {
    let once = escape_json(text, |_| false, false);
    let twice = escape_json(&once, |_| false, false);
    // Go's encoder
    let is_html = |c: char| matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
    let forms = [
        escape_json(text, is_html, false),
        escape_json(text, |c| !c.is_ascii(), false),
        escape_json(text, |c| !c.is_ascii(), true),
        escape_json(text, |c| !c.is_ascii() || is_html(c), false),
        // .NET
        escape_json(text, |c| !c.is_ascii() || is_html(c) || matches!(c, '\'' | '+' | '`'), true),
        once.replace('/', "\\/"),
    ];
    [once, twice].into_iter().chain(forms).collect()
}

/// Escapes quotes, backslashes, control characters and what `escaped` selects.
fn escape_json(text: &str, escaped: impl Fn(char) -> bool, is_upper: bool) -> String {
    let mut json = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            c if c.is_ascii_control() || escaped(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    json.push_str(&if is_upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") });
                }
            }
            c => json.push(c),
        }
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn has(value: &[u8], encoding: Encoding, text: &[u8]) -> bool {
        let contains = |form: &Vec<u8>| text.windows(form.len()).any(|window| window == form.as_slice());
        encodings(value).iter().any(|(other, form)| *other <= encoding && contains(form))
    }

    #[test]
    fn an_ordinary_token_has_few_forms() {
        let forms: Vec<String> =
            encodings(b"hunter2-x").iter().map(|(_, form)| String::from_utf8(form.clone()).unwrap()).collect();
        let expected =
            ["hunter2-x", "68756e746572322d78", "68756E746572322D78", "aHVudGVyMi14", "h1bnRlcjIte", "odW50ZXIyLX"];
        assert_eq!(forms, expected);
    }

    #[test]
    fn known_encoders() {
        for (encoding, value, text) in [
            (Encoding::Json, "a<b>&c\u{2028}x", r#""a\u003cb\u003e\u0026c\u2028x""#),
            (Encoding::Json, "a\"b\\c\nd/e", r#""a\"b\\c\nd/e""#),
            (Encoding::Json, "a\"b\\c\nd/e", r#""a\"b\\c\nd\/e""#),
            (Encoding::Json, "a\"b\\c\nd/e", r#"{\"x\":\"a\\\"b\\\\c\\nd/e\"}"#),
            (Encoding::Json, "pässwörd", r#""p\u00e4ssw\u00f6rd""#),
            (Encoding::Json, "pässwörd", r#""p\u00E4ssw\u00F6rd""#),
            (Encoding::Url, "p@ss w/rd:1", "p%40ss%20w%2Frd%3A1"),
            (Encoding::Url, "p@ss w/rd:1", "p%40ss+w%2frd%3a1"),
            (Encoding::Url, "p@ss w/rd:1", "p%40ss%20w/rd%3A1"),
            (Encoding::Url, "p@ss!$&w*rd", "p%40ss%21$&w%2Ard"),
            (Encoding::Url, "p@ss!(w)rd", "p%40ss!(w)rd"),
            (Encoding::Plain, "line one\nline two", "line one\r\nline two"),
        ] {
            assert!(has(value.as_bytes(), encoding, text.as_bytes()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn base64_of_a_longer_text_contains_a_form(
            value in prop::collection::vec(any::<u8>(), 8..80),
            before in prop::collection::vec(any::<u8>(), 0..5),
            after in prop::collection::vec(any::<u8>(), 0..5),
        ) {
            let text = [&before[..], &value, &after].concat();
            for alphabet in [&BASE64, &BASE64URL] {
                prop_assert!(has(&value, Encoding::Base64, alphabet.encode(&text).as_bytes()));
            }
        }

        #[test]
        fn json_and_hexadecimal_of_a_longer_text_contain_a_form(value in "[ -~äß✓\u{10000}\n\t\u{1}]{8,40}") {
            let text = format!("a{value}b");
            prop_assert!(has(value.as_bytes(), Encoding::Json, serde_json::to_string(&text).unwrap().as_bytes()));
            prop_assert!(has(value.as_bytes(), Encoding::Hex, HEXLOWER.encode(text.as_bytes()).as_bytes()));
            prop_assert!(has(value.as_bytes(), Encoding::Hex, HEXUPPER.encode(text.as_bytes()).as_bytes()));
        }
    }
}
