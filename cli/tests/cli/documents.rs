//! The commands of the README and the book run, and the output that these documents show is the real one. The tests
//! that need Docker run the `docker` commands.

use std::ffi::OsString;
use std::path::Path;

use fs_err as fs;
use testkit::command::{Folder, anything};
use testkit::pages::{pages, readme};
use testkit::root;

/// The beginnings of lines that are not run, since they start other programs. All other lines are run.
const OTHERS: [&str; 5] = ["cargo test", "cargo install", "docker ", "railpack plan ", "mdbook "];

/// A folder with the plan that the README shows.
fn folder() -> Folder {
    let folder = crate::folder().file("railpack-plan.json", &readme().blocks("json")[0]);
    folder.write(".env.build", "NPM_TOKEN='t$'\n");
    folder.write("build.log", "#1 DONE 0.1s\n");
    // a stand-in that prints the plan
    folder.write_program("bin/railpack", "#!/bin/sh\ncat \"$(dirname \"$0\")/../railpack-plan.json\"\n");
    folder
}

/// A PATH with the command and the stand-in for Railpack.
fn path(folder: &Folder) -> OsString {
    let tool = Path::new(crate::BINARY).parent().unwrap();
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let first = [folder.path("bin"), tool.to_owned()];
    std::env::join_paths(first.into_iter().chain(std::env::split_paths(&inherited))).unwrap()
}

/// The standard output of a script, which must succeed.
fn printed(folder: &Folder, script: &str) -> String {
    folder.run_script(script).stdout(anything()).check().stdout
}

#[test]
fn commands_run() {
    let mut ran = 0;
    for page in pages() {
        let folder = folder();
        for line in page.blocks("sh").iter().flat_map(|block| block.lines()) {
            let (directory, script) = match line.split_once(" -- ") {
                Some((cargo, arguments)) if cargo.starts_with("cargo run ") => {
                    (root().to_owned(), format!("railpack2docker {arguments}"))
                }
                _ => (folder.root(), line.to_owned()),
            };
            if OTHERS.iter().any(|other| line.starts_with(other)) {
                continue;
            }
            assert!(script.starts_with("railpack2docker "), "{}: {line}", page.path.display());
            folder
                .run_script(&script)
                .within(directory)
                .env("PATH", path(&folder))
                .stdout(anything())
                .stderr(anything())
                .check();
            ran += 1;
        }
    }
    assert!(ran >= 8, "{ran}");
}

#[test]
fn dockerfiles_match_the_plan() {
    let plan = readme().blocks("json")[0].clone();
    let made = printed(&folder(), "railpack2docker");
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
fn the_last_stage_is_that_of_the_options() {
    let page = pages().into_iter().find(|page| page.path.ends_with("image.md")).unwrap();
    let folder = folder().file("railpack2docker.toml", &page.blocks("toml")[0]);
    let made = printed(&folder, "railpack2docker");
    let (_, stage) = made.split_once("\n\n# Runtime image\n").unwrap();
    assert_eq!(page.blocks("docker"), [format!("# Runtime image\n{stage}")]);
}

#[test]
fn flowcharts_match_the_plan() {
    let drawn = printed(&folder(), "railpack2docker explain railpack-plan.json --format mermaid");
    let shown: Vec<String> = pages().iter().flat_map(|page| page.blocks("mermaid")).collect();
    assert_eq!(shown, [drawn.clone(), drawn]);
}

#[test]
fn pictures_match_the_plans() {
    for (plan, picture) in [("railpack-plan.json", "build"), ("monorepo/plan.json", "monorepo")] {
        let folder = folder().file("monorepo/plan.json", testkit::example("monorepo"));
        let (directory, name) = plan.rsplit_once('/').unwrap_or((".", plan));
        let run = folder.run(["explain", name, "--format", "svg"]).within(directory);
        run.stdout(fs::read_to_string(root().join(format!("docs/pictures/{picture}.svg"))).unwrap()).check();
    }
}

#[test]
fn differences_match_the_plans() {
    let folder = folder();
    let new = readme().blocks("json")[0]
        .replace("npm run build'", "npm run build:prod'")
        .replace("node server.js", "node --enable-source-maps server.js");
    folder.write("new.json", new);
    let said = folder.run(["diff", "railpack-plan.json", "new.json"]).status(1).stdout(anything()).check().stdout;
    let shown: Vec<String> = pages().iter().flat_map(|page| page.blocks("text")).collect();
    assert_eq!(shown.len(), 2);
    for block in shown {
        let (command, shown) = block.split_once('\n').unwrap();
        assert!(command.starts_with("$ railpack2docker diff "));
        assert!(said.starts_with(shown), "{said}");
    }
}

#[test]
fn emitted_files_match_the_plan() {
    let page = pages().into_iter().find(|page| page.path.ends_with("emit.md")).unwrap();
    let mut shown = 0;
    for part in page.text.split("<!-- emit: ").skip(1) {
        let (arguments, rest) = part.split_once(" -->\n").unwrap();
        let block = rest.split("```").nth(1).unwrap().split_once('\n').unwrap().1;
        let arguments = ["emit"].into_iter().chain(arguments.split(' '));
        let folder = folder();
        folder.run(["-o", "Dockerfile"]).stderr(anything()).check();
        folder.run(arguments).stdout(block).stderr(anything()).check();
        shown += 1;
    }
    assert_eq!(shown, 7, "each kind");
}

#[test]
fn the_error_message_is_the_real_one() {
    let plan = r#"{
  "steps": [
    { "name": "install", "inputs": [{ "image": "node:22" }], "commands": ["npm ci"] },
    { "name": "build", "inputs": [{ "step": "instal" }], "commands": ["npm run build"] }
  ],
  "deploy": { "base": { "step": "build" } }
}"#;
    let folder = crate::folder().file("misspelt.json", plan);
    let said = folder.run(["misspelt.json"]).status(2).stderr(anything()).check().stderr;
    assert_eq!(readme().blocks("console"), [format!("$ railpack2docker misspelt.json\n{said}")]);
}

#[test]
fn option_files_are_valid() {
    let mut shown = 0;
    for block in pages().iter().flat_map(|page| page.blocks("toml")) {
        let has_secret = block.contains("DATABASE_URL");
        let folder = folder().file("railpack2docker.toml", &block);
        // the plan has no such secret, which must be the only error
        let run = folder.run::<&str>([]).status(if has_secret { 2 } else { 0 }).stdout(anything()).stderr(anything());
        let said = run.check().stderr;
        assert!(!said.contains("error[invalid-config]"), "{said}");
        assert_eq!(said.matches("error").count(), usize::from(has_secret), "{said}");
        shown += 1;
    }
    assert!(shown > 0);
}

#[test]
fn options_are_in_the_table() {
    let table = fs::read_to_string(root().join("docs/options.md")).unwrap();
    let help = printed(&folder(), "railpack2docker --help");
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
