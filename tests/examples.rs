//! The Dockerfile of each example, whole, in `snapshots/`.

use railpack2docker::{Files, Options, Severity, transpile};

#[test]
fn each_example_gives_its_dockerfile() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut seen = 0;
    for entry in fs_err::read_dir("examples").unwrap() {
        let example = entry.unwrap();
        let name = example.file_name().into_string().unwrap();
        let plan = fs_err::read_to_string(example.path().join("plan.json")).unwrap();
        let files = Files { plan: Some("plan.json".to_owned()), ..Files::default() };
        let made = transpile(&plan, &Options { files, strict: true, ..Options::default() }).unwrap();

        let worse_than_a_note: Vec<_> = made.findings.iter().filter(|found| found.severity > Severity::Note).collect();
        assert!(worse_than_a_note.is_empty(), "{name}: {worse_than_a_note:?}");
        let mut shown = made.dockerfile;
        if let Some(dockerignore) = made.dockerignore {
            shown = format!("{shown}\n──── Dockerfile.dockerignore\n{dockerignore}");
        }
        settings.bind(|| insta::assert_snapshot!(name, shown));
        seen += 1;
    }
    assert_eq!(seen, 9);
}
