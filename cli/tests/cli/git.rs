//! Git repositories in the folders of tests.

use testkit::command::{Folder, anything};

/// Runs git in a directory of a folder, without the configuration of the machine, and returns its output.
pub(crate) fn git(folder: &Folder, directory: &str, arguments: &[&str]) -> String {
    let who = ["AUTHOR", "COMMITTER"]
        .map(|name| [(format!("GIT_{name}_NAME"), "a"), (format!("GIT_{name}_EMAIL"), "a@example.com")]);
    let mut run = folder.run_program("git", arguments).within(directory).env("GIT_CONFIG_SYSTEM", "/dev/null");
    for (name, value) in who.into_iter().flatten() {
        run = run.env(name, value);
    }
    run.stdout(anything()).check().stdout
}

/// Creates a repository whose branch is `main`.
pub(crate) fn init(folder: &Folder, directory: &str) {
    git(folder, directory, &["init", "--quiet", "--initial-branch", "main"]);
}

/// Commits a path in a repository, and returns the commit.
pub(crate) fn commit(folder: &Folder, directory: &str, path: &str) -> String {
    git(folder, directory, &["add", path]);
    git(folder, directory, &["commit", "--quiet", "--message", "x"]);
    git(folder, directory, &["rev-parse", "HEAD"]).trim().to_owned()
}
