//! What holds for the files of every attack.

use railpack2docker::escape::hidden;
use railpack2docker::header::{Header, is_generated};
use railpack2docker::{Transpiled, transpile};
use serde_json::Value;

use crate::attacks::{ATTACKS, Expect, far};
use crate::buildkit::{Dockerfile, Instruction, parse};
use crate::expectation::check;
use crate::slots::Slot;

/// Runs a test for each attack, and names those that fail.
pub(crate) fn each(test: impl Fn(Slot, &str, Expect) + std::panic::RefUnwindSafe) {
    let failed: Vec<&str> = ATTACKS
        .iter()
        .filter(|(_, slot, text, expected)| std::panic::catch_unwind(|| test(*slot, text, *expected)).is_err())
        .map(|(name, ..)| *name)
        .collect();
    assert!(failed.is_empty(), "{} of {} attacks: {failed:#?}", failed.len(), ATTACKS.len());
}

fn made(slot: Slot, text: &str) -> Option<Transpiled> {
    transpile(&slot.plan(text).to_string(), &slot.options(text)).ok()
}

#[test]
fn each_attack_becomes_what_it_must() {
    each(|slot, text, expected| {
        check(slot, text, expected, transpile(&slot.plan(text).to_string(), &slot.options(text)));
    });
}

#[test]
fn the_names_of_the_attacks_tell_them_apart() {
    let names: std::collections::BTreeSet<&str> = ATTACKS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names.len(), ATTACKS.len());
}

#[test]
fn a_file_has_the_instructions_that_a_harmless_text_gives() {
    each(|slot, text, _| {
        let Some(evil) = made(slot, text) else { return };
        let file = parse(&evil.dockerfile).unwrap();
        // a variable with a line feed is set by its command, a path that no heredoc takes needs a stage
        let has_own_shape = slot == Slot::Variable && text.contains('\n') || slot == Slot::FilePath;
        let arg = slot == Slot::CacheDirectory && !text.is_ascii();
        if !has_own_shape && !arg {
            let harmless = made(slot, "/x").or_else(|| made(slot, "x")).unwrap();
            assert_eq!(shape(&file), shape(&parse(&harmless.dockerfile).unwrap()), "{}", evil.dockerfile);
        }
    });
}

/// The kinds of the instructions of each stage, and how many mounts a RUN has.
fn shape(file: &Dockerfile) -> Vec<Vec<String>> {
    let kind = |instruction: &Instruction| match instruction {
        Instruction::Run(run) => format!("RUN {} {}", run.mounts.len(), run.heredocs.len()),
        Instruction::Copy(copy) => format!("COPY {} {}", copy.sources.len(), copy.heredocs.len()),
        Instruction::Env(pairs) => format!("ENV {}", pairs.len()),
        other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
    };
    file.stages.iter().map(|stage| stage.instructions.iter().map(kind).collect()).collect()
}

#[test]
fn no_line_begins_as_an_instruction_but_those_that_the_reader_finds() {
    const KEYWORDS: [&str; 18] = [
        "FROM",
        "RUN",
        "CMD",
        "COPY",
        "ADD",
        "ENV",
        "ARG",
        "USER",
        "WORKDIR",
        "SHELL",
        "ENTRYPOINT",
        "HEALTHCHECK",
        "STOPSIGNAL",
        "LABEL",
        "EXPOSE",
        "VOLUME",
        "ONBUILD",
        "MAINTAINER",
    ];
    let begins = |line: &&str| {
        let word = line.trim_start().split([' ', '\t']).next().unwrap_or_default().to_uppercase();
        KEYWORDS.contains(&word.as_str())
    };
    each(|slot, text, _| {
        let Some(made) = made(slot, text) else { return };
        let file = parse(&made.dockerfile).unwrap();
        let found: usize = file.stages.iter().map(|stage| 1 + stage.instructions.len()).sum();
        let of_assets = if slot == Slot::Asset { text.lines().filter(|line| begins(line)).count() } else { 0 };
        let lines = made.dockerfile.split('\n').filter(|line| begins(line)).count();
        assert_eq!(lines, found + of_assets, "{}", made.dockerfile);
    });
}

#[test]
fn a_file_shows_all_that_is_in_it_or_a_warning_says_what_not() {
    each(|slot, text, expected| {
        let Some(made) = made(slot, text) else { return };
        for file in [Some(&made.dockerfile), made.dockerignore.as_ref()].into_iter().flatten() {
            assert_eq!(hidden(file).next().is_some(), is_raw_in(file, expected, text), "{file:?}");
        }
    });
}

fn is_raw_in(file: &str, expected: Expect, text: &str) -> bool {
    matches!(expected, Expect::Raw(_)) && text.lines().all(|line| file.contains(&line.replace('"', "\\\"")))
}

#[test]
fn the_header_is_the_one_that_this_tool_wrote() {
    each(|slot, text, _| {
        let Some(made) = made(slot, text) else { return };
        let digest = Header::of(
            &transpile(&slot.plan(text).to_string(), &Slot::StepName.options(""))
                .map_or_else(|_| made.dockerfile.clone(), |made| made.dockerfile),
        )
        .unwrap()
        .digest;
        for file in [Some(&made.dockerfile), made.dockerignore.as_ref()].into_iter().flatten() {
            let header = Header::of(file).unwrap();
            assert_eq!(header.digest, digest);
            assert!(header.is_untouched(file) && is_generated(file.as_bytes()));
            let claims = file.lines().filter(|line| line.to_lowercase().starts_with("# made by railpack2docker"));
            assert_eq!(claims.count(), 1, "{file}");
        }
        let directives = parse(&made.dockerfile).unwrap().directives;
        assert_eq!(directives, []);
    });
}

#[test]
fn text_that_blanks_push_out_of_sight_is_warned_of() {
    for slot in [Slot::Variable, Slot::DeployVariable, Slot::Script, Slot::StartCommand, Slot::Asset, Slot::Exclude] {
        let text = far(slot);
        let made = made(slot, &text).unwrap();
        let found =
            made.findings.iter().find(|found| found.code == "invisible-text").unwrap_or_else(|| panic!("{slot:?}"));
        assert_eq!(found.location.as_ref().unwrap().path().to_string(), slot.path());
        assert!(found.message.contains(" blanks in a row "), "{}", found.message);
        let harmless = text.replace(" ".repeat(300).as_str(), " ").replace(&"\t".repeat(40), "\t");
        assert!(self::made(slot, &harmless).unwrap().findings.iter().all(|found| found.code != "invisible-text"));
    }
}

#[test]
fn the_warning_can_be_allowed() {
    let plan: Value = Slot::Variable.plan("\u{202e}");
    let options =
        railpack2docker::Options { allow: ["invisible-text".to_owned()].into(), ..Slot::Variable.options("") };
    let findings = transpile(&plan.to_string(), &options).unwrap().findings;
    assert!(findings.iter().all(|found| found.code != "invisible-text"), "{findings:?}");
}
