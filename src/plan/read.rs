//! Reads the text of a plan field by field, and reports all errors, not just the first.

use std::collections::BTreeMap;

use super::detect::{CONFIG_KEYS, PLAN_KEYS};
use super::json::{Document, Fields, Kind, Node, Read, noted};
use super::{
    Cache, Deploy, Input, Located, NEWEST_RAILPACK, Plan, Source, Step, Variables, command, detect, digest, not_json,
};
use crate::diagnostic::{Code, Diagnostic, Findings, JsonPath, Location, Reported, shortened};

/// Reads a plan. Reports mistakes that Railpack's reader (`core/plan/plan.go`) silently ignores.
pub(crate) fn read(text: &str, strict: bool, findings: &mut Findings) -> Result<Plan, Reported> {
    let plan = read_document(text, findings).map_err(|error| findings.fail(error));
    if strict {
        findings.promote_to_errors(Code::UnknownKey);
    }
    findings.check()?;
    plan
}

fn read_document(text: &str, findings: &mut Findings) -> Read<Plan> {
    const BYTE_ORDER_MARK: &str = "\u{feff}";
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let digest = check_syntax(text, start)?;
    let document = Document::new(text, start);
    let root = document.root();
    let node = detect::find_plan(root.clone(), findings)?;
    let digest = if node.text().len() == root.text().len() {
        digest
    } else {
        digest::digest(node.text()).map_err(|error| syntax_error(text, start, &error))?
    };
    detect::reject_other_formats(&node)?;
    plan(&node, digest, findings)
}

/// Checks that the text is JSON, and returns its digest.
fn check_syntax(text: &str, start: usize) -> Read<String> {
    let json = text.get(start..).unwrap_or_default();
    if json.trim().is_empty() {
        // the location names the file, which matters if there are several
        return Err(Diagnostic::new(Code::EmptyPlan, "the plan is empty")
            .at(&Location::new(JsonPath::default(), start..start))
            .with_help("generate one with `railpack plan --out railpack-plan.json .`"));
    }
    digest::digest(json).map_err(|error| syntax_error(text, start, &error))
}

fn syntax_error(text: &str, start: usize, error: &serde_json::Error) -> Diagnostic {
    let json = text.get(start..).unwrap_or_default();
    let lines_before: usize = json.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut byte = (start + lines_before + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    let end = text.get(byte..).and_then(|rest| rest.chars().next()).map_or(byte, |c| byte + c.len_utf8());
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let found = Diagnostic::new(Code::InvalidJson, format!("invalid JSON: {reason}"))
        .at(&Location::new(JsonPath::default(), byte..end));
    let is_other_file = !json.trim_start().starts_with(['{', '[', '"']);
    if error.is_eof() && !is_other_file {
        found.with_help("the text ends too early: check whether the file is truncated")
    } else if reason.contains("recursion limit") {
        found.with_help("check that this is a plan: no plan is nested this deeply")
    } else {
        match not_json::remedy(text, byte, reason) {
            Some(remedy) => found.with_help(remedy),
            None => found,
        }
    }
}

fn plan(node: &Node<'_>, digest: String, findings: &mut Findings) -> Read<Plan> {
    let fields = Fields::read(node, &PLAN_KEYS, findings)?;
    for key in CONFIG_KEYS {
        if let Some(ignored) = fields.get(key) {
            let message = format!("`{key}` belongs in `railpack.json` and has no effect in a plan");
            findings.push(Diagnostic::new(Code::ConfigKey, message).at(&ignored.location()));
        }
    }
    let steps = steps(&fields, findings);
    let caches = optional(&fields, "caches", findings, caches);
    let secrets = strings(&fields, "secrets", findings);
    let variables = variables(&fields, findings);
    let exclude = strings(&fields, "exclude", findings);
    let deploy = match fields.get("deploy") {
        Some(node) => deploy(node, findings)?,
        None => {
            return Err(Diagnostic::new(Code::MissingKey, "the plan has no `deploy`, so there is no image to build")
                .at(fields.location())
                .with_help("check that this is a plan: every plan from Railpack has a `deploy` key"));
        }
    };
    Ok(Plan {
        digest,
        steps,
        caches,
        secrets: deduplicated(secrets.unwrap_or_default()),
        variables,
        deploy,
        exclude: exclude.unwrap_or_default(),
    })
}

fn steps(fields: &Fields<'_>, findings: &mut Findings) -> Vec<Step> {
    let Some(node) = fields.get("steps") else { return Vec::new() };
    let read = match node.kind() {
        Kind::Array => node.items().map(|items| items.into_iter().map(|item| (None, item)).collect::<Vec<_>>()),
        // the form in Railpack's documentation; sorted, because the order of keys has no meaning
        Kind::Object => node.entries(findings).map(|mut entries| {
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            let name_of = |entry: super::json::Member<'_>| Located {
                location: entry.key_location(),
                value: entry.key.into_owned(),
            };
            entries.into_iter().map(|entry| (Some(name_of(entry.clone())), entry.value)).collect()
        }),
        _ => node.expected("an array of steps"),
    };
    let mut steps = Vec::new();
    for (name, item) in collect(read, findings).unwrap_or_default() {
        let read = step(&item, name, findings);
        steps.extend(collect(read, findings));
    }
    steps
}

