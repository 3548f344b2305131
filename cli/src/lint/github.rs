//! The findings as workflow commands of GitHub Actions, which makes annotations of them.

use super::subject::Subject;
use crate::escape::escape_invisible;
use crate::{Diagnostic, Severity};

/// A line for each finding.
pub(super) fn commands(findings: &[Diagnostic], plan: &Subject<'_>) -> String {
    findings.iter().map(|found| command(found, plan) + "\n").collect()
}

fn command(found: &Diagnostic, plan: &Subject<'_>) -> String {
    let name = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = properties(found, plan);
    properties.push(("title", found.code.to_owned()));
    let properties: Vec<String> =
        properties.into_iter().map(|(name, value)| format!("{name}={}", escaped_property(&value))).collect();
    format!("::{name} {}::{}", properties.join(","), escaped(&text(found)))
}

/// File, lines and columns. Lines of standard input are those of no file.
fn properties(found: &Diagnostic, plan: &Subject<'_>) -> Vec<(&'static str, String)> {
    let Some(path) = &plan.path else { return Vec::new() };
    let mut properties = vec![("file", path.clone())];
    let Some(location) = &found.location else { return properties };
    let region = plan.region(location);
    properties.push(("line", region.line.to_string()));
    properties.push(("endLine", region.end_line.to_string()));
    if region.line == region.end_line {
        // GitHub takes columns of one line only
        properties.push(("col", region.column.to_string()));
        properties.push(("endColumn", region.end_column.to_string()));
    }
    properties
}

fn text(found: &Diagnostic) -> String {
    let path = found.location.as_ref().map(|location| location.path().to_string()).filter(|path| !path.is_empty());
    let at = path.map(|path| format!(" (at {})", escape_invisible(&path))).unwrap_or_default();
    let help = found.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    format!("{}{at}{help}", found.message)
}

/// Text behind the `::`.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn escaped_property(value: &str) -> String {
    escaped(value).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::PlanFile;
    use super::*;
    use crate::diagnostic::{Location, Path};

    fn shown(plan: &str, found: &Diagnostic) -> String {
        let path = (plan != "-").then(|| plan.into());
        commands(std::slice::from_ref(found), &Subject::of(&PlanFile { path, text: "{\n\"a\": [\n1]}".to_owned() }))
    }

    #[test]
    fn what_would_end_a_line_or_a_value_is_escaped() {
        let found = Diagnostic::warning("x", "100% of a:b, c\n::error::d").with_help("e\rf");
        assert_eq!(
            shown("a:b,100%\n.json", &found),
            "::warning file=a%3Ab%2C100%25%0A.json,title=x::100%25 of a:b, c\\u{a}::error::d%0Ae\\u{d}f\n"
        );
        assert_eq!(escaped("a%0A\r\n"), "a%250A%0D%0A");
        assert_eq!(escaped_property("%:,"), "%25%3A%2C");
    }

    #[test]
    fn columns_are_those_of_one_line() {
        let key = Path::default().key("a");
        let found = Diagnostic::error("x", "m").at(&Location::new(key.clone(), 2..5));
        assert_eq!(
            shown("p.json", &found),
            "::error file=p.json,line=2,endLine=2,col=1,endColumn=4,title=x::m (at a)\n"
        );
        let found = Diagnostic::note("x", "m").at(&Location::new(key, 7..11));
        assert_eq!(shown("p.json", &found), "::notice file=p.json,line=2,endLine=3,title=x::m (at a)\n");
        assert_eq!(shown("-", &found), "::notice title=x::m (at a)\n");
    }
}
