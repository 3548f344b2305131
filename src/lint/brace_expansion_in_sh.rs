//! Brace expansion in scripts for `sh`: only bash and similar shells support it.

use super::Subject;
use super::railpack::is_command;
use crate::compat::shlex::split_letters;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::Origin;
use crate::shell::{Program, is_operator, is_plain, text};

/// The search limit for a closing brace, in bytes.
const LONGEST_BRACES: usize = 200;

/// Warns about scripts that need bash on images whose `sh` is another shell.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    for (id, cmd) in graph.command_lines() {
        let words: Vec<String> = split_letters(&cmd.value).iter().map(|word| text(word)).collect();
        let Some(word) = script(&words).and_then(braces) else { continue };
        let image = graph.root_image(Origin::Step(id));
        if image.is_some_and(|image| has_plain_sh(&image.value)) {
            let message = format!("`sh` does not expand `{word}`");
            let found = Diagnostic::new(Code::BraceExpansionInSh, message)
                .at(&cmd.location)
                .with_help("write the names out, or run the script with `bash -c`");
            findings.push(subject.unless_from_railpack(found, is_command(&cmd.value)));
        }
    }
}

/// The script passed to `sh`. Unlike `shlex::script_of`, this accepts `/bin/sh`, more flags, and arguments
/// after the script.
fn script(words: &[String]) -> Option<&str> {
    match words {
        [sh, flag, script, ..] if is_sh(sh) && flag.starts_with('-') && flag.ends_with('c') => Some(script),
        _ => None,
    }
}

fn is_sh(program: &str) -> bool {
    ["sh", "/bin/sh"].contains(&program)
}

/// Whether the image's `sh` is dash or `BusyBox` ash, which don't expand braces.
fn has_plain_sh(image: &str) -> bool {
    const SYSTEMS: [&str; 10] = [
        "ghcr.io/railwayapp/railpack-",
        "debian",
        "ubuntu",
        "alpine",
        "busybox",
        "trixie",
        "bookworm",
        "bullseye",
        "jammy",
        "noble",
    ];
    SYSTEMS.iter().any(|system| image.contains(system))
}

/// The first file argument in a script that bash would expand to several.
fn braces(script: &str) -> Option<String> {
    if script.contains("<<") {
        return None;
    }
    let words = split_letters(script);
    let mut program = None;
    for word in &words {
        let text = text(word);
        if is_operator(word, &text) || ["then", "do", "else", "{", "("].contains(&text.as_str()) {
            program = None;
        } else if program.is_none() {
            program = Some(text);
        } else if program.as_deref().is_some_and(|program| Program::new(program).accepts_files())
            && is_plain(word)
            && has_braces(&text)
        {
            return Some(text);
        }
    }
    None
}

/// Whether a word contains `{a,b}`.
fn has_braces(word: &str) -> bool {
    word.match_indices('{').any(|(at, _)| {
        let is_parameter = word.get(..at).is_some_and(|before| before.ends_with('$'));
        let inside = word.bytes().skip(at + 1).take(LONGEST_BRACES).take_while(|byte| *byte != b'}');
        let inside: Vec<u8> = inside.collect();
        let is_closed = word.as_bytes().get(at + 1 + inside.len()) == Some(&b'}');
        !is_parameter && is_closed && inside.contains(&b',') && !inside.iter().any(|byte| b"{$\"".contains(byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_braces_in_scripts() {
        for script in [
            "mkdir -p storage/{sessions,views} && ls",
            "cd x && mkdir {a,b}",
            "cd x; rm a.{js,css}",
            "if true; then touch {a,b}; fi",
        ] {
            assert!(braces(script).is_some(), "{script}");
        }
        for script in [
            "mkdir '{a,b}'",
            "curl https://x/{a,b}",
            "grep -E [0-9]{1,3} x",
            "mkdir ${A:-b,c}",
            "{ a; b; }",
            "cat <<X\nmkdir {a,b}\nX",
            "echo {a,b}",
            "mkdir {a}",
        ] {
            assert_eq!(braces(script), None, "{script}");
        }
    }

    #[test]
    fn finds_the_script_of_sh() {
        let script =
            |words: &[&str]| script(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>()).map(str::to_owned);
        assert_eq!(script(&["sh", "-c", "a"]).as_deref(), Some("a"));
        assert_eq!(script(&["/bin/sh", "-euc", "a", "b"]).as_deref(), Some("a"));
        assert_eq!(script(&["bash", "-c", "a"]), None);
        assert_eq!(script(&["sh", "x.sh"]), None);
    }
}
