//! The files of an image: its layers, one applied after another.
//!
//! The rules are those of the OCI image specification (`layer.md`) and of the program that unpacks layers in containerd
//! (`pkg/archive/tar.go`): a path never leaves the root, and the links on the way to a file are followed.

use std::collections::BTreeMap;

use super::layer::{Content, ENTRY, Layer, LayerEntry, TOO_MANY_FILES};
use crate::image::tar::{Entry, EntryKind};

/// The prefix of the name of a file that a layer deletes.
const WHITEOUT: &[u8] = b".wh.";

/// The name that deletes what lower layers have in a directory.
const OPAQUE: &[u8] = b".wh..wh..opq";

/// The prefix of names that mean nothing to a file system.
const RESERVED: &[u8] = b".wh..wh.";

/// The maximum number of links on the way to a file, as in Linux.
const MAX_LINKS: usize = 40;

/// The components of a path.
type Components = Vec<Vec<u8>>;

/// The files of an image, by their paths without the leading slash. The root is the empty path.
#[derive(Debug)]
pub(super) struct Tree {
    paths: BTreeMap<Vec<u8>, usize>,
    nodes: Vec<Node>,
    /// The memory that directories which no layer describes may use: a path can have thousands.
    left: u64,
}

/// A file of any kind. Several paths can have the same one, as hard links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: EntryKind,
    pub(super) mode: u32,
    pub(super) owner: (u64, u64),
    pub(super) content: Content,
    /// The target of a symbolic link.
    pub(super) link: Vec<u8>,
    pub(super) device: (u64, u64),
    /// The extended attributes.
    pub(super) extended: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Node {
    /// A directory that no layer describes.
    fn directory() -> Self {
        Self {
            kind: EntryKind::Directory,
            mode: 0o755,
            owner: (0, 0),
            content: Content::default(),
            link: Vec::new(),
            device: (0, 0),
            extended: BTreeMap::new(),
        }
    }

    fn new(entry: &Entry, content: Content) -> Self {
        let is_device = matches!(entry.kind, EntryKind::CharacterDevice | EntryKind::BlockDevice);
        Self {
            kind: entry.kind,
            mode: entry.mode,
            owner: (entry.uid, entry.gid),
            content,
            link: if entry.kind == EntryKind::SymbolicLink { entry.link.clone() } else { Vec::new() },
            device: if is_device { entry.device } else { (0, 0) },
            extended: entry.extended.iter().cloned().collect(),
        }
    }
}

impl Tree {
    /// An empty image. `memory` is a limit for directories that no layer describes.
    pub(super) fn new(memory: u64) -> Self {
        Self { paths: BTreeMap::from([(Vec::new(), 0)]), nodes: vec![Node::directory()], left: memory }
    }

