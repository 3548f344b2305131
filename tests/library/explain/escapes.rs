//! Drawings show any text of a plan as text: none of it acts as markup or as an escape sequence.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use railpack2docker::escape::is_invisible;
use railpack2docker::explain::{ChangeSet, json, mermaid, svg, text};
use serde_json::{Value, json};

use super::{OPTIONS, explained};

/// Texts that have a meaning in some output format.
const NASTY: [&str; 30] = [
    "\"]; click n0 \"javascript:alert(1)\"",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "]]></text><script>x</script>",
    "%%{init: {\"theme\": \"dark\"}}%%",
    "a\nclick n0 callback",
    "a\r\n  subgraph x",
    "`**bold** _em_`",
    "1. one",
    "- x",
    "#quot;",
    "&lt;b&gt; &amp; &",
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "\u{9b}31m",
    "left\u{202e}right",
    "\u{200b}\u{feff}\u{e0041}",
    "\u{fffe}\u{ffff}",
    "\u{0}",
    "fa:fa-home",
    "end",
    "$$x^2$$",
    "a|b\\",
    "{{x}} [y] (z)",
    "@{ shape: x }",
    "--> n0",
    "'\"`",
    "漢字とかな",
    "مرحبا",
    "👩‍👩‍👧",
    "n\u{301}",
];

/// A plan with these texts wherever a plan can have text.
fn plan(texts: &[String]) -> String {
    let text = |at: usize| texts[at % texts.len()].clone();
    let name = |at: usize| format!("{}{at}", text(at));
    let spoken = |at: usize| text(at).replace('\0', "");
    let ascii = |at: usize| text(at).replace(|c: char| !c.is_ascii_graphic(), "x");
    let secret = |at: usize| format!("S{at}_{}", ascii(at).replace(['=', ',', '"', '\'', '$', '\\', '`'], ""));
    json!({
        "secrets": [secret(1)],
        "caches": { name(5): { "directory": "/c" } },
        "steps": [
            {
                "name": name(0),
                "inputs": [{ "image": "x" }, { "local": true, "include": [format!("p{}", spoken(1))], "exclude": ["x"] }],
                "commands": [
                    { "cmd": "make", "customName": text(2) },
                    { "cmd": format!("echo '{}'", spoken(3).replace('\'', "")) },
                    { "path": "/f", "name": "f", "customName": text(4) },
                ],
                "assets": { "f": spoken(4) },
                "caches": [name(5)],
                "secrets": ["*"],
            },
            {
                "name": name(6),
                "inputs": [{ "step": name(0) }, { "image": "y", "include": [format!("/{}", spoken(7))] }],
                "commands": [{ "cmd": "make" }],
            },
        ],
        "deploy": {
            "base": { "image": "x" },
            "inputs": [{ "step": name(6), "include": [format!("/{}", spoken(8))] }],
            "startCommand": spoken(9),
        },
    })
    .to_string()
}

/// Draws a plan in every format, and checks each drawing.
fn check(texts: &[String]) {
    let plan = plan(texts);
    let Ok(explanation) = railpack2docker::explain::explain(&plan, &railpack2docker::Options::default()) else {
        // a plan that has no Dockerfile has no drawing either
        return;
    };
    let file = texts[0].replace('/', "");
    let mut change =
        ChangeSet { secrets: explanation.secrets.clone(), files: vec![format!("p{file}"), "other".to_owned()] };
    if explanation.consequences(&change).is_err() {
        change.files.clear();
    }
    let consequences = explanation.consequences(&change).unwrap();
    for consequences in [None, Some(&consequences)] {
        check_text(&text::render(&explanation, consequences, &OPTIONS));
        check_mermaid(&mermaid::render(&explanation, consequences));
        check_svg(&svg::render(&explanation, consequences, &texts[0]).unwrap());
        let shown = json::render(&explanation, consequences);
        check_text(&shown);
        let value: Value = serde_json::from_str(&shown).unwrap();
        let original: Value = serde_json::from_str(&plan).unwrap();
        for at in 0..2 {
            assert!(
                original["steps"].as_array().unwrap().iter().any(|step| step["name"] == value["steps"][at]["name"])
            );
        }
    }
    for step in &explanation.steps {
        let lines = explanation.step_lines(&step.name).unwrap();
        check_text(&text::render_step(&explanation, &lines, &OPTIONS).replace('\t', " "));
        check_text(&json::render_step(&explanation, &lines));
    }
}

