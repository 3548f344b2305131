//! An include inside another include of the same input keeps the modes of directories and files.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use fs_err as fs;
use serde_json::json;

use testkit::engine::{Build, engine};

const IMAGE: &str = "railpack2docker-test/nested:1";

const FILES: &str = "mkdir -p lib/open lib/closed tmp && touch lib/open/file lib/closed/file tmp/file && \
    chmod 0775 lib lib/open && chmod 0700 lib/closed && chmod 0664 lib/open/file && chmod 0600 lib/closed/file";

#[test]
fn nested_includes_keep_modes() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    for (exclude, has_tmp) in [(json!([]), true), (json!(["tmp"]), false)] {
        let plan = json!({
            "steps": [{ "name": "a", "inputs": [{ "image": IMAGE }], "commands": [{ "cmd": format!("sh -c '{FILES}'") }] }],
            "deploy": { "base": { "image": IMAGE }, "inputs": [
                { "step": "a", "include": ["/app", "lib/", "lib/closed"], "exclude": exclude },
            ] },
        });
        let built = engine.build(&Build::new(&plan.to_string(), context.path(), &[]));
        let mode = |path: &str| fs::metadata(built.path(path)).unwrap().permissions().mode() & 0o7777;
        for (path, expected) in [
            ("/app/lib", 0o775),
            ("/app/lib/open", 0o775),
            ("/app/lib/closed", 0o700),
            ("/app/lib/open/file", 0o664),
            ("/app/lib/closed/file", 0o600),
        ] {
            assert_eq!(format!("{:o}", mode(path)), format!("{expected:o}"), "{path} without {exclude}");
        }
        assert_eq!(built.path("/app/tmp/file").exists(), has_tmp);
    }
}
