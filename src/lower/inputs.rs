//! Files that a stage copies from other stages, from images and from the build context.

use super::copy::can_be_sent;
use super::image_user::ImageUser;
use super::include_paths::resolve;
use super::{Context, OrReport};
use crate::compat::gopath::{is_in, under_app};
use crate::compat::patternmatcher::is_pattern;
use crate::dockerfile::{Copy, CopyPaths, Exclude, From, Instruction};
use crate::graph::{Edge, Include, IncludedPaths, Origin};
use crate::plan::Located;

/// The COPY instructions for the inputs that a stage copies onto its base. The user of the image owns what is
/// copied to its directories.
pub(super) fn copies<'p>(
    context: &mut Context<'p, '_>,
    base: Edge<'p>,
    inputs: &[Edge<'p>],
    user: Option<&ImageUser>,
) -> Vec<Located<Instruction>> {
    let link = merges(base, inputs);
    let mut copies = Vec::new();
    for edge in inputs {
        if edge.includes().is_empty() {
            continue;
        }
        let from = match context.resolved(edge.origin) {
            Origin::Local => None,
            Origin::Image(image) => context.image(image).map(From::Image),
            Origin::Step(id) => context.stage_name(id).map(From::Stage),
        };
        if from.is_none() && !edge.is_local() {
            continue;
        }
        let exclude: Vec<Exclude> = edge.input.exclude.iter().filter_map(|pattern| exclude(context, pattern)).collect();
        for (index, include) in edge.includes().iter().enumerate() {
            let is_local = edge.is_local();
            let nested = if is_local { Nesting::None } else { nesting(*edge, index) };
            if nested == Nesting::Copied {
                continue;
            }
            let (source, mut destination) = resolve(&include.value, is_local);
            if is_local && !can_be_sent(context, include, &source) {
                continue;
            }
            if let Some(moved) = user.and_then(|user| user.moved(&destination)) {
                destination = moved;
            }
            let owner = user.and_then(|user| user.owner_of(&destination));
            let paths = CopyPaths::new(&source, &destination).or_report(context, "the path", include);
            context.count(edge.input.exclude.iter().map(|pattern| pattern.value.len()).sum());
            if context.is_aborted {
                return copies;
            }
            copies.extend(paths.map(|paths| {
                let link = link && nested == Nesting::None && (owner.is_none() || ImageUser::can_link(&destination));
                let copy = Copy { link, owner, exclude: exclude.clone(), ..Copy::new(from.clone(), paths) };
                Located::at(&include.location, Instruction::Copy(copy))
            }));
        }
    }
    copies
}

/// The relation of an include to the earlier includes of the same input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nesting {
    None,
    /// An earlier include contains this one, but may lack a part of it. `--link` would create the parent
    /// directories of this one again, with the default mode.
    Inside,
    /// An earlier include contains this one, and copies all of it.
    Copied,
}

fn nesting(edge: Edge<'_>, index: usize) -> Nesting {
    // limits the time that the comparisons take; no real plan has this many includes
    const MAX_COMPARED: usize = 100;
    let includes = edge.includes();
    let path = |include: &Located<String>| under_app(&include.value);
    let Some(own) = includes.get(index).map(path).filter(|own| own != "/") else { return Nesting::None };
    let mut earlier = includes.iter().take(index.min(MAX_COMPARED)).map(path);
    match earlier.find(|outer| outer != "/" && is_in(&own, outer)) {
        Some(outer) if edge.input.exclude.is_empty() && !is_pattern(&outer) && !is_pattern(&own) => Nesting::Copied,
        Some(_) => Nesting::Inside,
        None => Nesting::None,
    }
}

fn exclude(context: &mut Context<'_, '_>, pattern: &Located<String>) -> Option<Exclude> {
    Exclude::new(&pattern.value).or_report(context, "the pattern", pattern)
}

/// Whether Railpack merges the inputs onto the base, so that their layers are independent, instead of
/// copying them one after the other (`shouldLLBMerge` in `buildkit/build_llb/layers.go`).
fn merges(base: Edge<'_>, inputs: &[Edge<'_>]) -> bool {
    let is_plain = |edge: &Edge<'_>| {
        edge.input.include.is_some() && !edge.is_local() && edge.includes().iter().all(|include| include.value != "/")
    };
    !base.is_local() && inputs.iter().all(is_plain) && !overlap(inputs)
}