    /// The paths, sorted, each with the number of its file.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&[u8], usize)> {
        self.paths.iter().map(|(path, node)| (path.as_slice(), *node))
    }

    /// The file with this number.
    pub(super) fn node(&self, number: usize) -> Option<&Node> {
        self.nodes.get(number)
    }

    /// Applies a layer. Fails for a hard link to a file that does not exist, and if the limit is reached.
    pub(super) fn apply(&mut self, layer: &Layer) -> Result<(), String> {
        // they are about lower layers, wherever they are in this one
        for entry in layer {
            self.delete(&entry.header.path);
        }
        layer.iter().try_for_each(|entry| self.add(entry))
    }

    /// Deletes what a whiteout names.
    fn delete(&mut self, path: &[u8]) {
        let (parent, name) = split(path);
        let Some(deleted) = name.strip_prefix(WHITEOUT) else { return };
        let parent = self.resolve(&parent);
        if name == OPAQUE {
            self.remove_below(&parent);
        } else if !name.starts_with(RESERVED) && !deleted.is_empty() {
            let path = join(&parent, deleted);
            self.remove_below(&path);
            self.paths.remove(&path);
        }
    }

    fn add(&mut self, entry: &LayerEntry) -> Result<(), String> {
        let (parent, name) = split(&entry.header.path);
        if name.starts_with(WHITEOUT) {
            return Ok(());
        }
        let parent = self.resolve(&parent);
        let path = if name.is_empty() { Vec::new() } else { join(&parent, &name) };
        let number = if entry.header.kind == EntryKind::HardLink {
            let (parent, name) = split(&entry.header.link);
            let target = join(&self.resolve(&parent), &name);
            let missing =
                || format!("`/{}` is a hard link to a file that does not exist", String::from_utf8_lossy(&path));
            *self.paths.get(&target).ok_or_else(missing)?
        } else {
            self.nodes.push(Node::new(&entry.header, entry.content));
            self.nodes.len() - 1
        };
        self.make_directories(&parent)?;
        if !self.is_directory(number) {
            if path.is_empty() {
                // the root is always a directory
                return Ok(());
            }
            self.remove_below(&path);
        }
        self.paths.insert(path, number);
        Ok(())
    }

    /// Makes directories where the path has none.
    fn make_directories(&mut self, path: &[u8]) -> Result<(), String> {
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        for end in ends.chain([path.len()]) {
            let Some(directory) = path.get(..end) else { continue };
            if !self.paths.get(directory).is_some_and(|number| self.is_directory(*number)) {
                self.left = self.left.checked_sub(ENTRY + end as u64).ok_or(TOO_MANY_FILES)?;
                self.nodes.push(Node::directory());
                self.paths.insert(directory.to_vec(), self.nodes.len() - 1);
            }
        }
        Ok(())
    }

    fn is_directory(&self, number: usize) -> bool {
        self.node(number).is_some_and(|node| node.kind == EntryKind::Directory)
    }

    fn remove_below(&mut self, directory: &[u8]) {
        let below: Vec<Vec<u8>> = if directory.is_empty() {
            self.paths.keys().filter(|path| !path.is_empty()).cloned().collect()
        } else {
            let (first, end) = ([directory, b"/"].concat(), [directory, b"0"].concat());
            self.paths.range(first..end).map(|(path, _)| path.clone()).collect()
        };
        for path in below {
            self.paths.remove(&path);
        }
    }

    /// The path of a directory, after the symbolic links in it. In a loop, they are not followed.
    fn resolve(&self, components: &Components) -> Vec<u8> {
        let mut rest: Components = components.iter().rev().cloned().collect();
        let (mut resolved, mut links) = (Vec::new(), 0);
        while let Some(component) = rest.pop() {
            if component == b".." {
                resolved.truncate(resolved.iter().rposition(|byte| *byte == b'/').unwrap_or_default());
                continue;
            }
            let path = join(&resolved, &component);
            let node = self.paths.get(&path).and_then(|number| self.node(*number));
            match node.filter(|node| node.kind == EntryKind::SymbolicLink) {
                Some(_) if links == MAX_LINKS => return components.join(&b'/'),
                Some(node) => {
                    links += 1;
                    if node.link.first() == Some(&b'/') {
                        resolved.clear();
                    }
                    rest.extend(components_of(&node.link).rev());
                }
                None => resolved = path,
            }
        }
        resolved
    }
}

/// The components of a path that mean something.
fn components_of(path: &[u8]) -> impl DoubleEndedIterator<Item = Vec<u8>> {
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".").map(<[u8]>::to_vec)
}

/// The directory and the name of a path. Both are empty for the root.
fn split(path: &[u8]) -> (Components, Vec<u8>) {
    let mut kept = Components::new();
    for component in components_of(path) {
        // before links are followed, as Go's `filepath.Clean`
        if component == b".." {
            kept.pop();
        } else {
            kept.push(component);
        }
    }
    let name = kept.pop().unwrap_or_default();
    (kept, name)
}

