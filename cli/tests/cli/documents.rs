//! What the README and the book say is true: their commands run, what they show is what comes out,
//! and their links lead somewhere. `docker` commands are run by the tests that need Docker.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it fails")]

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output};

use fs_err as fs;

/// Programs that are not this one; nothing but these may begin a line that is not run.
const OTHERS: [&str; 5] = ["cargo test", "cargo install", "docker ", "railpack plan ", "mdbook "];

/// A page, without the comments that are not shown.
struct Page {
    path: PathBuf,
    text: String,
}

/// The README, and every page of the book.
fn pages() -> Vec<Page> {
    let mut folders = vec![PathBuf::from("docs")];
    let mut paths = vec![PathBuf::from("README.md")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.into_iter().map(|path| Page { text: fs::read_to_string(&path).unwrap(), path }).collect()
}

fn readme() -> Page {
    pages().into_iter().find(|page| page.path == Path::new("README.md")).unwrap()
}

impl Page {
    /// The fenced blocks of one language.
    fn blocks(&self, language: &str) -> Vec<String> {
        let fence = format!("```{language}\n");
        self.text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
    }

    /// The text that is no code.
    fn prose(&self) -> String {
        let outside = self.text.split("```").step_by(2).collect::<Vec<_>>().concat();
        outside.split('`').step_by(2).collect()
    }

    /// What headings are called in links, as GitHub and mdBook do it.
    fn anchors(&self) -> BTreeSet<String> {
        let headings = self.text.lines().filter_map(|line| line.strip_prefix('#'));
        let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == ' ';
        headings
            .map(|heading| heading.trim_start_matches('#').trim().to_lowercase())
            .map(|heading| heading.chars().filter(|c| plain(*c)).collect::<String>().replace(' ', "-"))
            .collect()
    }
}

/// A folder with the plan that the README shows.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("railpack-plan.json"), &readme().blocks("json")[0]).unwrap();
    fs::write(folder.path().join(".env.build"), "NPM_TOKEN='t$'\n").unwrap();
    folder
}

fn run(folder: &Path, script: &str) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_railpack2docker"));
    let path = format!("{}:/usr/bin:/bin", binary.parent().unwrap().display());
    Command::new("sh").args(["-euc", script]).current_dir(folder).env_clear().env("PATH", path).output().unwrap()
}

#[test]
fn each_command_runs() {
    let mut ran = 0;
    for page in pages() {
        let folder = folder();
        for line in page.blocks("sh").iter().flat_map(|block| block.lines()) {
            let (location, script) = match line.split_once(" -- ") {
                Some(("cargo run --release --quiet", arguments)) => {
                    (Path::new("."), format!("railpack2docker {arguments}"))
                }
                _ => (folder.path(), line.to_owned()),
            };
            if OTHERS.iter().any(|other| line.starts_with(other)) {
                continue;
            }
            assert!(script.starts_with("railpack2docker "), "{}: {line}", page.path.display());
            let output = run(location, &script);
            assert!(output.status.success(), "{}: {line}: {output:?}", page.path.display());
            ran += 1;
        }
    }
    assert!(ran >= 8, "{ran}");
}

#[test]
fn the_plan_becomes_the_dockerfile_wherever_they_are_shown() {
    let plan = readme().blocks("json")[0].clone();
    let made = String::from_utf8(run(folder().path(), "railpack2docker").stdout).unwrap();
    for page in pages() {
        for block in page.blocks("dockerfile") {
            assert_eq!(block, made, "{}", page.path.display());
        }
    }
    let of = |name: &str| pages().into_iter().find(|page| page.path.ends_with(name)).unwrap();
    assert_eq!(of("getting-started.md").blocks("json"), [plan]);
    assert_eq!((readme().blocks("dockerfile").len(), of("docs/dockerfile.md").blocks("dockerfile").len()), (1, 1));
}

#[test]
fn the_flowchart_it_shows_is_that_of_the_plan_it_shows() {
    let drawn = run(folder().path(), "railpack2docker explain railpack-plan.json --format mermaid").stdout;
    let drawn = String::from_utf8(drawn).unwrap();
    let shown: Vec<String> = pages().iter().flat_map(|page| page.blocks("mermaid")).collect();
    assert_eq!(shown, [drawn.clone(), drawn]);
}

#[test]
fn the_pictures_it_shows_are_those_of_the_plans() {
    let plan = folder();
    let example = Path::new("examples/monorepo");
    for (folder, plan, picture) in [(plan.path(), "railpack-plan.json", "build"), (example, "plan.json", "monorepo")] {
        let drawn = run(folder, &format!("railpack2docker explain {plan} --format svg")).stdout;
        let shown = fs::read(format!("docs/pictures/{picture}.svg")).unwrap();
        assert_eq!(String::from_utf8(drawn).unwrap(), String::from_utf8(shown).unwrap(), "{picture}");
    }
}