/// Checks that a text has no invisible characters and no control characters but line feeds.
fn check_text(text: &str) {
    let bad: Vec<char> = text.chars().filter(|c| is_invisible(*c) && *c != '\n').collect();
    assert!(bad.is_empty(), "{bad:?} in {text}");
}

/// Checks that each line of a flowchart has an expected form, and that no label contains Mermaid syntax.
fn check_mermaid(text: &str) {
    check_text(text);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("flowchart TB"));
    for line in lines {
        let line = line.strip_prefix("    ").unwrap();
        let mut parts = line.split('"');
        let outside = format!("{}{}", parts.next().unwrap(), if line.contains('"') { "\"" } else { "" });
        let label = parts.next().unwrap_or_default();
        let outside = format!("{outside}{}", parts.next().unwrap_or_default());
        assert_eq!(parts.next(), None, "{line}");
        let numbers: String = outside.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let numbers = numbers.replace("00", "0").replace("00", "0");
        let numbers = numbers.split(":::").next().unwrap();
        let shapes =
            ["n0[\"]", "n0([\"])", "n0[/\"/]", "n0[[\"]]", "n0 ==> n0", "n0 --> n0", "n0 ==>|\"| n0", "n0 -->|\"| n0"];
        let is_class = ["classDef ", "linkStyle "].iter().any(|word| line.starts_with(word));
        assert!(shapes.contains(&numbers) || is_class, "{line}");
        assert!(is_class == label.is_empty() || numbers.contains("> n0"), "{line}");
        for text in label.split("<br/>") {
            let mut rest = text;
            while let Some(at) = rest.find(|c: char| !c.is_alphanumeric() && !" /.-_".contains(c)) {
                let number: String =
                    rest[at..].strip_prefix('#').unwrap().chars().take_while(char::is_ascii_digit).collect();
                assert!(!number.is_empty(), "{line}");
                rest = rest[at + 1 + number.len()..].strip_prefix(';').unwrap();
            }
        }
    }
}

/// Checks that a picture is XML with only the expected elements and attributes, and without external references.
fn check_svg(text: &str) {
    check_text(text);
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(["svg", "title", "desc", "style", "rect", "path", "g", "text"].contains(&name), "{name}");
        assert_eq!(node.tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
        for attribute in node.attributes() {
            let known = [
                "class",
                "role",
                "width",
                "height",
                "viewBox",
                "x",
                "y",
                "rx",
                "d",
                "text-anchor",
                "textLength",
                "lengthAdjust",
            ];
            assert!(known.contains(&attribute.name()), "{}", attribute.name());
        }
        if name == "style" {
            let style = node.text().unwrap();
            assert!(!style.contains("url(") && !style.contains("@import"), "{style}");
        }
    }
}

#[test]
fn nasty_texts_are_drawn_harmlessly() {
    for (at, _) in NASTY.iter().enumerate() {
        let texts: Vec<String> = (0..10).map(|next| NASTY[(at + next) % NASTY.len()].to_owned()).collect();
        check(&texts);
        check(&[NASTY[at].to_owned()]);
    }
}

#[test]
fn most_nasty_texts_are_drawn() {
    let drawn = NASTY.iter().filter(|nasty| {
        let plan = plan(&[(**nasty).to_owned()]);
        railpack2docker::explain::explain(&plan, &railpack2docker::Options::default()).is_ok()
    });
    assert!(drawn.count() > NASTY.len() / 2);
}

#[test]
fn any_text_is_drawn_harmlessly() {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(2);
    }
    if config.cases == 256 {
        // the default: each case is eight drawings
        config.cases = 64;
    }
    let text =
        prop_oneof![any::<String>(), "[ -~]{0,40}", prop::sample::select(NASTY.to_vec()).prop_map(str::to_owned)];
    TestRunner::new(config)
        .run(&prop::collection::vec(text, 1..10), |texts| {
            check(&texts);
            Ok(())
        })
        .unwrap();
}

#[test]
fn plain_names_stay_readable() {
    let explanation = explained(&plan(&["packages-a.b_c".to_owned()]));
    assert!(mermaid::render(&explanation, None).contains("[\"packages-a.b_c0"));
    assert!(svg::render(&explanation, None, "x").unwrap().contains(">packages-a.b_c0<"));
}
