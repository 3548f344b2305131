//! The whole Dockerfile of each example matches its snapshot in `snapshots/`.

use railpack2docker::{Severity, transpile};
use testkit::options;

#[test]
fn dockerfiles_match_their_snapshots() {
    for (name, plan) in testkit::examples() {
        let made = transpile(&plan, &options! { files: testkit::plan_file(), strict: true }).unwrap();
        let worse_than_a_note: Vec<_> = made.findings.iter().filter(|found| found.severity > Severity::Note).collect();
        assert!(worse_than_a_note.is_empty(), "{name}: {worse_than_a_note:?}");
        let mut shown = made.dockerfile;
        if let Some(dockerignore) = made.dockerignore {
            shown = format!("{shown}\n──── Dockerfile.dockerignore\n{dockerignore}");
        }
        testkit::settings("").bind(|| insta::assert_snapshot!(name, shown));
    }
}