#[test]
fn the_difference_it_shows_is_the_difference() {
    let folder = folder();
    let new = readme().blocks("json")[0]
        .replace("npm run build'", "npm run build:prod'")
        .replace("node server.js", "node --enable-source-maps server.js");
    fs::write(folder.path().join("new.json"), new).unwrap();
    let said = run(folder.path(), "railpack2docker diff railpack-plan.json new.json || test $? = 1").stdout;
    let said = String::from_utf8(said).unwrap();
    let shown: Vec<String> = pages().iter().flat_map(|page| page.blocks("text")).collect();
    assert_eq!(shown.len(), 2);
    for block in shown {
        let (command, shown) = block.split_once('\n').unwrap();
        assert!(command.starts_with("$ railpack2docker diff "));
        assert!(said.starts_with(shown), "{said}");
    }
}

#[test]
fn the_message_it_shows_is_the_message() {
    let folder = tempfile::tempdir().unwrap();
    let plan = r#"{
  "steps": [
    { "name": "install", "inputs": [{ "image": "node:22" }], "commands": ["npm ci"] },
    { "name": "build", "inputs": [{ "step": "instal" }], "commands": ["npm run build"] }
  ],
  "deploy": { "base": { "step": "build" } }
}"#;
    fs::write(folder.path().join("misspelt.json"), plan).unwrap();
    let said = run(folder.path(), "railpack2docker misspelt.json");
    let said = format!("$ railpack2docker misspelt.json\n{}", String::from_utf8(said.stderr).unwrap());
    assert_eq!(readme().blocks("console"), [said]);
}

#[test]
fn the_options_it_shows_are_options() {
    let mut shown = 0;
    for block in pages().iter().flat_map(|page| page.blocks("toml")) {
        let folder = folder();
        fs::write(folder.path().join("railpack2docker.toml"), &block).unwrap();
        let output = run(folder.path(), "railpack2docker");
        let said = String::from_utf8(output.stderr).unwrap();
        // the plan has no such secret, and that is the only complaint
        assert!(!said.contains("error[invalid-config]"), "{said}");
        assert_eq!(said.matches("error").count(), usize::from(block.contains("DATABASE_URL")), "{said}");
        shown += 1;
    }
    assert!(shown > 0);
}

#[test]
fn each_option_is_in_the_table() {
    let table = fs::read_to_string("docs/options.md").unwrap();
    let help = String::from_utf8(run(Path::new("."), "railpack2docker --help").stdout).unwrap();
    let (_, options) = help.split_once("Options:").unwrap();
    let (options, _) = options.split_once("Examples:").unwrap();
    let flags: Vec<&str> = options
        .lines()
        .filter(|line| line.trim_start().starts_with('-') && !line.trim_start().starts_with("- "))
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")))
        .filter_map(|flag| flag.split('[').next())
        .collect();
    assert!(flags.len() > 10, "{flags:?}");
    for flag in flags {
        assert!(table.contains(&format!("`{flag}")), "{flag} is not in docs/options.md");
    }
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let first_word = |line: &str| {
        let line = line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?;
        line.split(' ').next().map(str::to_owned)
    };
    for command in commands.lines().take_while(|line| !line.is_empty()).filter_map(first_word) {
        assert!(table.contains(&format!("`{command}`")), "the command {command} is not in docs/options.md");
    }
}

#[test]
fn a_snippet_for_a_bot_is_the_same_wherever_it_is_shown() {
    for tool in ["renovate", "dependabot"] {
        let mark = format!("<!-- schema: vendor.{tool} -->\n");
        let behind =
            |page: &Page| page.text.split(&mark).nth(1).map(|rest| rest.split("\n```\n").next().unwrap().to_owned());
        let shown: Vec<String> = pages().iter().filter_map(behind).collect();
        assert!(shown.len() == 2 && shown[0] == shown[1] && shown[0].contains("Dockerfile"), "{tool}: {shown:?}");
    }
}

#[test]
fn each_link_leads_somewhere() {
    let pages = pages();
    let mut links = 0;
    for page in &pages {
        for link in page.prose().split("](").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned()) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.path.clone(),
                file => normal(&page.path.parent().unwrap().join(file)),
            };
            assert!(target.exists(), "{}: {link}", page.path.display());
            if !anchor.is_empty() {
                let target = pages.iter().find(|page| page.path == target).unwrap();
                assert!(target.anchors().contains(anchor), "{}: {link}", page.path.display());
            }
            links += 1;
        }
    }
    assert!(links > 20, "{links}");
}

/// The path without its `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[test]
fn each_page_is_in_the_book() {
    let summary = fs::read_to_string("docs/SUMMARY.md").unwrap();
    for page in pages().iter().filter_map(|page| page.path.strip_prefix("docs").ok()) {
        let name = page.display().to_string();
        assert!(name == "SUMMARY.md" || summary.contains(&format!("({name})")), "{name}");
    }
}
