//! Values of secrets that a shell or a file format might change, and damages to a bundle.

use railpack2docker::secrets::{Values, bundle};

/// Thirty values, each of which some encoding or shell would change.
pub fn odd_values() -> Vec<(&'static str, String)> {
    vec![
        ("EMPTY", String::new()),
        ("SPACE", " ".to_owned()),
        ("SPACES", "  two  words  ".to_owned()),
        ("SINGLE_QUOTE", "'".to_owned()),
        ("SINGLE_QUOTES", "it's 'quoted'' ''".to_owned()),
        ("DOUBLE_QUOTES", "\"quoted\" \"".to_owned()),
        ("HOME_OF_USER", "$HOME ${HOME} ~ ~/x".to_owned()),
        ("DEFAULTS", "${A:-b} ${A?} ${#A} $$ $1 $@".to_owned()),
        ("COMMAND", "$(id) $(echo a".to_owned()),
        ("BACKTICKS", "`id` `".to_owned()),
        ("ARITHMETIC", "$((1+1))".to_owned()),
        ("BACKSLASH", "\\".to_owned()),
        ("BACKSLASHES", r"\ \n \\ \' \$ \x41 \".to_owned()),
        ("LINE_FEED", "\n".to_owned()),
        ("LINES", "\n one\ntwo\n\n\n".to_owned()),
        ("PEM", "-----BEGIN PRIVATE KEY-----\nMIIEvQ+/=\n-----END PRIVATE KEY-----\n".to_owned()),
        ("CRLF", "one\r\ntwo\r\n".to_owned()),
        ("CR", "\r".to_owned()),
        ("TABS", "\ta\t\tb\t".to_owned()),
        ("GLOB", "* ? [a-z] /*".to_owned()),
        ("HISTORY", "! !! !$ !x".to_owned()),
        ("FORMAT", "%s %d %% %n".to_owned()),
        ("JSON", r#"{"a": ["b\n", {"c": "d'e"}], "f": "\u00e9"}"#.to_owned()),
        ("ASSIGNMENT", "A=b; export C=d # e".to_owned()),
        ("OPERATORS", "a && b || c; d | e > f < g & (h) {i}".to_owned()),
        ("HEREDOC", "<<EOF\na\nEOF\n".to_owned()),
        ("DASHES", "-n --x -".to_owned()),
        ("UNICODE", "é ✓ 日本 \u{1f512} \u{a0}\u{3000}\u{202e}\u{feff}".to_owned()),
        ("CONTROLS", (1..=31).chain([127]).map(char::from).collect()),
        ("LARGE", "x'\n".repeat(34_134)),
    ]
}

/// The bundle of these values.
pub fn bundle_of(values: &[(&str, String)]) -> Vec<u8> {
    bundle(&values.iter().map(|(name, value)| (*name, value.as_str())).collect::<Values>()).unwrap()
}

/// A part of each value of [`plain_values`].
pub const CANARY: &str = "canary";

/// A few values that are simple enough to be damaged in a known way.
pub fn plain_values() -> Vec<(&'static str, String)> {
    [("A", "canary one"), ("B", "it's canary\ntwo lines"), ("C", "$canary"), ("D", "canary")]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
}

/// Damaged bundles of [`plain_values`], and a description of each damage. None is valid, whatever reads it.
pub fn damaged_bundles() -> Vec<(&'static str, Vec<u8>)> {
    let text = String::from_utf8(bundle_of(&plain_values())).unwrap();
    let (exports, function) = text.split_once("has_secrets() {").unwrap();
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in {text}");
        text.replacen(from, to, 1)
    };
    let first_half = text.get(..exports.len() / 2).unwrap();
    let crlf = text.replace('\n', "\r\n");
    let after = |part: &str| text.split_inclusive(part).next().unwrap().to_owned();
    let encoded = encode(text.as_bytes());
    let all = [
        ("empty", String::new()),
        ("a line feed", "\n".to_owned()),
        ("the first half", first_half.to_owned()),
        ("cut in a value", after("it'")),
        ("cut after a line", after("one'\n")),
        ("cut before the function", exports.to_owned()),
        ("cut in the function", format!("{exports}has_secrets() {{{}", &function[..function.len() / 2])),
        ("cut before the last brace", text.strip_suffix('}').unwrap().to_owned()),
        ("only the function", format!("has_secrets() {{{function}")),
        ("CRLF", crlf.clone()),
        ("CRLF at the end as well", format!("{crlf}\r\n")),
        ("CRLF in a value", replaced("\ntwo", "\r\ntwo")),
        ("a space after a value", replaced("one'", "one '")),
        ("a missing letter in a value", replaced("one'", "on'")),
        ("an expanded variable", replaced("$canary", "")),
        ("an unescaped line feed", replaced("canary\ntwo", "canary\\ntwo")),
        ("an unescaped quote", replaced(r"it'\''s", "it's")),
        ("a lost quote at the start", replaced("'canary one'", "canary one'")),
        ("a lost quote at the end", replaced("'canary one'", "'canary one")),
        ("a misspelled line", replaced("export A=", "xport A=")),
        ("a line of text", replaced("export B=", "canary\nexport B=")),
        ("a line that is no shell", replaced("export B=", ")\nexport B=")),
        ("a line of text in place of another", replaced("export A='canary one'", "canary")),
        ("a missing line", replaced("export A='canary one'\n", "")),
        ("a missing last line", replaced("export D='canary'\n", "")),
        ("another name", replaced("export D=", "export E=")),
        ("another set of names", replaced("!= ", "!= 0")),
        ("all on one line", text.replace('\n', " ")),
        ("without line feeds", text.replace('\n', "")),
        ("escaped line feeds", text.replace('\n', "\\n")),
        ("in double quotes", format!("\"{text}\"")),
        ("in base64, without a decoder", encoded.clone()),
        ("in base64, cut off", format!("eval \"$(echo {} | base64 -d)\"", &encoded[..encoded.len() / 8 * 4])),
        ("an error page", "<html><body>canary 404</body></html>\n".to_owned()),
        ("JSON", "{\"message\": \"canary not found\"}\n".to_owned()),
        ("an env file", "A=canary one\nB=canary\nC=canary\nD=canary\n".to_owned()),
        ("an error message", "error: canary\n".to_owned()),
    ];
    let mut all: Vec<_> = all.into_iter().map(|(damage, text)| (damage, text.into_bytes())).collect();
    all.push(("bytes", (128..=255).collect()));
    all
}

/// Base64, by hand: a mistake in the crate's own is noticed.
fn encode(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or_default()));
        (0..4)
            .map(|at| if at <= chunk.len() { char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize]) } else { '=' })
            .collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}
