//! Checks of a COPY: that of a copy command, of a file, or of an input.

use super::Check;
use super::image::User;
use crate::buildkit::{Copy, Instruction};
use crate::model::{clean, dir_and_base, under_app};
use crate::plans::{Input, Source};

impl Check<'_> {
    /// Removes the COPYs of inputs from `rest`, and checks them.
    pub fn input_copies(&self, inputs: &[Input], user: Option<&User>, rest: &mut Vec<&Instruction>) {
        for input in inputs {
            for (at, include) in input.include.iter().enumerate() {
                let outer = outer(input, at);
                if outer.as_ref().is_some_and(|outer| copies_all_of(input, outer, include)) {
                    continue;
                }
                let Instruction::Copy(copy) = rest.remove(0) else { panic!("no COPY for the include {include:?}") };
                assert!(self.names(copy.from.as_deref(), &input.source), "{copy:?} of {input:?}");
                let (source, dest) = match &input.source {
                    Source::Local => {
                        let source = if include.is_empty() { "." } else { include };
                        let last = include.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                        (source.to_owned(), clean(&format!("/app/{last}")))
                    }
                    _ if ["", ".", "/app", "/app/"].contains(&include.as_str()) => {
                        ("/app".to_owned(), "/app".to_owned())
                    }
                    _ if include.starts_with('/') => (include.clone(), include.clone()),
                    _ => (under_app(include), under_app(include)),
                };
                let dest = user.map_or(dest.clone(), |user| user.path(&dest));
                let owner = user.filter(|user| user.owns(&dest)).map(|user| user.owner.clone());
                assert_eq!(copy.chown, owner, "the owner of {dest:?}");
                // it would give the folders on the way to the user
                assert!(owner.is_none() || !copy.link || format!("{}/", clean(&dest)).starts_with("/app/"), "{copy:?}");
                assert_eq!((relative(copy), &copy.dest), (source.as_str(), &dest), "the include {include:?}");
                let left_out = match &input.source {
                    Source::Local => self.left_out(&source, &input.exclude),
                    _ => None,
                };
                assert_eq!(copy.excludes, input.exclude.iter().cloned().chain(left_out).collect::<Vec<_>>());
                // a linked copy would recreate the parent folders with another mode
                assert!(outer.is_none() || !copy.link, "{copy:?} of {input:?}");
                assert_eq!((&copy.chmod, copy.heredocs.len()), (&None, 0));
            }
        }
    }
}

/// The first earlier include that contains this one. Includes of the build context have none.
fn outer(input: &Input, at: usize) -> Option<String> {
    let own = under_app(&input.include[at]);
    if own == "/" || matches!(input.source, Source::Local) {
        return None;
    }
    let is_in = |outer: &String| own == *outer || outer != "/" && own.starts_with(&format!("{outer}/"));
    input.include[..at].iter().map(|include| under_app(include)).find(is_in)
}

/// Whether an include that contains another one already copies everything that the other one does.
fn copies_all_of(input: &Input, outer: &str, include: &str) -> bool {
    let is_pattern = |path: &str| path.contains(['*', '?', '[', '\\']);
    input.exclude.is_empty() && !is_pattern(outer) && !is_pattern(&under_app(include))
}

/// The only source of a COPY, without the `./` that keeps it from being a URL.
pub(super) fn relative(copy: &Copy) -> &str {
    assert_eq!(copy.sources.len(), 1, "{copy:?}");
    let source = copy.sources[0].as_str();
    let looks_remote = source.contains([':', '@']) || source.trim_start_matches("./").starts_with("github.com/");
    let guarded = source.strip_prefix("./").filter(|_| looks_remote);
    assert!(
        guarded.is_some() || !looks_remote || source.starts_with('/') || source.starts_with("./"),
        "{source:?} is taken for a URL"
    );
    guarded.unwrap_or(source)
}

/// Checks the COPY of a copy command, which keeps a directory's name: it names the destination, or copies from the
/// parent directory only what the pattern matches.
/// `left_out` is the directory of the plan's files, if the COPY has to exclude it.
pub(super) fn check_copy(src: &str, dest: &str, left_out: Option<&str>, copy: &Copy) {
    let source = if src.is_empty() { ".".to_owned() } else { clean(src) };
    let (dir, base) = dir_and_base(&source);
    let dest = if dest.is_empty() { "." } else { dest };
    let into = if clean(dest) == "/" { "/".to_owned() } else { format!("{}/", clean(dest)) };
    let excludes = match copy.excludes.as_slice() {
        [patterns @ .., last] if Some(last.as_str()) == left_out => patterns,
        patterns => patterns,
    };
    match excludes {
        [] => {
            let all_of = copy.dest == into && base == "*" && relative(copy) != source;
            let named = clean(&format!("{into}{base}"));
            let takes_name = copy.dest == named;
            assert!(all_of || relative(copy) == source, "{copy:?} for {src:?}");
            assert!(all_of || takes_name || copy.dest == dest || copy.dest == into, "{copy:?} to {dest:?}");
        }
        [everything, but] => {
            assert_eq!((everything.as_str(), but.strip_prefix('!')), ("*", Some(base.replace("**", "*").as_str())));
            assert_eq!(copy.dest, into);
            // an absolute source is relative to the same root
            let brackets = |path: &str| path.trim_start_matches('/').replace(['[', ']'], "");
            assert_eq!(brackets(relative(copy)), brackets(&dir), "{copy:?} for {src:?}");
        }
        more => panic!("excludes of nowhere: {more:?}"),
    }
}
