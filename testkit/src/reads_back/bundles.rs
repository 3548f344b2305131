//! Checks of the statements with which a script reads and checks a bundle of secrets.

use std::collections::BTreeMap;

/// The rest of a script that first reads the bundle in a file and checks that it has the secrets of a digest; and the
/// digest.
fn after_setup<'s>(script: &'s str, file: &str) -> Option<(&'s str, &'s str)> {
    let rest = script.strip_prefix(&format!(". /run/secrets/{file} 2>/dev/null; has_secrets "))?;
    let (digest, rest) = rest.split_once(" || exit; ")?;
    // the indentation of the next line
    let rest = rest.trim_start();
    (digest.len() == 8 && digest.bytes().all(|byte| b"0123456789abcdef".contains(&byte))).then_some((digest, rest))
}

/// Like [`after_setup`], for the mounts of a RUN, one of which must be the bundle with this ID. Panics if the script
/// has other statements.
pub(super) fn after_bundle<'s>(script: &'s str, id: &str, mounts: &[BTreeMap<String, String>]) -> (&'s str, &'s str) {
    let mount = mounts.iter().find(|mount| mount["type"] == "secret" && mount["id"] == id);
    let mount = mount.unwrap_or_else(|| panic!("no bundle among {mounts:?}"));
    assert_eq!(mount["required"], "true");
    assert!(!mount.contains_key("env"));
    after_setup(script, &file_of_secret(mount)).unwrap_or_else(|| panic!("the bundle is not read: {script:?}"))
}

/// The name of the file in `/run/secrets` in which BuildKit mounts a secret.
pub(super) fn file_of_secret(mount: &BTreeMap<String, String>) -> String {
    let default = || format!("/run/secrets/{}", mount["id"].rsplit('/').next().unwrap_or_default());
    let path = mount.get("target").cloned().unwrap_or_else(default);
    path.strip_prefix("/run/secrets/").unwrap_or_else(|| panic!("another directory: {path}")).to_owned()
}
