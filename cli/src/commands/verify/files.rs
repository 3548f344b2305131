//! The differences between the files of two images. Times are not compared: each build has its own.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;

use super::difference::{Aspect, Difference, Subject};
use super::tree::{Node, Tree};
use crate::image::tar::EntryKind;

/// The word for a directory.
pub(super) const DIRECTORY: &str = "directory";

/// The number of digits of a digest for people.
const DIGITS: usize = 12;

/// Compares all files. The result is sorted by path.
pub(super) fn compare(first: &Tree, second: &Tree) -> Vec<Difference> {
    let trees = [first, second];
    let names = trees.map(first_names);
    let mut both: BTreeMap<&[u8], [Option<usize>; 2]> = BTreeMap::new();
    both.extend(first.paths().map(|(path, number)| (path, [Some(number), None])));
    for (path, number) in second.paths() {
        both.entry(path).or_default()[1] = Some(number);
    }
    let mut differences = Vec::new();
    for (path, numbers) in both {
        let node = |side: usize| trees.get(side).and_then(|tree| tree.node((*numbers.get(side)?)?));
        let mut add = |aspect: Aspect, values: [Option<String>; 2]| {
            if values[0] != values[1] {
                differences.push(Difference { subject: Subject::file(path), aspect, values });
            }
        };
        let (Some(old), Some(new)) = (node(0), node(1)) else {
            add(Aspect::Existence, [node(0), node(1)].map(|node| node.map(|node| kind(node.kind).to_owned())));
            continue;
        };
        compare_nodes(old, new, &mut add);
        let other_name = |side: usize| {
            let name = *names.get(side)?.get(&(*numbers.get(side)?)?)?;
            Some(if name == path { "none".to_owned() } else { format!("to /{}", String::from_utf8_lossy(name)) })
        };
        if old.kind == new.kind && old.kind != EntryKind::Directory {
            add(Aspect::HardLink, [other_name(0), other_name(1)]);
        }
    }
    differences
}

/// The number of different paths in both images, without the root.
pub(super) fn count(first: &Tree, second: &Tree) -> usize {
    let [first, second] = [first, second].map(|tree| tree.paths().map(|(path, _)| path).collect::<BTreeSet<_>>());
    first.union(&second).count() - 1
}

/// The first name of each file.
fn first_names(tree: &Tree) -> BTreeMap<usize, &[u8]> {
    let mut names = BTreeMap::new();
    for (path, number) in tree.paths() {
        names.entry(number).or_insert(path);
    }
    names
}

fn compare_nodes(old: &Node, new: &Node, add: &mut dyn FnMut(Aspect, [Option<String>; 2])) {
    let both = |value: &dyn Fn(&Node) -> String| [old, new].map(|node| Some(value(node)));
    if old.kind != new.kind {
        add(Aspect::Kind, both(&|node| kind(node.kind).to_owned()));
        return;
    }
    // that of a symbolic link has no meaning
    if old.kind != EntryKind::SymbolicLink {
        add(Aspect::Mode, both(&|node| format!("{:04o}", node.mode)));
    }
    add(Aspect::Owner, both(&|node| format!("{}:{}", node.owner.0, node.owner.1)));
    if old.content != new.content {
        add(Aspect::Content, both(&content));
    }
    add(Aspect::LinkTarget, both(&|node| String::from_utf8_lossy(&node.link).into_owned()));
    add(Aspect::Device, both(&|node| format!("{}:{}", node.device.0, node.device.1)));
    if old.extended != new.extended {
        let names = old.extended.keys().chain(new.extended.keys().filter(|name| !old.extended.contains_key(*name)));
        for name in names {
            let value = |node: &Node| node.extended.get(name).map(|value| text_or_hex(value));
            add(Aspect::Attribute(String::from_utf8_lossy(name).into_owned()), [value(old), value(new)]);
        }
    }
}

fn content(node: &Node) -> String {
    let digest = HEXLOWER.encode(&node.content.digest);
    let size = node.content.size;
    format!("{size} byte{}, sha256:{}", if size == 1 { "" } else { "s" }, digest.get(..DIGITS).unwrap_or_default())
}

/// The words for a kind.
fn kind(kind: EntryKind) -> &'static str {
    match kind {
        // a link is the file that it names
        EntryKind::File | EntryKind::HardLink => "file",
        EntryKind::SymbolicLink => "symbolic link",
        EntryKind::CharacterDevice => "character device",
        EntryKind::BlockDevice => "block device",
        EntryKind::Directory => DIRECTORY,
        EntryKind::Pipe => "named pipe",
        EntryKind::Other => "unknown kind",
    }
}

