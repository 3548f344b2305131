//! Two compared images: the differences with their classes, without secrets, and the words that every format uses.

use std::collections::BTreeMap;

use railpack2docker::escape::escape_invisible;
use railpack2docker::secrets::is_masked;
use railpack2docker::text::{list, truncate_middle};

use super::class::{Class, Classes};
use super::difference::{Aspect, Difference, Subject};
use super::image::Image;
use super::{files, settings};
use crate::output::counts::counted;

/// The maximum length of a value for people: the start and the end of a longer one are shown.
const MAX_VALUE: [usize; 2] = [120, 40];

/// One of two images.
pub(super) struct Side {
    /// The word for it, such as `Railpack`.
    pub(super) label: &'static str,
    /// Its origin, such as the name of an image.
    pub(super) origin: String,
}

/// A difference with its class.
pub(super) struct Classified {
    pub(super) difference: Difference,
    pub(super) class: Class,
}

/// Two images and their differences.
pub(super) struct Report {
    pub(super) sides: [Side; 2],
    /// The number of paths and settings that were compared.
    pub(super) files: usize,
    pub(super) settings: usize,
    /// All differences: settings, then files sorted by path.
    pub(super) all: Vec<Classified>,
    /// The patterns for accepted differences that match none.
    pub(super) unused: Vec<String>,
}

impl Report {
    /// Compares two images. `redact` removes the values of secrets from a text.
    pub(super) fn new(
        sides: [Side; 2],
        images: &[Image; 2],
        classes: &Classes,
        redact: &dyn Fn(&str) -> String,
    ) -> Self {
        let [first, second] = images;
        let mut differences = settings::compare(&first.config, &second.config);
        differences.extend(files::compare(&first.tree, &second.tree));
        let all: Vec<Classified> = differences
            .into_iter()
            .map(|difference| Classified {
                class: classes.class(&difference),
                difference: without_secrets(difference, redact),
            })
            .collect();
        let is_used = |pattern: &str| all.iter().any(|found| found.class == Class::Accepted(pattern.to_owned()));
        let unused = classes.accepted().filter(|pattern| !is_used(pattern)).map(str::to_owned).collect();
        Self {
            files: files::count(&first.tree, &second.tree),
            settings: settings::count(&first.config, &second.config),
            sides,
            all,
            unused,
        }
    }

    /// Whether no difference counts.
    pub(super) fn is_same(&self) -> bool {
        self.different().next().is_none()
    }

    /// The differences that count.
    pub(super) fn different(&self) -> impl Iterator<Item = &Difference> {
        self.all.iter().filter(|found| found.class == Class::Different).map(|found| &found.difference)
    }

    /// The accepted differences, by pattern.
    pub(super) fn accepted(&self) -> BTreeMap<&str, Vec<&Difference>> {
        self.grouped(|class| if let Class::Accepted(pattern) = class { Some(pattern) } else { None })
    }

    /// The differences that are new in each build, by reason.
    pub(super) fn new_in_each_build(&self) -> BTreeMap<&str, Vec<&Difference>> {
        self.grouped(|class| if let Class::New(reason) = class { Some(reason) } else { None })
    }

    fn grouped<'a>(&'a self, key: impl Fn(&'a Class) -> Option<&'a str>) -> BTreeMap<&'a str, Vec<&'a Difference>> {
        let mut groups: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
        for found in &self.all {
            if let Some(key) = key(&found.class) {
                groups.entry(key).or_default().push(&found.difference);
            }
        }
        groups
    }

    /// The result in a sentence.
    pub(super) fn sentence(&self) -> String {
        let compared = format!("{} and {}", counted(self.files, "file"), counted(self.settings, "setting"));
        let count = |groups: BTreeMap<&str, Vec<&Difference>>| groups.values().map(Vec::len).sum::<usize>();
        let (accepted, new) = (count(self.accepted()), count(self.new_in_each_build()));
        let mut rest = Vec::new();
        if accepted > 0 {
            rest.push(format!("{} accepted", counted(accepted, "difference")));
        }
        if new > 0 {
            rest.push(format!("{new} new in each build"));
        }
        let rest = if rest.is_empty() { String::new() } else { format!(", and {}", rest.join(", ")) };
        match self.different().count() {
            0 => format!("the images are the same: {compared}{rest}"),
            different => format!("{} in {compared}{rest}", counted(different, "difference")),
        }
    }

    /// A difference on a line.
    pub(super) fn line(&self, difference: &Difference) -> String {
        format!("{}: {}", escape_invisible(difference.subject.name()), self.what(difference))
    }

    /// A difference without its subject.
    pub(super) fn what(&self, difference: &Difference) -> String {
        let [first, second] = &self.sides;
        let words = difference.aspect.words();
        let prefix = if difference.aspect == Aspect::Existence { String::new() } else { format!("{words}: ") };
        let text = match &difference.values {
            [Some(old), Some(new)] => {
                format!("{prefix}{} ({}), {} ({})", shortened(old), first.label, shortened(new), second.label)
            }
            [Some(value), None] => format!("{prefix}only in {}: {}", first.label, shortened(value)),
            [None, Some(value)] => format!("{prefix}only in {}: {}", second.label, shortened(value)),
            [None, None] => prefix,
        };
        escape_invisible(&text).into_owned()
    }
}