fn join(parent: &[u8], name: &[u8]) -> Vec<u8> {
    if parent.is_empty() || name.is_empty() { [parent, name].concat() } else { [parent, b"/", name].concat() }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const MEMORY: u64 = 1_000_000;

    /// An entry: its kind, its path, and its content or the target of a link.
    pub(in crate::commands::verify) fn entry(kind: EntryKind, path: &str, text: &str) -> LayerEntry {
        let is_link = matches!(kind, EntryKind::HardLink | EntryKind::SymbolicLink);
        let header = Entry {
            path: path.into(),
            link: if is_link { text.into() } else { Vec::new() },
            attributes: Vec::new(),
            extended: Vec::new(),
            kind,
            mode: if kind == EntryKind::File { 0o644 } else { 0o755 },
            uid: 0,
            gid: 0,
            device: (0, 0),
        };
        let text = if kind == EntryKind::File { text } else { "" };
        let mut digest = [0; 32];
        digest[..text.len().min(32)].copy_from_slice(&text.as_bytes()[..text.len().min(32)]);
        LayerEntry { header, content: Content { size: text.len() as u64, digest } }
    }

    pub(in crate::commands::verify) fn file(path: &str, text: &str) -> LayerEntry {
        entry(EntryKind::File, path, text)
    }

    pub(in crate::commands::verify) fn directory(path: &str) -> LayerEntry {
        entry(EntryKind::Directory, path, "")
    }

    pub(in crate::commands::verify) fn tree(layers: &[Layer]) -> Tree {
        let mut tree = Tree::new(MEMORY);
        for layer in layers {
            tree.apply(layer).unwrap();
        }
        tree
    }

    /// The paths of the files, without directories, each with its content.
    fn files(layers: &[Layer]) -> Vec<String> {
        let tree = tree(layers);
        let files =
            tree.paths().map(|(path, number)| (String::from_utf8_lossy(path).into_owned(), &tree.nodes[number]));
        let files = files.filter(|(_, node)| node.kind != EntryKind::Directory);
        let text = |node: &Node| String::from_utf8_lossy(&node.content.digest).trim_end_matches('\0').to_owned();
        files.map(|(path, node)| format!("{path}={}", text(node))).collect()
    }

    #[test]
    fn a_later_layer_takes_precedence() {
        assert_eq!(files(&[vec![file("a/x", "1"), file("a/y", "2")], vec![file("./a/x", "3")]]), ["a/x=3", "a/y=2"]);
        // a file for a directory, and the other way round
        assert_eq!(files(&[vec![file("a/x", "1")], vec![file("a", "2")]]), ["a=2"]);
        assert_eq!(files(&[vec![file("a", "1")], vec![directory("a"), file("a/x", "2")]]), ["a/x=2"]);
        assert_eq!(files(&[vec![file("a", "1")], vec![file("a/x", "2")]]), ["a/x=2"]);
        // a directory that is described again keeps its files
        assert_eq!(files(&[vec![file("a/x", "1")], vec![directory("a")]]), ["a/x=1"]);
    }

    #[test]
    fn whiteouts_delete_what_lower_layers_have() {
        let below = || vec![file("a/x", "1"), file("a/y/z", "2"), file("a-b", "3"), file("ab", "4")];
        assert_eq!(files(&[below(), vec![file("a/.wh.x", "")]]), ["a-b=3", "a/y/z=2", "ab=4"]);
        assert_eq!(files(&[below(), vec![file(".wh.a", "")]]), ["a-b=3", "ab=4"]);
        let opaque = vec![file("a/new", "5"), file("a/.wh..wh..opq", "")];
        assert_eq!(files(&[below(), opaque]), ["a-b=3", "a/new=5", "ab=4"]);
        assert_eq!(files(&[below(), vec![file(".wh..wh..opq", ""), file("new", "5")]]), ["new=5"]);
        // names that mean nothing
        assert_eq!(files(&[below(), vec![file("a/.wh..wh.plnk", ""), file("a/.wh.", "")]]).len(), 4);
        // within one layer, it is about lower ones
        assert_eq!(files(&[vec![file("a/x", "1"), file("a/.wh.x", "")]]), ["a/x=1"]);
    }

    #[test]
    fn links_on_the_way_are_followed_within_the_root() {
        let link = |path: &str, target: &str| entry(EntryKind::SymbolicLink, path, target);
        let below =
            || vec![directory("usr/lib"), link("lib", "usr/lib"), link("up", "../../usr"), link("loop", "loop")];
        let added = |path: &str| {
            let files = files(&[below(), vec![file(path, "1")]]);
            files.into_iter().find(|file| file.ends_with("=1")).unwrap()
        };
        for (path, expected) in [
            ("lib/x", "usr/lib/x=1"),
            ("up/lib/x", "usr/lib/x=1"),
            ("../../etc/x", "etc/x=1"),
            ("a/../../x", "x=1"),
            ("/x", "x=1"),
            ("loop/x", "loop/x=1"),
        ] {
            assert_eq!(added(path), expected, "{path}");
        }
        // a whiteout, too
        assert_eq!(files(&[below(), vec![file("usr/lib/x", "1")], vec![file("lib/.wh.x", "")]]).len(), 3);
        // a directory replaces a link
        assert_eq!(files(&[below(), vec![directory("lib"), file("lib/x", "1")]])[0], "lib/x=1");
    }

    #[test]
    fn hard_links_share_a_file() {
        let link = |path: &str, target: &str| entry(EntryKind::HardLink, path, target);
        let tree = tree(&[vec![file("a", "1"), link("b", "./a"), link("c", "/b")], vec![file("a", "2")]]);
        let numbers: Vec<usize> = tree.paths().map(|(_, number)| number).collect();
        assert!(numbers[2] == numbers[3] && numbers[1] != numbers[2], "{numbers:?}");
        let missing = Tree::new(MEMORY).apply(&vec![link("b", "a")]);
        assert_eq!(missing, Err("`/b` is a hard link to a file that does not exist".to_owned()));
    }

    #[test]
    fn directories_without_an_entry_are_limited() {
        let deep = |count: usize| Tree::new(MEMORY).apply(&vec![file(&"a/".repeat(count), "1")]);
        assert_eq!(deep(500), Ok(()));
        assert_eq!(deep(2_000), Err(TOO_MANY_FILES.to_owned()));
    }

    #[test]
    fn the_root_is_a_directory() {
        let mut root = directory("./");
        root.header.mode = 0o700;
        let described = tree(&[vec![root]]);
        assert_eq!(described.nodes[described.paths[&Vec::new()]].mode, 0o700);
        assert_eq!(files(&[vec![file("/", "1"), file("..", "2"), file("x", "3")]]), ["x=3"]);
    }
}
