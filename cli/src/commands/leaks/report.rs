//! The leaks, and the reasons why a search is incomplete, for people and for programs.

use railpack2docker::escape::escape_invisible_json;
use railpack2docker::{Code, Diagnostic, text};
use serde_json::{Value, json};

use super::contents::{Contents, Gap};
use super::encode::Encoding;
use super::leak::{FilePart, Leak, Part};
use super::patterns::Patterns;
use crate::output::counts::counted;

/// The findings for leaks. Copies of a config, such as those for several platforms, are one.
pub(super) fn findings(leaks: &[Leak]) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = leaks.iter().map(finding).collect();
    findings.dedup();
    findings
}

fn finding(leak: &Leak) -> Diagnostic {
    let encodings: Vec<&str> =
        leak.encodings.iter().map(|encoding| encoding.phrase()).filter(|it| !it.is_empty()).collect();
    let is_plain = leak.encodings.contains(&Encoding::Plain);
    let encoded = if is_plain { String::new() } else { format!(", {}", text::list(&encodings)) };
    let message = format!("`{}` is in {}: {}{encoded}", leak.secret, leak.source, location(leak));
    let found = Diagnostic::new(Code::LeakedSecret, message);
    match origin(leak) {
        Some(origin) => found.with_help(origin),
        None => found,
    }
}

/// The location within the source.
fn location(leak: &Leak) -> String {
    let field = leak.field.as_ref().map(|field| format!(", `{field}`")).unwrap_or_default();
    match leak.part {
        Part::Config => format!("the image config{field}"),
        Part::Manifest => format!("a manifest{field}"),
        Part::Provenance => format!("the provenance{field}"),
        Part::Sbom => format!("the SBOM{field}"),
        Part::Attestation => format!("an attestation{field}"),
        Part::CacheConfig => format!("the config of the cache{field}"),
        Part::Layer | Part::CacheLayer => format!("{}{}", layer(leak), file(leak)),
        Part::Log => format!("line {}", leak.line.unwrap_or_default()),
        Part::Other => {
            let name = leak.digest.as_ref().or(leak.path.as_ref()).map(|name| format!("`{name}`"));
            format!("{}{field}", name.unwrap_or_else(|| "after the end of the archive".to_owned()))
        }
    }
}

fn layer(leak: &Leak) -> String {
    match (leak.layer, leak.layers) {
        (Some(number), Some(count)) => format!("layer {number} of {count}"),
        _ if leak.part == Part::CacheLayer => "a layer of the cache".to_owned(),
        _ => "a layer that no image lists".to_owned(),
    }
}

fn file(leak: &Leak) -> String {
    let Some(path) = &leak.path else { return String::new() };
    match leak.aspect {
        Some(FilePart::Name) => format!(", the name of `{path}`"),
        Some(FilePart::LinkTarget) => format!(", the link target of `{path}`"),
        Some(FilePart::Attribute) => format!(", the attributes of `{path}`"),
        _ => format!(", `{path}`"),
    }
}

/// The origin of a leak: the layer by its digest, and the instruction.
fn origin(leak: &Leak) -> Option<String> {
    let is_layer = matches!(leak.part, Part::Layer | Part::CacheLayer);
    let digest = leak.digest.as_deref().filter(|_| is_layer).map(short);
    match (digest, &leak.command) {
        (Some(digest), Some(command)) => Some(format!("layer `{digest}` is from `{command}`")),
        (Some(digest), None) => Some(format!("it is in layer `{digest}`")),
        (None, Some(command)) => Some(format!("it is from `{command}`")),
        (None, None) => None,
    }
}

/// The start of a digest, as docker prints it.
fn short(digest: &str) -> &str {
    let hex = digest.split_once(':').map_or(digest, |(_, hex)| hex);
    hex.get(..12).unwrap_or(hex)
}

/// The reasons why the search of a source is incomplete.
pub(super) fn gaps(source: &str, contents: &Contents) -> Vec<Diagnostic> {
    let note = |(gap, (first, count)): (&Gap, &(String, usize))| {
        let files = if *count == 1 { format!("`{first}`") } else { format!("`{first}` and {} more", count - 1) };
        let what = match gap {
            Gap::Expanded => format!("only the start of {files} was searched: too large after decompression"),
            Gap::Nested => format!("{files} was not decompressed: too many compressed files within each other"),
            Gap::Corrupt => format!("{files} was not decompressed to its end: the file is corrupt"),
            Gap::Places => "too many occurrences to list all".to_owned(),
        };
        Diagnostic::new(Code::PartialSearch, format!("{source}: {what}"))
    };
    contents.gaps.iter().map(note).collect()
}

/// The notes about secrets that were not searched for.
pub(super) fn unsearched(patterns: &Patterns, missing: &[(String, String)]) -> Vec<Diagnostic> {
    let short = patterns.short().iter().map(|name| {
        Diagnostic::new(Code::ShortSecret, format!("`{name}` was not searched for: it is shorter than 8 bytes"))
    });
    let missing = missing.iter().map(|(name, why)| {
        let message = format!("`{name}` was not searched for: it has no value ({why})");
        Diagnostic::new(Code::UnsearchedSecret, message)
    });
    short.chain(missing).collect()
}

/// The last line for people, after this number of findings.
pub(super) fn summary(findings: usize, leaks: &[Leak], patterns: &Patterns) -> String {
    let searched = patterns.secrets().len();
    match findings {
        0 if searched == 0 => "no secrets to search for\n".to_owned(),
        0 => format!("no leaks found ({} searched for)\n", counted(searched, "secret")),
        found => {
            let mut names: Vec<&str> = leaks.iter().map(|leak| leak.secret.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            let secrets = counted(names.len(), "secret");
            format!("{} of {secrets}; replace the value of each, and build without it\n", counted(found, "leak"))
        }
    }
}

/// The leaks as a JSON document.
pub(super) fn document(
    leaks: &[Leak],
    patterns: &Patterns,
    missing: &[(String, String)],
    partial: &[Diagnostic],
) -> String {
    let mut skipped: Vec<&str> =
        patterns.short().iter().chain(missing.iter().map(|(name, _)| name)).map(String::as_str).collect();
    skipped.sort_unstable();
    let partial: Vec<&str> = partial.iter().map(|note| note.message.as_str()).collect();
    let leaks: Vec<Value> = leaks.iter().filter_map(|leak| serde_json::to_value(leak).ok()).collect();
    let document = json!({ "secrets": patterns.secrets(), "skipped": skipped, "partial": partial, "leaks": leaks });
    escape_invisible_json(&format!("{document:#}")) + "\n"
}
