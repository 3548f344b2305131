//! The manual and the completions have everything that `--help` has, and formatters and shells accept them. Programs
//! that are not installed are skipped; with `REQUIRE_SHELLS=1` they are required.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use testkit::command::anything;

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

fn tool(arguments: &[&str]) -> String {
    crate::folder().run(arguments).stdout(anything()).check().stdout
}

/// Runs a program with some standard input. Returns `None` if it is not installed.
fn run(program: &str, arguments: &[&str], input: &str) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            testkit::skip(&format!("there is no {program}: {error}"), "REQUIRE_SHELLS");
            return None;
        }
    };
    // a program that reads no input has closed it
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Some(child.wait_with_output().unwrap())
}

/// Checks that a program accepts a text without a message.
fn passes(program: &str, arguments: &[&str], input: &str) {
    let Some(output) = run(program, arguments, input) else { return };
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.is_empty(), "{program} {arguments:?}: {said}");
}

/// The first word of each entry in a section of `--help`, which ends with an empty line.
fn listed(help: &str, heading: &str) -> Vec<String> {
    let Some((_, part)) = help.split_once(heading) else { return Vec::new() };
    let part = part.split("\n\n").next().unwrap();
    let indent = |line: &str| line.len() - line.trim_start().len();
    // lines that are indented further continue the line above
    let entries = part.lines().filter(|line| (2..=6).contains(&indent(line)));
    entries.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

/// The names of the commands, after an empty name for the tool itself.
fn commands() -> Vec<String> {
    let names = listed(&tool(&["-h"]), "Commands:\n");
    assert!(names.len() > 5, "{names:?}");
    std::iter::once(String::new()).chain(names).collect()
}

/// The options of a command, as `--name`.
fn options(command: &str) -> Vec<String> {
    let arguments: Vec<&str> = [command, "--help"].into_iter().filter(|argument| !argument.is_empty()).collect();
    let help = tool(&arguments);
    // the options are under several headings
    let (_, part) = help.split_once("Options:\n").unwrap();
    let entries = part.lines().filter(|line| line.starts_with("  -") || line.starts_with("      --"));
    let long = entries.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")));
    let options: Vec<String> = long.map(|word| word.split('[').next().unwrap().to_owned()).collect();
    assert!(options.contains(&"--help".to_owned()), "{options:?}");
    options
}

fn page(command: &str) -> String {
    tool(&["man", command].into_iter().filter(|argument| !argument.is_empty()).collect::<Vec<_>>())
}

#[test]
fn manual_pages_are_complete() {
    for command in commands() {
        // roff has its own escape for a hyphen at which no line is broken
        let page = page(&command).replace("\\-", "-");
        for option in options(&command) {
            assert!(page.contains(&format!("{option}\\fR")), "{option} is not in the page of `{command}`");
        }
    }
    let main = page("").replace("\\-", "-");
    for command in commands().iter().filter(|command| !command.is_empty()) {
        assert!(main.contains(&format!("railpack2docker-{command}(1)")), "{command} is not in the page of the tool");
    }
    assert!(main.contains(".SH EXAMPLES") && main.contains(".SH \"EXIT STATUS\""), "{main}");
}

#[test]
fn formatters_accept_the_pages() {
    for command in commands() {
        let page = page(&command);
        passes("groff", &["-Kutf8", "-man", "-ww", "-z", "-Tutf8"], &page);
        // pages have no date, so that they are the same every day, but mandoc requires one
        let dated = page.replacen(" 1 \"\" ", " 1 \"2000-01-01\" ", 1);
        assert_ne!(dated, page);
        passes("mandoc", &["-T", "lint", "-W", "warning"], &dated);
    }
}

#[test]
fn completions_are_complete() {
    for shell in SHELLS {
        let script = tool(&["completions", shell]);
        let dashes = if shell == "fish" { "-l " } else { "--" };
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
            for option in options(&command) {
                let option = option.replacen("--", dashes, 1);
                // as a whole: `--secret` is not `--secret-id`
                let is_end = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '-');
                let mut found = script.match_indices(&option).map(|(at, found)| &script[at + found.len()..]);
                assert!(found.any(is_end), "{shell}: {option} of `{command}`");
            }
        }
    }
}

#[test]
fn shells_accept_the_completions() {
    // elvish and PowerShell check completions only in an interactive shell
    for shell in ["bash", "zsh"] {
        passes(shell, &["-n"], &tool(&["completions", shell]));
    }
    passes("fish", &["--no-execute", "/dev/stdin"], &tool(&["completions", "fish"]));
}

#[test]
fn bash_completes_a_command_and_its_options() {
    let script = tool(&["completions", "bash"]);
    let complete = |words: &str, last: &str, before: &str| {
        let script = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _railpack2docker railpack2docker {last} {before}; echo \"${{COMPREPLY[*]}}\""
        );
        run("bash", &["--norc"], &script).map(|output| String::from_utf8(output.stdout).unwrap())
    };
    let Some(found) = complete("railpack2docker comp", "comp", "railpack2docker") else { return };
    assert_eq!(found, "completions\n");
    assert_eq!(complete("railpack2docker build --dry", "--dry", "build").unwrap(), "--dry-run\n");
    assert_eq!(complete("railpack2docker completions z", "z", "completions").unwrap(), "zsh\n");
}

#[test]
fn fish_completes_a_command_and_its_options() {
    let script = tool(&["completions", "fish"]);
    let complete = |words: &str| {
        let script = format!("{script}\ncomplete -C 'railpack2docker {words}'");
        let output = run("fish", &["--no-config"], &script)?;
        let lines = String::from_utf8(output.stdout).unwrap();
        Some(lines.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect::<Vec<_>>())
    };
    let Some(found) = complete("comp") else { return };
    assert_eq!(found, ["completions"]);
    assert_eq!(complete("build --dry").unwrap(), ["--dry-run"]);
}

#[test]
fn zsh_completes_commands_and_files_as_first_word() {
    let script = tool(&["completions", "zsh"]);
    assert!(script.contains("\"1: :{_railpack2docker_commands; _files}\""), "{script}");
    // the command is the first word, not the second
    assert!(script.contains("case $line[1] in") && !script.contains("case $line[2] in"), "{script}");
}