const STEP_KEYS: [&str; 8] = ["name", "inputs", "commands", "secrets", "assets", "variables", "env", "caches"];

fn step(node: &Node<'_>, name: Option<Located<String>>, findings: &mut Findings) -> Read<Step> {
    if node.kind() != Kind::Object {
        return node.expected("a step (an object)");
    }
    let fields = Fields::read(node, &STEP_KEYS, findings)?;
    let has_all_secrets = name.is_some() && fields.get("secrets").is_none();
    let name = match name.map_or_else(|| fields.required_string("name"), Ok) {
        Ok(name) if name.value.is_empty() => {
            Err(Diagnostic::new(Code::EmptyName, "empty step name").at(&name.location))
        }
        name => name,
    };
    let commands = list(&fields, "commands", findings, command::read);
    Ok(Step {
        inputs: list(&fields, "inputs", findings, input).unwrap_or_default(),
        commands: commands.unwrap_or_default(),
        secrets: deduplicated(strings(&fields, "secrets", findings).unwrap_or_default()),
        has_all_secrets,
        assets: string_map(&fields, "assets", findings),
        variables: variables(&fields, findings),
        caches: deduplicated(strings(&fields, "caches", findings).unwrap_or_default()),
        // last, so that all errors in the step are found
        name: name?,
    })
}

const INPUT_KEYS: [&str; 6] = ["image", "step", "local", "spread", "include", "exclude"];

fn input(node: &Node<'_>, findings: &mut Findings) -> Read<Input> {
    let fields = match node.kind() {
        Kind::String => return input_shorthand(node),
        Kind::Object => Fields::read(node, &INPUT_KEYS, findings)?,
        _ => return node.expected("an input (an object or a string)"),
    };
    let location = node.location();
    if let Some(spread) = fields.get("spread") {
        return Err(command::spread_in_plan(&spread.location()));
    }
    let include = strings(&fields, "include", findings);
    let exclude = strings(&fields, "exclude", findings).unwrap_or_default();
    let local = noted(fields.get("local").map(Node::boolean).transpose(), findings);
    let [image, step] = ["image", "step"].map(|key| noted(fields.string(key), findings));
    let mut sources = Vec::new();
    let is_given = |name: &Located<String>| !name.value.is_empty();
    sources.extend(image?.filter(is_given).map(Source::Image));
    sources.extend(step?.filter(is_given).map(Source::Step));
    if local? == Some(true) {
        sources.push(Source::Local);
    }
    let help = "write an input as `{\"image\": …}`, `{\"step\": …}` or `{\"local\": true}`";
    let source = match (sources.pop(), sources.is_empty()) {
        (Some(source), true) => source,
        (Some(_), false) => {
            return Err(Diagnostic::new(Code::AmbiguousInput, "input has more than one source")
                .at(&location)
                .with_help(help));
        }
        (None, _) => {
            return Err(Diagnostic::new(Code::UnknownInput, "input has no source").at(&location).with_help(help));
        }
    };
    Ok(Input { location, source, include, exclude })
}