/// Differences of which those below a directory that is in one image only are counted, and not listed.
pub(super) fn folded<'a>(differences: &[&'a Difference]) -> Vec<(&'a Difference, usize)> {
    let mut folded: Vec<(&Difference, usize)> = Vec::new();
    // the directories in one image only, each with its place in the result
    let mut directories: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for difference in differences {
        let (Subject::File(path), Aspect::Existence) = (&difference.subject, &difference.aspect) else {
            folded.push((difference, 0));
            continue;
        };
        let is_first = difference.values[0].is_some();
        let mut parents = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        let above = parents.find_map(|parent| directories.get(&(parent.to_owned(), is_first)).copied());
        if let Some((_, below)) = above.and_then(|at| folded.get_mut(at)) {
            *below += 1;
            continue;
        }
        if difference.values.iter().flatten().any(|kind| kind == files::DIRECTORY) {
            directories.insert((path.clone(), is_first), folded.len());
        }
        folded.push((difference, 0));
    }
    folded
}

/// The words for files that are counted, and not listed.
pub(super) fn below(count: usize) -> String {
    if count == 0 { String::new() } else { format!(", with {} in it", counted(count, "file")) }
}

/// The differences by reason, as a list.
pub(super) fn reasons(groups: &BTreeMap<&str, Vec<&Difference>>) -> String {
    let reasons: Vec<String> =
        groups.iter().map(|(reason, differences)| format!("{reason} ({})", differences.len())).collect();
    list(&reasons)
}

fn shortened(value: &str) -> std::borrow::Cow<'_, str> {
    let [start, end] = MAX_VALUE;
    truncate_middle(value, start, end)
}

/// A difference without the values of secrets, and without values that look like credentials.
fn without_secrets(difference: Difference, redact: &dyn Fn(&str) -> String) -> Difference {
    let Difference { subject, aspect, values } = difference;
    let name = match &subject {
        Subject::Setting(name) => name.strip_prefix("env.").or_else(|| name.strip_prefix("label.")),
        Subject::File(_) => None,
    };
    let is_path = matches!(aspect, Aspect::PathEntry(_) | Aspect::PathOrder);
    let masks = |value: &String| name.is_some_and(|name| !is_path && is_masked(name, value));
    let is_hidden = values.iter().flatten().any(masks);
    let values = if is_hidden {
        let [old, new] = values;
        let mask = if old.is_some() { "… (other)" } else { "…" };
        [old.map(|_| "…".to_owned()), new.map(|_| mask.to_owned())]
    } else {
        values.map(|value| value.map(|value| redact(&value)))
    };
    let subject = match subject {
        Subject::Setting(name) => Subject::Setting(redact(&name)),
        Subject::File(path) => Subject::File(redact(&path)),
    };
    let aspect = match aspect {
        Aspect::PathEntry(entry) => Aspect::PathEntry(redact(&entry)),
        Aspect::Attribute(name) => Aspect::Attribute(redact(&name)),
        other => other,
    };
    Difference { subject, aspect, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn existence(path: &str, kind: &str, is_first: bool) -> Difference {
        let value = Some(kind.to_owned());
        let values = if is_first { [value, None] } else { [None, value] };
        Difference { subject: Subject::File(path.to_owned()), aspect: Aspect::Existence, values }
    }

    #[test]
    fn files_below_a_directory_in_one_image_are_counted() {
        let differences = [
            existence("/a", "directory", true),
            existence("/a-b", "file", true),
            existence("/a/b", "directory", true),
            existence("/a/b/c", "file", true),
            existence("/a/x", "file", false),
            existence("/f", "file", true),
            existence("/f/x", "file", true),
        ];
        let folded = folded(&differences.iter().collect::<Vec<_>>());
        let shown: Vec<(&str, usize)> = folded.iter().map(|(found, below)| (found.subject.name(), *below)).collect();
        assert_eq!(shown, [("/a", 2), ("/a-b", 0), ("/a/x", 0), ("/f", 0), ("/f/x", 0)]);
        assert_eq!((below(0), below(2)), (String::new(), ", with 2 files in it".to_owned()));
    }

    #[test]
    fn secrets_are_not_shown() {
        let setting = |name: &str, aspect: Aspect, values: [Option<&str>; 2]| {
            let values = values.map(|value| value.map(str::to_owned));
            let difference = Difference { subject: Subject::Setting(name.to_owned()), aspect, values };
            without_secrets(difference, &|text| text.replace("hunter2", "[A]"))
        };
        let text = |text: &str| Some(text.to_owned());
        let found = setting("env.NPM_TOKEN", Aspect::Value, [Some("x"), Some("y")]);
        assert_eq!(found.values, [text("…"), text("… (other)")]);
        let found = setting("label.url", Aspect::Existence, [None, Some("https://a:b@c")]);
        assert_eq!(found.values, [None, text("…")]);
        let found = setting("env.X-hunter2", Aspect::Value, [Some("a hunter2"), Some("y")]);
        assert_eq!((found.subject.name(), found.values), ("env.X-[A]", [text("a [A]"), text("y")]));
        let found = setting("env.PATH", Aspect::PathEntry("/hunter2".to_owned()), [Some("number 1"), None]);
        assert_eq!(found.aspect.detail(), Some("/[A]"));
    }
}