/// Whether two inputs include the same path, unless one of them excludes it.
fn overlap(inputs: &[Edge<'_>]) -> bool {
    let included = IncludedPaths::new(inputs);
    let differ = |includes: &[Include<'_>], input| {
        // the includes are sorted by input
        [includes.first(), includes.last()].into_iter().flatten().any(|include| include.input != input)
    };
    let is_duplicate =
        included.at_one_path().any(|includes| includes.first().is_some_and(|it| differ(includes, it.input)));
    is_duplicate
        || included.within().any(|within| {
            let outer = within.outer.iter().filter(|outer| differ(within.inner, outer.input));
            outer.filter_map(|outer| included.excludes(outer)).any(|excludes| !excludes.hold(within.rest))
        })
}

#[cfg(test)]
mod tests {
    use crate::{Options, transpile};

    #[test]
    fn inputs_are_linked_unless_they_overlap() {
        let is_linked = |inputs: &str| {
            let json = format!(
                r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}] }}, {{ "name": "b", "inputs": [{{ "image": "x" }}] }}],
                  "deploy": {{ "base": {{ "image": "x" }}, "inputs": [{inputs}] }} }}"#
            );
            let dockerfile = transpile(&json, &Options::default()).unwrap().dockerfile;
            let mut copies = dockerfile.lines().filter(|line| line.starts_with("COPY"));
            let is_linked = copies.next().unwrap().starts_with("COPY --link");
            assert!(copies.all(|copy| copy.starts_with("COPY --link") == is_linked), "all or none: {dockerfile}");
            is_linked
        };
        let input = |step, include, exclude| {
            format!(r#"{{ "step": "{step}", "include": [{include}], "exclude": [{exclude}] }}"#)
        };
        for (of_a, excluded, of_b, linked) in [
            (r#""/x""#, "", r#""/y""#, true),
            (r#""/x""#, "", r#""/xy""#, true),
            (r#""/x", "/x", "/x/y""#, "", r#""/y""#, true),
            (r#""/x""#, "", r#""/x/""#, false),
            (r#"".""#, "", r#""/app""#, false),
            (r#""dist""#, "", r#""/app/dist""#, false),
            (r#""/x""#, "", r#""/x/y""#, false),
            (r#""/x/y""#, "", r#""/z", "/x""#, false),
            (r#""/x""#, r#""y""#, r#""/x/y""#, true),
            (r#""/x""#, r#""y/z""#, r#""/x/y/z""#, true),
            (r#""/x""#, r#""z""#, r#""/x/y""#, false),
            (r#""/x""#, r#""x""#, r#""/x/y""#, false),
            (r#""/x""#, r#""x""#, r#""/x""#, false),
            (r#""/x""#, "", r#""/""#, false),
        ] {
            let inputs = [input("a", of_a, excluded), input("b", of_b, "")].join(", ");
            assert_eq!(is_linked(&inputs), linked, "{inputs}");
        }
        assert!(!is_linked(r#"{ "step": "a", "include": ["/x"] }, { "local": true, "include": ["."] }"#));
    }

    #[test]
    fn includes_inside_others_are_not_linked() {
        let copies = |include: &str, exclude: &str| -> Vec<String> {
            let json = format!(
                r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}] }}],
                  "deploy": {{ "base": {{ "image": "x" }}, "inputs": [{{ "step": "a", "include": [{include}], "exclude": [{exclude}] }}] }} }}"#
            );
            let dockerfile = transpile(&json, &Options::default()).unwrap().dockerfile;
            dockerfile.lines().filter(|line| line.starts_with("COPY")).map(str::to_owned).collect()
        };
        assert_eq!(copies(r#""/app", "lib/", "/app""#, ""), ["COPY --link --from=a /app /app"]);
        assert_eq!(
            copies(r#""/app", "lib""#, r#""tmp""#),
            ["COPY --link --from=a --exclude=tmp /app /app", "COPY --from=a --exclude=tmp /app/lib /app/lib"]
        );
        assert_eq!(
            copies(r#""/app/li*", "lib/x""#, ""),
            ["COPY --link --from=a /app/li* /app/li*", "COPY --link --from=a /app/lib/x /app/lib/x"]
        );
        assert_eq!(
            copies(r#""lib", "/app""#, ""),
            ["COPY --link --from=a /app/lib /app/lib", "COPY --link --from=a /app /app"]
        );
    }
}
