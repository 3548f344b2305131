//! The findings as GitHub Actions workflow commands, which become annotations.

use railpack2docker::escape::escape_invisible;
use railpack2docker::{Diagnostic, Severity};

use super::subject::Subject;

/// A line for each finding.
pub(super) fn print(plans: &[Subject<'_>]) -> String {
    let lines = |plan: &Subject<'_>| plan.findings.iter().map(|found| command(found, plan) + "\n").collect::<String>();
    plans.iter().map(lines).collect()
}

fn command(found: &Diagnostic, plan: &Subject<'_>) -> String {
    let name = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "notice",
    };
    let mut properties = properties(found, plan);
    properties.push(("title", found.code.name().to_owned()));
    let properties: Vec<String> =
        properties.into_iter().map(|(name, value)| format!("{name}={}", escaped_property(&value))).collect();
    format!("::{name} {}::{}", properties.join(","), escaped(&text(found)))
}

/// File, lines and columns. None for standard input.
fn properties(found: &Diagnostic, plan: &Subject<'_>) -> Vec<(&'static str, String)> {
    let Some(path) = &plan.path else { return Vec::new() };
    let mut properties = vec![("file", path.clone())];
    let Some(location) = &found.location else { return properties };
    let region = plan.region(location);
    properties.push(("line", region.line.to_string()));
    properties.push(("endLine", region.end_line.to_string()));
    if region.line == region.end_line {
        // GitHub accepts columns within one line only
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

/// Text after the `::`.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn escaped_property(value: &str) -> String {
    escaped(value).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::plan_file::PlanFile;
    use railpack2docker::{Code, Options, lint};

    fn printed(plan: &str, text: &str, found: &Diagnostic) -> String {
        let path = (plan != "-").then(|| plan.into());
        print(&[Subject::new(&PlanFile { path, text: text.to_owned() }, std::slice::from_ref(found))])
    }

    #[test]
    fn the_end_of_a_line_or_a_value_is_escaped() {
        let found = Diagnostic::new(Code::NoShell, "100% of a:b, c\n::error::d").with_help("e\rf");
        assert_eq!(
            printed("/a:b,100%\n.json", "", &found),
            "::warning file=/a%3Ab%2C100%25%0A.json,title=no-shell::100%25 of a:b, c\\u{a}::error::d%0Ae\\u{d}f\n"
        );
        assert_eq!(escaped("a%0A\r\n"), "a%250A%0D%0A");
        assert_eq!(escaped_property("%:,"), "%25%3A%2C");
    }

    #[test]
    fn only_a_range_within_a_line_has_columns() {
        let plan = |deploy: &str| format!("{{\n\"deploy\":{deploy}, \"steps\": [] }}");
        let printed = |path: &str, deploy: &str| {
            let found = lint(&plan(deploy), &Options::default());
            let location = found.iter().find(|found| found.code == Code::WrongType).unwrap().location.clone().unwrap();
            printed(path, &plan(deploy), &Diagnostic::new(Code::WrongType, "m").at(&location))
        };
        assert_eq!(
            printed("/p.json", "123"),
            "::error file=/p.json,line=2,endLine=2,col=10,endColumn=13,title=wrong-type::m (at deploy)\n"
        );
        assert_eq!(
            printed("/p.json", "[\n]"),
            "::error file=/p.json,line=2,endLine=3,title=wrong-type::m (at deploy)\n"
        );
        assert_eq!(printed("-", "1"), "::error title=wrong-type::m (at deploy)\n");
    }
}