fn input_shorthand(node: &Node<'_>) -> Read<Input> {
    let text = node.located_string()?;
    let location = text.location.clone();
    let dot = |location: &Location| Some(vec![Located { value: ".".to_owned(), location: location.clone() }]);
    match text.value.as_str() {
        "." => Ok(Input { include: dot(&location), location, source: Source::Local, exclude: Vec::new() }),
        "..." => Err(command::spread_in_plan(&location)),
        other => match other.strip_prefix('$').filter(|name| !name.is_empty()) {
            Some(name) => {
                let step = Located { value: name.to_owned(), location: location.clone() };
                Ok(Input { location, source: Source::Step(step), include: None, exclude: Vec::new() })
            }
            None => Err(Diagnostic::new(Code::UnknownInput, format!("invalid input `{other}`"))
                .at(&location)
                .with_help(format!(
                    "write `{{\"image\": \"{}\"}}` for an image, `.` for the local files, or `$step` for a step",
                    shortened(other)
                ))),
        },
    }
}

fn caches(node: &Node<'_>, findings: &mut Findings) -> Read<BTreeMap<String, Cache>> {
    let mut caches = BTreeMap::new();
    for entry in node.entries(findings)? {
        let cache = cache(&entry.value, findings);
        if let Some(cache) = collect(cache, findings) {
            caches.insert(entry.key.into_owned(), cache);
        }
    }
    Ok(caches)
}

fn cache(node: &Node<'_>, findings: &mut Findings) -> Read<Cache> {
    let fields = Fields::read(node, &["directory", "type"], findings)?;
    let directory = noted(fields.required_string("directory"), findings);
    let locked = match fields.string("type")? {
        None => false,
        Some(kind) => match kind.value.as_str() {
            "locked" => true,
            "shared" | "" => false,
            other => {
                return Err(Diagnostic::new(Code::UnknownCacheType, format!("unknown cache type `{other}`"))
                    .at(&kind.location)
                    .with_help("use `shared` or `locked`"));
            }
        },
    };
    Ok(Cache { directory: directory?, locked })
}

const DEPLOY_KEYS: [&str; 6] = ["base", "inputs", "startCommand", "variables", "env", "paths"];

/// Keys that pull requests of Railpack add to `deploy`, and the options that do the same.
const NEWER_DEPLOY_KEYS: [(&str, &str); 3] =
    [("user", "--user"), ("healthcheck", "--healthcheck"), ("entrypoint", "--entrypoint")];

/// Keys of `deploy` that have a finding of their own.
pub(super) const IGNORED_DEPLOY_KEYS: [&str; 4] = {
    let [(user, _), (healthcheck, _), (entrypoint, _)] = NEWER_DEPLOY_KEYS;
    ["aptPackages", user, healthcheck, entrypoint]
};

fn deploy(node: &Node<'_>, findings: &mut Findings) -> Read<Deploy> {
    let known = [DEPLOY_KEYS.as_slice(), &IGNORED_DEPLOY_KEYS].concat();
    let fields = Fields::read(node, &known, findings)?;
    if let Some(ignored) = fields.get("aptPackages") {
        let message = "`aptPackages` belongs in `railpack.json` and has no effect in a plan";
        findings.push(Diagnostic::new(Code::ConfigKey, message).at(&ignored.location()));
    }
    for (key, option) in NEWER_DEPLOY_KEYS {
        if let Some(newer) = fields.keys().find(|member| member.key == key) {
            let message = format!(
                "key `{key}` is from a Railpack newer than {NEWEST_RAILPACK} and has no effect on the Dockerfile"
            );
            let found = Diagnostic::new(Code::UnknownKey, message).at(&newer.key_location());
            findings.push(found.with_help(format!("pass `{option}` to railpack2docker")));
        }
    }
    let mut inputs = list(&fields, "inputs", findings, input).unwrap_or_default();
    let start_command = noted(fields.string("startCommand"), findings);
    let variables = variables(&fields, findings);
    let paths = strings(&fields, "paths", findings).unwrap_or_default();
    let base = match fields.get("base") {
        Some(base) => input(base, findings)?,
        // plans from v0.0.23 to v0.0.60
        None if inputs
            .first()
            .is_some_and(|first| first.include.as_ref().is_none_or(Vec::is_empty) && first.exclude.is_empty()) =>
        {
            let base = inputs.remove(0);
            let message = "`deploy` has no `base`; using its first input, as Railpack did before v0.0.61";
            findings.push(
                Diagnostic::new(Code::OldDeploy, message)
                    .at(&base.location)
                    .with_help("regenerate the plan with a newer Railpack"),
            );
            base
        }
        None => {
            return Err(Diagnostic::new(Code::MissingKey, "`deploy` has no `base` for the image to start from")
                .at(fields.location())
                .with_help("add `\"base\": {\"image\": …}` or `\"base\": {\"step\": …}`"));
        }
    };
    Ok(Deploy { location: fields.location().clone(), base, inputs, start_command: start_command?, variables, paths })
}

