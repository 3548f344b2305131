//! The Markdown comments of `diff`, read as GitHub reads them.

use comrak::{Options, markdown_to_html};
use serde_json::{Value, json};

use testkit::command::anything;
use testkit::comment;
use testkit::pairs::PAIRS;

use super::says::compared;

/// The comment on two plans, which must differ.
fn commented(old: &str, new: &str) -> String {
    compared((old, new), true, &["--format", "markdown"], anything()).stdout
}

fn html(markdown: &str) -> String {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.render.r#unsafe = true;
    markdown_to_html(markdown, &options)
}

/// A plan with a text in every place that a comment shows.
fn wild(text: &str, command: &str) -> String {
    // files with control characters in their names can't be sent to the builder
    let path = format!("{}.", text.replace(char::is_control, ""));
    let mut step: Value = json!({
        "name": text,
        "inputs": [{ "image": "x" }, { "local": true, "include": [path] }],
        "variables": { "A": text },
        "assets": { "a": text },
        "commands": [{ "path": "/x", "name": "a" }, { "cmd": command, "customName": text }],
    });
    if text.contains('\n') {
        // no ENV can contain a line feed
        step["variables"] = json!({});
    }
    let deploy =
        json!({ "base": { "image": "x" }, "inputs": [{ "step": text, "include": ["."] }], "startCommand": text });
    json!({ "steps": [step], "deploy": deploy }).to_string()
}

#[test]
fn comments_have_a_table_a_list_and_a_folded_diff() {
    let pair = PAIRS.iter().find(|pair| pair.name == "command").unwrap();
    let (old, new) = pair.plans();
    let markdown = commented(&old.to_string(), &new.to_string());
    assert!(markdown.starts_with("<!-- railpack2docker diff -->\n"));
    let html = html(&markdown);
    assert!(html.contains("<td>command: <code>npm ci</code> → <code>npm ci --omit=dev</code></td>"), "{html}");
    assert!(
        html.contains("<details>\n<summary>Dockerfile</summary>\n<pre><code class=\"language-diff\">--- "),
        "{html}"
    );
    assert!(html.contains("-    npm ci\n+    npm ci --omit=dev\n"), "{html}");
    assert!(html.trim_end().ends_with("</details>"), "{html}");
}

#[test]
fn text_of_a_plan_is_never_markdown_or_html() {
    for text in [
        "a|b|c",
        "`x` ``y``",
        "</details><script>alert(1)</script>",
        "```\n</details>\n# hi",
        "~~~~~",
        "@octocat #1 https://example.com www.example.com",
        "![x](https://example.com/x.png) <img src=x>",
        "\\| \\` \\",
        "&lt;b&gt; &#64;",
        "a\u{1b}[2Jb\u{202e}c",
        "-->",
        "me@example.com, https://example.com | www.example.com",
        " ",
    ] {
        let (old, new) = (wild("plain", "make"), wild(text, "make all"));
        for (old, new) in [(&old, &new), (&new, &old)] {
            let markdown = commented(old, new);
            comment::check(&markdown);
            let html = html(&markdown);
            assert!(!html.contains("<a "), "{text:?}: {html}");
            let outside = without_code(&html);
            for bad in ["<script", "<img", "<a ", "@", "example.com", "<h1", "\u{1b}", "\u{202e}", "alert"] {
                assert!(!outside.contains(bad), "{text:?}: {bad} in {html}");
            }
            let rows = html.matches("<tr>").count();
            let cells = html.matches("<td>").count() + html.matches("<th>").count();
            assert_eq!(cells, 2 * rows, "{text:?}: {html}");
            assert_eq!(html.matches("<details>").count(), 1, "{html}");
            assert_eq!(html.matches("</details>").count(), 1, "{text:?}: {html}");
            assert_eq!(html.matches("<pre>").count(), 1, "{text:?}: {html}");
        }
    }
}

/// The HTML outside `<code>`.
fn without_code(html: &str) -> String {
    let mut parts = html.split("<code");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |all, part| all + part.split_once("</code>").unwrap().1)
}

#[test]
fn long_comments_are_cut_with_a_note() {
    let plan = |number: usize, word: &str| {
        let command = |i| json!({ "cmd": format!("echo {word} {i} {}", "x".repeat(100)) });
        let step = |at: usize| {
            let commands: Vec<Value> = (0..10).map(command).collect();
            json!({ "name": format!("{word}-{at}"), "inputs": [{ "image": format!("x{at}") }], "commands": commands })
        };
        let steps: Vec<Value> = (0..number).map(step).collect();
        let inputs: Vec<Value> =
            (0..number).map(|at| json!({ "step": format!("{word}-{at}"), "include": ["/x"] })).collect();
        json!({ "steps": steps, "deploy": { "base": { "image": "x" }, "inputs": inputs } }).to_string()
    };
    let markdown = commented(&plan(0, "a"), &plan(500, "b"));
    assert!(markdown.chars().count() <= 65_536, "{}", markdown.chars().count());
    assert!(markdown.len() > 50_000);
    let html = html(&markdown);
    assert!(html.contains("more lines, omitted for length"), "{html}");
    assert!(html.contains("more stages"), "{html}");
    let markdown = commented(&plan(0, "a"), &plan(900, "b"));
    assert!(markdown.chars().count() <= 65_536);
    assert!(markdown.contains("more, omitted for length |"), "{markdown}");
}
