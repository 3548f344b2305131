//! A crate that uses the library as its documentation shows it.

use fs_err as fs;
use testkit::{cargo, root};

/// The code of the first example in the documentation of the crate.
fn first_example() -> String {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let lines = lib.lines().map(|line| line.trim_start_matches("//!").trim_start_matches(' '));
    let example = lines.skip_while(|line| *line != "```").skip(1).take_while(|line| *line != "```");
    example.map(|line| line.trim_start_matches("# ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_first_example_compiles_without_clap() {
    let example = first_example();
    assert!(example.contains("railpack2docker::transpile("), "{example}");
    let folder = tempfile::tempdir().unwrap();
    let path = root().to_str().unwrap().replace('\\', "/");
    let manifest = format!(
        "[package]\nname = \"user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nrailpack2docker = {{ path = \"{path}\" }}\n"
    );
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    // the versions that are already downloaded
    fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    let main = format!("fn main() -> Result<(), railpack2docker::Diagnostics> {{\n{example}\n}}\n");
    fs::write(folder.path().join("src/main.rs"), main).unwrap();

    // kept between runs, so that only the crate itself is compiled again
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/as-a-dependency");
    cargo(folder.path(), &["check", "--quiet", "--target-dir", target]);
    let tree = cargo(folder.path(), &["tree", "--edges", "normal,build", "--prefix", "none", "--target", "all"]);
    let crates: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains(&"serde_json"), "{tree}");
    for unwanted in ["annotate-snippets", "cc", "clap", "mimalloc", "rustix", "tempfile"] {
        assert!(!crates.contains(&unwanted), "{unwanted} in {tree}");
    }
}
