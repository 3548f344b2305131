//! The links of the README and the book lead somewhere, and repeated snippets are equal. The tests of the command run
//! the commands of these documents.

use std::path::{Component, Path, PathBuf};

use testkit::pages::{Page, pages};
use testkit::root;

#[test]
fn bot_snippets_are_the_same_everywhere() {
    for tool in ["renovate", "dependabot"] {
        let mark = format!("<!-- schema: vendor.{tool} -->\n");
        let behind =
            |page: &Page| page.text.split(&mark).nth(1).map(|rest| rest.split("\n```\n").next().unwrap().to_owned());
        // `pins.md` has one about another file
        let is_about_dockerfile = |shown: &String| shown.contains("Dockerfile");
        let shown: Vec<String> = pages().iter().filter_map(behind).filter(is_about_dockerfile).collect();
        assert!(shown.len() == 2 && shown[0] == shown[1], "{tool}: {shown:?}");
    }
}

#[test]
fn links_lead_somewhere() {
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
            assert!(fs_err::metadata(root().join(&target)).is_ok(), "{}: {link}", page.path.display());
            if !anchor.is_empty() {
                let target = pages.iter().find(|page| page.path == target).unwrap();
                assert!(target.anchors().contains(anchor), "{}: {link}", page.path.display());
            }
            links += 1;
        }
    }
    assert!(links > 20, "{links}");
}

/// A path with its `..` resolved.
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
