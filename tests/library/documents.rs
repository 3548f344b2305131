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

/// The tables of `docs/builders.md`: the versions of each builder, and the constructs of what reads its Dockerfiles.
fn builder_tables() -> String {
    use railpack2docker::builder::{Program, ROWS, Row};
    let mut versions = "| builder | versions, and what reads their Dockerfiles |\n|---|---|\n".to_owned();
    for program in Program::ALL {
        let rows = ROWS.iter().filter(|row| row.program == program);
        let versions_of: Vec<String> = rows
            .map(|row| {
                let has_versions = row.program != Program::Railway;
                if has_versions { format!("{}: {}", row.since, row.reader) } else { row.reader.to_owned() }
            })
            .collect();
        versions.push_str(&format!("| `{}` | {} |\n", program.name(), versions_of.join("; ")));
    }
    let mut readers: Vec<&Row> = Vec::new();
    for row in ROWS {
        if readers.iter().all(|known| known.reader != row.reader) {
            readers.push(row);
        }
    }
    let head: Vec<&str> = readers.iter().map(|row| row.reader).collect();
    let mut constructs = format!("| | {} |\n|---|{}\n", head.join(" | "), "---|".repeat(readers.len()));
    let columns: Vec<_> = readers.iter().map(|row| row.constructs.cells()).collect();
    for at in 0..columns[0].len() {
        let cells: Vec<&str> = columns.iter().map(|column| column[at].1.as_str()).collect();
        constructs.push_str(&format!("| {} | {} |\n", columns[0][at].0, cells.join(" | ")));
    }
    format!("{versions}\n{constructs}")
}

#[test]
fn builders_are_in_the_tables() {
    let page = fs_err::read_to_string(root().join("docs/builders.md")).unwrap();
    let tables = builder_tables();
    assert!(page.contains(&tables), "docs/builders.md lacks\n\n{tables}");
}

#[test]
fn a_reader_has_the_same_constructs_everywhere() {
    use railpack2docker::builder::ROWS;
    for (a, b) in ROWS.iter().flat_map(|a| ROWS.iter().map(move |b| (a, b))) {
        assert_eq!(a.reader == b.reader, a.constructs == b.constructs, "{a:?} {b:?}");
    }
}