/// Reads `variables`, which the documentation calls `env`.
fn variables(fields: &Fields<'_>, findings: &mut Findings) -> Variables {
    if let (Some(env), Some(variables)) = (fields.get("env"), fields.get("variables")) {
        findings.push(
            Diagnostic::new(Code::DuplicateKey, "both `env` and `variables` are set")
                .at(&env.location())
                .with_related(&variables.location(), "`variables` is here")
                .with_help("remove one of the two: they mean the same thing"),
        );
    }
    let key = if fields.get("env").is_some() { "env" } else { "variables" };
    string_map(fields, key, findings)
}

fn string_map(fields: &Fields<'_>, key: &str, findings: &mut Findings) -> BTreeMap<String, Located<String>> {
    optional(fields, key, findings, |node, findings| {
        let mut map = BTreeMap::new();
        for entry in node.entries(findings)? {
            // as in Go, null is the empty string here
            let value = match entry.value.kind() {
                Kind::Null => Ok(Located { value: String::new(), location: entry.value.location() }),
                _ => entry.value.located_string(),
            };
            if let Some(value) = collect(value, findings) {
                map.insert(entry.key.into_owned(), value);
            }
        }
        Ok(map)
    })
}

fn strings(fields: &Fields<'_>, key: &str, findings: &mut Findings) -> Option<Vec<Located<String>>> {
    list(fields, key, findings, |node, _| node.located_string())
}

/// Reads the items of an array, and reports those that can't be read.
fn list<'a, T>(
    fields: &Fields<'a>,
    key: &str,
    findings: &mut Findings,
    read: impl Fn(&Node<'a>, &mut Findings) -> Read<T>,
) -> Option<Vec<T>> {
    let items = collect(fields.get(key)?.items(), findings)?;
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        let value = read(&item, findings);
        list.extend(collect(value, findings));
    }
    Some(list)
}

fn optional<'a, T: Default>(
    fields: &Fields<'a>,
    key: &str,
    findings: &mut Findings,
    read: impl Fn(&Node<'a>, &mut Findings) -> Read<T>,
) -> T {
    let Some(node) = fields.get(key) else { return T::default() };
    let value = read(node, findings);
    collect(value, findings).unwrap_or_default()
}

fn collect<T>(read: Read<T>, findings: &mut Findings) -> Option<T> {
    read.map_err(|diagnostic| findings.push(diagnostic)).ok()
}

