//! Commands in lines: programs get the arguments that they get from the command on one line.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use railpack2docker::{Options, transpile};
use serde_json::json;
use testkit::buildkit::{Command, Instruction, parse};
use testkit::runner;
use testkit::shell::{differ_in_blanks_at_most, single_blanks, words};
use testkit::wild::script;

/// The lines of a command's RUN, all of which come from the command, and what Docker reads from them.
fn run(cmd: &str) -> (Vec<String>, Command) {
    let plan = json!({
        "steps": [{ "name": "a", "inputs": [{ "image": "x" }], "commands": [{ "cmd": cmd }] }],
        "deploy": { "base": { "step": "a" } },
    });
    let made = transpile(&plan.to_string(), &Options::default()).unwrap();
    let dockerfile = made.dockerfile;
    let file = parse(&dockerfile).unwrap_or_else(|why| panic!("{why}:\n{dockerfile}"));
    let mut instructions = file.stages.into_iter().flat_map(|stage| stage.instructions);
    let command = instructions.find_map(|instruction| match instruction {
        Instruction::Run(run) => Some(run.command),
        _ => None,
    });
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(dockerfile.lines()).skip_while(|(_, line)| !line.starts_with("RUN ")) {
        let origin = made.source_map.location_of(number).unwrap().path().to_string();
        assert_eq!(origin, "steps[0].commands[0].cmd");
        lines.push(line.to_owned());
        if !line.ends_with('\\') {
            break;
        }
    }
    (lines, command.unwrap())
}

#[test]
fn script_in_lines_is_the_script() {
    let folded = Cell::new(0);
    let property = |script: String| {
        let (lines, command) = run(&format!("sh -c '{}'", script.replace('\'', "'\"'\"'")));
        // `RUN [ …` would be JSON, and so on
        let Command::Shell(read) = command else { return Ok(()) };
        prop_assert!(differ_in_blanks_at_most(&script, &read), "{}", lines.join("\n"));
        folded.set(folded.get() + u32::from(lines.len() > 1));
        for line in &lines[1..] {
            prop_assert!(line.starts_with("    ") && !line.trim_start().starts_with('#'), "{}", lines.join("\n"));
        }
        Ok(())
    };
    let mut runner = runner();
    let scripts = prop_oneof![3 => vec(script(), 2..6).prop_map(|scripts| scripts.join(" && ")), 1 => testkit::wild::text(&["npm  ci"], 20..60)];
    let scripts = scripts.prop_map(|script| script.trim().replace(['\n', '\0'], ""));
    runner.run(&scripts, property).unwrap_or_else(|failure| panic!("{failure}"));
    let cases = runner.config().cases;
    assert!(folded.get() > cases / 6, "only {} of {cases} scripts have lines", folded.get());
}

#[test]
fn argv_in_lines_is_the_argv() {
    // as in the plan, and as Railpack reads it
    let word = select(
        &[
            ("a", "a"),
            ("--b=c", "--b=c"),
            ("'d  e'", "d  e"),
            ("\"f  g\"", "f  g"),
            ("h\\ \\ i", "h  i"),
            ("j*", "j*"),
            ("&&", "&&"),
            ("$k", "$k"),
            ("\\#l", "#l"),
            ("m#", "m#"),
            ("it\\'s", "it's"),
            ("''", ""),
        ][..],
    );
    let program = select(&["npm", "echo", "A=1"][..]);
    let property = |(program, arguments): (&str, Vec<(&str, &str)>)| {
        let cmd = arguments.iter().fold(program.to_owned(), |cmd, (spelled, _)| cmd + "  " + spelled);
        let argv: Vec<&str> = [program].into_iter().chain(arguments.iter().map(|(_, word)| *word)).collect();
        let (lines, command) = run(&cmd);
        let read = match command {
            Command::Exec(words) => words,
            Command::Shell(script) => words(&script).unwrap_or_else(|| panic!("{script}")),
        };
        prop_assert_eq!(read, argv);
        prop_assert!(lines.iter().all(|line| line.len() <= 120), "{}", lines.join("\n"));
        Ok(())
    };
    runner().run(&(program, vec(word, 0..60)), property).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn blanks_that_make_a_difference() {
    for (script, read) in [
        ("a  b   && c", "a b && c"),
        ("a '  ' \"  \" \\  b", "a '  ' \"  \" \\  b"),
        ("a  $(b  c)  ${d:-  }  `e  f`  g", "a $(b  c) ${d:-  } `e  f` g"),
        ("a \"$(b \"  \")  \"  c", "a \"$(b \"  \")  \" c"),
        ("(a  b)  c", "(a b) c"),
        ("\\;#a  b  ';'#c  d", "\\;#a b ';'#c d"),
        ("a=(b  c)  $((1  +  2))  d", "a=(b  c) $((1  +  2)) d"),
        ("a  b#  c  # d  e", "a b# c # d  e"),
        ("$$  a[b  c]=d  [e  f]", "$$ a[b  c]=d [e f]"),
        ("[[ a  =~ (b  c) ]]", "[[ a  =~ (b  c) ]]"),
    ] {
        assert_eq!(single_blanks(script), read, "{script}");
    }
    assert!(!differ_in_blanks_at_most("a ' b'", "a '  b'"));
}

#[test]
fn words_of_a_command() {
    let read = words(r#"go  build -x="a b" 'it'\''s' ''"#).unwrap();
    assert_eq!(read, ["go", "build", "-x=a b", "it's", ""]);
    for script in ["a $b", "a \"$b\"", "a 'b", "echo a", "A=1 b", "a *", "", "a \\b"] {
        assert_eq!(words(script), None, "{script}");
    }
}