/// A value that is printable text as it is, and others, such as capabilities, in hexadecimal.
fn text_or_hex(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => format!("0x{}", HEXLOWER.encode(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::layer::LayerEntry;
    use super::super::tree::tests::{directory, entry, file, tree};
    use super::*;

    /// The differences between two images of one layer, in words.
    fn differences(old: Vec<LayerEntry>, new: Vec<LayerEntry>) -> Vec<String> {
        let found = compare(&tree(&[old]), &tree(&[new]));
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let line = |found: &Difference| {
            let [old, new] = &found.values;
            format!("{} {}: {} | {}", found.subject.name(), found.aspect.words(), value(old), value(new))
        };
        found.iter().map(line).collect()
    }

    fn changed(change: impl FnOnce(&mut LayerEntry)) -> Vec<LayerEntry> {
        let mut entry = file("a", "1");
        change(&mut entry);
        vec![entry]
    }

    #[test]
    fn metadata_of_a_file() {
        let old = || vec![file("a", "1")];
        let with = |change: fn(&mut LayerEntry)| differences(old(), changed(change));
        assert_eq!(with(|_| {}), [""; 0]);
        assert_eq!(with(|new| new.header.mode = 0o4755), ["/a mode: 0644 | 4755"]);
        assert_eq!(with(|new| new.header.gid = 5), ["/a owner: 0:0 | 0:5"]);
        assert_eq!(with(|new| new.header.uid = 1000), ["/a owner: 0:0 | 1000:0"]);
        let found = with(|new| new.header.extended = vec![(b"user.x".to_vec(), b"y".to_vec())]);
        assert_eq!(found, ["/a attribute `user.x`: - | y"]);
        let found = with(|new| new.header.extended = vec![(b"security.capability".to_vec(), vec![1, 0])]);
        assert_eq!(found, ["/a attribute `security.capability`: - | 0x0100"]);
    }

    #[test]
    fn content_of_a_file() {
        let found = differences(vec![file("a", "1")], vec![file("a", "22")]);
        assert_eq!(found, ["/a content: 1 byte, sha256:310000000000 | 2 bytes, sha256:323200000000"]);
    }

    #[test]
    fn existence_and_kind() {
        assert_eq!(differences(vec![file("a", "1")], vec![]), ["/a existence: file | -"]);
        let link = || entry(EntryKind::SymbolicLink, "a", "x");
        assert_eq!(differences(vec![], vec![link()]), ["/a existence: - | symbolic link"]);
        assert_eq!(differences(vec![file("a", "1")], vec![link()]), ["/a kind: file | symbolic link"]);
        let found = differences(vec![file("a", "1")], vec![file("a/b", "1")]);
        assert_eq!(found, ["/a kind: file | directory", "/a/b existence: - | file"]);
        let kinds = [(EntryKind::CharacterDevice, "character device"), (EntryKind::BlockDevice, "block device")];
        for (kind, words) in
            kinds.into_iter().chain([(EntryKind::Pipe, "named pipe"), (EntryKind::Other, "unknown kind")])
        {
            assert_eq!(differences(vec![], vec![entry(kind, "a", "")]), [format!("/a existence: - | {words}")]);
        }
    }

    #[test]
    fn targets_and_devices() {
        let link = |target: &str| vec![entry(EntryKind::SymbolicLink, "a", target)];
        assert_eq!(differences(link("x"), link("y")), ["/a link target: x | y"]);
        let mut with_mode = link("x");
        with_mode[0].header.mode = 0;
        assert_eq!(differences(link("x"), with_mode), [""; 0]);
        let device = |minor| {
            let mut device = entry(EntryKind::CharacterDevice, "a", "");
            device.header.device = (1, minor);
            vec![device]
        };
        assert_eq!(differences(device(3), device(5)), ["/a device: 1:3 | 1:5"]);
    }

    #[test]
    fn a_hard_link_and_a_copy() {
        let linked =
            || vec![file("a", "1"), entry(EntryKind::HardLink, "b", "a"), entry(EntryKind::HardLink, "c", "a")];
        let copied = || vec![file("a", "1"), file("b", "1"), entry(EntryKind::HardLink, "c", "a")];
        assert_eq!(differences(linked(), copied()), ["/b hard link: to /a | none"]);
        // the other name is the file
        let other_way =
            || vec![file("c", "1"), entry(EntryKind::HardLink, "a", "c"), entry(EntryKind::HardLink, "b", "c")];
        assert_eq!(differences(linked(), other_way()), [""; 0]);
    }

    #[test]
    fn directories_without_an_entry_are_the_usual_ones() {
        assert_eq!(differences(vec![directory("x"), file("x/a", "1")], vec![file("x/a", "1")]), [""; 0]);
    }
}
