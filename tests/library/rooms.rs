//! The order of the source: each room (a top-level module of the crate) uses only rooms above it.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::Visit;

/// The rooms, in order. The table in `docs/contributing.md` describes them.
const ROOMS: &[&str] = &[
    "escape",
    "text",
    "compat",
    "diagnostic",
    "builder",
    "options",
    "packages",
    "plan",
    "graph",
    "secret_usage",
    "dockerfile",
    "shell",
    "header",
    "lower",
    "source_map",
    "render",
    "secrets",
    "lint",
    "compilation",
    "diff",
    "explain",
];

/// The names that lead from the crate to a module, or to an item in it.
type Path = Vec<String>;

/// The paths that a file mentions outside its tests.
struct Named {
    /// The module that is being visited.
    module: Path,
    paths: BTreeSet<Path>,
}

impl Named {
    /// Adds a path as it is written, if it begins with `crate`, `super` or `self`.
    fn add(&mut self, written: &[String]) {
        let mut rest = written;
        let mut path = match rest.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("self" | "super") => self.module.clone(),
            _ => return,
        };
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" | "self" => {}
                "super" => drop(path.pop()),
                _ => break,
            }
            rest = others;
        }
        path.extend_from_slice(rest);
        self.paths.insert(path);
    }

    fn add_use(&mut self, tree: &syn::UseTree, prefix: &mut Path) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.add_use(&path.tree, prefix);
                prefix.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.add_use(item, prefix)),
            syn::UseTree::Name(name) => self.add_name(&name.ident, prefix),
            syn::UseTree::Rename(rename) => self.add_name(&rename.ident, prefix),
            syn::UseTree::Glob(_) => self.add(prefix),
        }
    }

    fn add_name(&mut self, name: &syn::Ident, prefix: &[String]) {
        let mut path = prefix.to_vec();
        if name != "self" {
            path.push(name.to_string());
        }
        self.add(&path);
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    let is_cfg_test = |attribute: &syn::Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    };
    attributes.iter().any(is_cfg_test)
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if is_test(&item.attrs) {
            return;
        }
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            self.add_use(&item.tree, &mut Vec::new());
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        // the tokens of a macro are not parsed: words that are joined by `::` count as paths
        let tokens = invocation.tokens.to_string().replace(" :: ", "::");
        for word in tokens.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':') {
            self.add(&word.split("::").map(str::to_owned).collect::<Vec<_>>());
        }
        syn::visit::visit_macro(self, invocation);
    }
}

/// The module of a file: `lower::copy` for `lower/copy.rs`.
fn module(file: &str) -> Path {
    let stem = file.strip_suffix(".rs").unwrap();
    stem.split('/').filter(|part| !["mod", "lib"].contains(part)).map(str::to_owned).collect()
}

/// The paths that each module mentions. Paths that `lib.rs` re-exports are replaced with their origins.
fn named() -> BTreeMap<Path, BTreeSet<Path>> {
    let mut named = BTreeMap::new();
    let mut exported = BTreeMap::new();
    for (file, text) in testkit::sources() {
        let parsed = syn::parse_file(&text).unwrap_or_else(|why| panic!("{file}: {why}"));
        if file == "lib.rs" {
            for item in &parsed.items {
                if let syn::Item::Use(item) = item {
                    let mut uses = Named { module: Vec::new(), paths: BTreeSet::new() };
                    uses.add_use(&item.tree, &mut vec!["crate".to_owned()]);
                    exported.extend(uses.paths.into_iter().map(|path| (path.last().unwrap().clone(), path)));
                }
            }
        }
        let mut visitor = Named { module: module(&file), paths: BTreeSet::new() };
        visitor.visit_file(&parsed);
        named.insert(module(&file), visitor.paths);
    }
    let origin = |path: Path| match path.split_first() {
        Some((first, rest)) if !ROOMS.contains(&first.as_str()) => match exported.get(first) {
            Some(origin) => origin.iter().chain(rest).cloned().collect(),
            None => path,
        },
        _ => path,
    };
    named.into_iter().map(|(module, paths)| (module, paths.into_iter().map(origin).collect())).collect()
}

#[test]
fn rooms_use_only_rooms_above() {
    let named = named();
    let rooms: BTreeSet<&str> = named.keys().filter_map(|module| module.first()).map(String::as_str).collect();
    assert_eq!(rooms, ROOMS.iter().copied().collect(), "the rooms that there are, and those in the table");
    let place = |room: &String| ROOMS.iter().position(|known| known == room);
    let mut wrong = BTreeSet::new();
    for (module, paths) in &named {
        let Some(room) = module.first() else { continue };
        for used in paths.iter().filter_map(|path| path.first()).filter(|used| *used != room) {
            if place(used).is_none_or(|used| Some(used) > place(room)) {
                wrong.insert(format!("`{}` uses `{used}`", module.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The innermost module with a file of its own that contains an item.
fn module_of<'p>(path: &'p Path, named: &BTreeMap<Path, BTreeSet<Path>>) -> Option<&'p [String]> {
    (1..=path.len()).rev().map(|end| &path[..end]).find(|part| named.contains_key(*part))
}

#[test]
fn rooms_have_no_cycles() {
    let named = named();
    let mut uses: BTreeMap<&[String], BTreeSet<&[String]>> = BTreeMap::new();
    for (module, paths) in &named {
        let of_room = |used: &&[String]| used.first() == module.first() && *used != module.as_slice();
        // a module and its submodules belong together
        let is_related = |used: &&[String]| used.starts_with(module) || module.starts_with(used);
        let used = paths
            .iter()
            .filter_map(|path| module_of(path, &named))
            .filter(of_room)
            .filter(|used| !is_related(used))
            .collect();
        uses.insert(module, used);
    }
    while let Some(free) = uses.iter().find(|(_, used)| used.is_empty()).map(|(module, _)| *module) {
        uses.remove(free);
        for used in uses.values_mut() {
            used.remove(free);
        }
    }
    let circles: Vec<String> = uses
        .iter()
        .map(|(module, used)| {
            let used: Vec<String> = used.iter().map(|used| used.join("::")).collect();
            format!("`{}` uses {}", module.join("::"), used.join(", "))
        })
        .collect();
    assert!(circles.is_empty(), "a circle, and what leads to it: {circles:#?}");
}

#[test]
fn the_contributing_page_lists_the_rooms_in_order() {
    let page = testkit::pages::pages().into_iter().find(|page| page.path.ends_with("docs/contributing.md")).unwrap();
    let (_, library) = page.text.split_once("\n## The library\n").unwrap();
    let rows = library.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let listed: Vec<&str> =
        rows.take_while(|line| line.starts_with("| `")).filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(listed, ROOMS);
}