fn deduplicated(names: Vec<Located<String>>) -> Vec<Located<String>> {
    let mut seen = std::collections::BTreeSet::new();
    names.into_iter().filter(|name| seen.insert(name.value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The code and path of each finding.
    fn findings_of(plan: &Value) -> Vec<(&'static str, String)> {
        let mut findings = Findings::default();
        // errors are among the findings
        let _ = read(&plan.to_string(), false, &mut findings);
        let all = findings.into_sorted();
        all.iter().map(|found| (found.code.name(), found.location.as_ref().unwrap().path().to_string())).collect()
    }

    #[test]
    fn keys_of_a_newer_railpack_have_a_remedy() {
        let plan =
            json!({ "deploy": { "base": { "image": "x" }, "user": "app", "healthcheck": {}, "entrypoint": null } });
        let found = |strict| {
            let mut findings = Findings::default();
            let is_read = read(&plan.to_string(), strict, &mut findings).is_ok();
            (is_read, findings.into_sorted())
        };
        let (is_read, findings) = found(false);
        assert!(is_read);
        let shown: Vec<String> = findings
            .iter()
            .map(|found| format!("{}: {} ({})", found.code, found.message, found.help.as_deref().unwrap_or_default()))
            .collect();
        let newer = "is from a Railpack newer than 0.37.0 and has no effect on the Dockerfile";
        assert_eq!(
            shown,
            [
                format!("unknown-key: key `healthcheck` {newer} (pass `--healthcheck` to railpack2docker)"),
                format!("unknown-key: key `user` {newer} (pass `--user` to railpack2docker)"),
            ]
        );
        assert!(!found(true).0);
    }

    #[test]
    fn wrong_types_are_reported_at_their_location() {
        let image = json!({ "base": { "image": "x" } });
        let step = |step: Value| json!({ "steps": [step], "deploy": image });
        for (plan, location) in [
            (json!({ "steps": "a", "deploy": image }), "steps"),
            (step(json!("a")), "steps[0]"),
            (step(json!({ "name": "a", "inputs": [1] })), "steps[0].inputs[0]"),
            (step(json!({ "name": "a", "inputs": { "step": "b" } })), "steps[0].inputs"),
            (step(json!({ "name": "a", "assets": ["f"] })), "steps[0].assets"),
            (step(json!({ "name": "a", "variables": { "A": true } })), "steps[0].variables.A"),
        ] {
            assert_eq!(findings_of(&plan), [("wrong-type", location.to_owned())]);
        }
    }

    #[test]
    fn all_wrong_types_are_reported_at_once() {
        let plan = json!({
            "steps": [
                { "name": 1, "inputs": "alpine", "commands": "make" },
                { "name": "b", "inputs": [{ "image": 3, "local": "yes", "include": 1 }], "secrets": "X" },
                { "name": "c", "commands": [{ "src": 1, "dest": 2 }, { "path": 1, "name": 2, "mode": "x" }] },
            ],
            "caches": { "a": { "directory": 3, "type": 4 } },
            "deploy": { "base": { "image": 4 }, "inputs": [{ "step": 2 }], "startCommand": 5, "paths": "x" },
            "secrets": "a",
        });
        let mut wrong = findings_of(&plan);
        assert!(wrong.iter().all(|(code, _)| *code == "wrong-type"), "{wrong:?}");
        wrong.sort();
        let paths: Vec<&str> = wrong.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "caches.a.directory",
                "caches.a.type",
                "deploy.base.image",
                "deploy.inputs[0].step",
                "deploy.paths",
                "deploy.startCommand",
                "secrets",
                "steps[0].commands",
                "steps[0].inputs",
                "steps[0].name",
                "steps[1].inputs[0].image",
                "steps[1].inputs[0].include",
                "steps[1].inputs[0].local",
                "steps[1].secrets",
                "steps[2].commands[0].dest",
                "steps[2].commands[0].src",
                "steps[2].commands[1].mode",
                "steps[2].commands[1].name",
                "steps[2].commands[1].path",
            ]
        );
    }

    #[test]
    fn files_of_other_tools_are_named() {
        for (document, code, said) in [
            (
                json!({ "$schema": "https://schema.railpack.com", "packages": { "node": "22" }, "deploy": { "startCommand": "x" } }),
                "config-file",
                "it has no `deploy.base`",
            ),
            (json!({ "provider": "node" }), "config-file", "it has no `deploy.base`"),
            (json!({ "packages": { "node": "22" } }), "config-file", "it has no `deploy.base`"),
            (json!({ "buildAptPackages": ["git"] }), "config-file", "it has no `deploy.base`"),
            (json!({ "deploy": { "aptPackages": ["git"] } }), "config-file", "it has no `deploy.base`"),
            (json!({ "$schema": "https://schema.railpack.com" }), "config-file", "it has no `deploy.base`"),
            (json!({ "steps": { "install": { "commands": ["npm ci"] } } }), "config-file", "it has no `deploy.base`"),
            (json!({ "packages": {}, "steps": { "a": { "commands": ["..."] } } }), "config-file", "`\"...\"`"),
            (json!({ "name": "a", "version": "1", "scripts": {} }), "not-a-plan", "this is a `package.json`"),
            (json!({ "name": "a", "lockfileVersion": 3, "packages": {} }), "not-a-plan", "a `package-lock.json`"),
            (json!({ "require": {} }), "not-a-plan", "this is a `composer.json`"),
            (json!({ "services": { "web": {} } }), "not-a-plan", "this is a Compose file"),
            (json!({ "build": { "builder": "RAILPACK" }, "deploy": {} }), "not-a-plan", "this is a `railway.json`"),
            (json!({}), "missing-key", "the plan has no `deploy`"),
        ] {
            let mut findings = Findings::default();
            let _ = read(&document.to_string(), false, &mut findings);
            let found = findings.into_sorted();
            assert_eq!(found.len(), 1, "{document}: {found:?}");
            assert_eq!(found[0].code.name(), code, "{document}");
            assert!(found[0].message.contains(said), "{}", found[0].message);
            assert!(code == "missing-key" || found[0].help.as_ref().unwrap().contains("railpack plan --out"));
        }
        // a plan by itself, in the form of Railpack's documentation
        let documented = json!({ "packages": {}, "steps": { "a": { "inputs": [{ "image": "x" }], "commands": ["make"] } }, "deploy": { "base": { "step": "a" } } });
        assert_eq!(findings_of(&documented), [("config-key", "packages".to_owned())]);
    }

    #[test]
    fn input_has_one_source_or_is_a_shorthand() {
        for (input, code, location) in [
            (json!("a"), "unknown-input", "steps[0].inputs[0]"),
            (json!("$"), "unknown-input", "steps[0].inputs[0]"),
            (json!("..."), "spread-in-plan", "steps[0].inputs[0]"),
            (json!({ "spread": true }), "spread-in-plan", "steps[0].inputs[0].spread"),
            (json!({ "local": false }), "unknown-input", "steps[0].inputs[0]"),
            (json!({ "local": true, "image": "x" }), "ambiguous-input", "steps[0].inputs[0]"),
        ] {
            let plan = json!({ "steps": [{ "name": "a", "inputs": [input] }], "deploy": { "base": { "image": "x" } } });
            assert_eq!(findings_of(&plan), [(code, location.to_owned())], "{input}");
        }
    }

    #[test]
    fn string_command_requires_the_documented_arguments() {
        for (command, codes) in [
            ("COPY:a", vec!["invalid-string-command", "string-command"]),
            ("FILE:a b c", vec!["invalid-string-command", "string-command"]),
            ("FILE:/a b", vec!["string-command"]),
            ("PATH:/a b", vec!["string-command"]),
        ] {
            let step = json!({ "name": "a", "inputs": [{ "image": "x" }], "commands": [command] });
            let found = findings_of(&json!({ "steps": [step], "deploy": { "base": { "image": "x" } } }));
            assert!(found.iter().all(|(_, location)| location == "steps[0].commands[0]"), "{found:?}");
            assert_eq!(found.iter().map(|(code, _)| *code).collect::<Vec<_>>(), codes, "{command}");
        }
    }

    #[test]
    fn image_requires_a_base() {
        let filtered = json!({ "image": "x", "include": ["/a"] });
        for (deploy, code, location) in [
            (json!({}), "missing-key", "deploy"),
            (json!({ "inputs": [filtered] }), "missing-key", "deploy"),
            (json!({ "inputs": [{ "image": "x" }] }), "old-deploy", "deploy.inputs[0]"),
            (json!({ "base": { "image": "x" }, "aptPackages": ["git"] }), "config-key", "deploy.aptPackages"),
            (json!({ "base": { "image": "x" }, "env": {}, "variables": {} }), "duplicate-key", "deploy.env"),
        ] {
            assert_eq!(
                findings_of(&json!({ "steps": [], "deploy": deploy })),
                [(code, location.to_owned())],
                "{deploy}"
            );
        }
    }

    #[test]
    fn null_is_an_empty_variable() {
        let plan = json!({ "steps": [], "deploy": { "base": { "image": "x" }, "variables": { "A": null } } });
        let plan = read(&plan.to_string(), false, &mut Findings::default()).unwrap();
        assert_eq!(plan.deploy.variables["A"].value, "");
    }
}
