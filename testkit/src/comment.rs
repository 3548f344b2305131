//! Checks a Markdown comment of `diff` line by line: everything that comes from a plan must be in code.

/// Characters that could begin Markdown, HTML, a mention or a link outside code.
const MARKUP: [char; 15] = ['`', '|', '<', '>', '&', '*', '_', '~', '[', ']', '\\', '@', '#', '!', '/'];

/// Checks that no text of a plan acts as Markdown or HTML.
pub fn check(comment: &str) {
    assert!(comment.chars().count() <= 65_536);
    let rest = comment.strip_prefix("<!-- railpack2docker diff -->\n**").unwrap_or_else(|| panic!("{comment}"));
    let (text, diff) = rest.split_once("\n\n<details>\n").map_or((rest, None), |(text, diff)| (text, Some(diff)));
    let (sentence, parts) = text.split_once('\n').unwrap_or_else(|| panic!("no line ends in {comment}"));
    let sentence = sentence.strip_suffix("**").unwrap_or_else(|| panic!("{comment}"));
    assert!(!sentence.contains(MARKUP), "{sentence}");
    for line in parts.trim_start_matches('\n').lines().filter(|line| *line != "| --- | --- |") {
        let cells = match line.strip_prefix("| ") {
            Some(row) => row.strip_suffix(" |").and_then(|row| row.split_once(" | ")).map(|(a, b)| [a, b]),
            None => line.strip_prefix("- ").map(|item| [item, ""]).or_else(|| line.is_empty().then_some([""; 2])),
        };
        let cells = cells.unwrap_or_else(|| panic!("{line:?} in {comment}"));
        assert!(cells.iter().all(|cell| !without_code(cell).contains(MARKUP)), "{line:?} in {comment}");
    }
    if let Some(diff) = diff {
        is_folded(diff);
    }
}

/// The text of a line outside code.
fn without_code(line: &str) -> String {
    let mut words = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['`', '<']) {
        let (before, code) = rest.split_at(at);
        words.push_str(before);
        let end = match code.strip_prefix("<code>") {
            Some(html) => html.split_once("</code>").filter(|(html, _)| is_spelled(html)).map(|(_, end)| end),
            None => code.strip_prefix('`').and_then(|code| code.split_once('`')).map(|(_, end)| end),
        };
        // without an end, this would not be code but markup
        rest = end.unwrap_or_else(|| panic!("{code:?} in {line:?}"));
    }
    words + rest
}

/// Whether the content of a code element has only letters, digits and numeric character references, and no `@` that
/// could become an address.
fn is_spelled(html: &str) -> bool {
    let html = html.replace("&#64;<!-- -->", "").replace("&#64;", "@");
    let behind = |part: &str| part.strip_prefix('#')?.split_once(';').map(|(_, letters)| letters.to_owned());
    let (first, parts) = html.split_once('&').unwrap_or((&html, ""));
    let letters: Option<String> = parts.split_terminator('&').map(behind).collect();
    letters.is_some_and(|letters| (first.to_owned() + &letters).chars().all(char::is_alphanumeric))
}

/// Checks the folded part at the end of a comment: a code block that none of its lines closes.
fn is_folded(diff: &str) {
    let rest = diff.strip_prefix("<summary>Dockerfile</summary>\n\n").unwrap_or_else(|| panic!("{diff}"));
    let (fence, block) = rest.split_once("diff\n").unwrap_or_else(|| panic!("{diff}"));
    assert!(fence.len() >= 3 && fence.chars().all(|c| c == '`'), "{diff}");
    let (code, end) = block.split_once(&format!("\n{fence}\n")).unwrap_or_else(|| panic!("{diff}"));
    assert!(code.lines().all(|line| !line.trim_start().starts_with(fence)), "{diff}");
    let end = end.strip_suffix("\n</details>\n").unwrap_or_else(|| panic!("{diff}"));
    assert!(end.is_empty() || end.ends_with(" more lines, omitted for length\n"), "{diff}");
}
