//! `diff` reports each change between two plans, and nothing else.

use railpack2docker::Options;
use railpack2docker::diff::{Status, compare};
use testkit::pairs::PAIRS;

#[test]
fn each_change_is_found_once() {
    for pair in PAIRS {
        let (old, new) = pair.plans();
        let found = compare(&old.to_string(), &new.to_string(), &Options::default()).unwrap();
        let kinds: Vec<_> = found.changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, pair.kinds, "{}: {:#?}", pair.name, found.changes);
    }
}

#[test]
fn layers_stay_cached_if_nothing_changed() {
    for pair in PAIRS.iter().filter(|pair| pair.kinds.is_empty()) {
        let (old, new) = pair.plans();
        let found = compare(&old.to_string(), &new.to_string(), &Options::default()).unwrap();
        let layers: Vec<_> = found.stages.iter().flat_map(|stage| &stage.layers).collect();
        assert!(!layers.is_empty() && layers.iter().all(|layer| layer.status == Status::Cached), "{}", pair.name);
    }
}
