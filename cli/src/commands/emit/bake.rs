//! A file for `docker buildx bake`, in HCL or JSON: a target for each plan, and a group for all.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use railpack2docker::Diagnostic;
use railpack2docker::header::Destination;
use railpack2docker::shell::word;
use serde_json::json;

use super::file::{Content, Emission};
use super::target::{Hash, Target};
use super::text::Quoted;

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    /// An expression of this module, which is not quoted.
    Expression(&'static str),
    /// The value of a variable.
    Variable(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

/// A block with a label and attributes.
struct Block {
    kind: &'static str,
    label: String,
    attributes: Vec<(&'static str, Value)>,
}

/// The time, which is new in each run.
const TIME: Value = Value::Expression("timestamp()");

/// The default of a variable that is not set in the environment. Bake leaves out such a build arg.
const UNSET: Value = Value::Expression("null");

pub(super) fn content(emission: &Emission<'_>) -> Result<Content, Diagnostic> {
    emission.check_variables()?;
    let blocks = blocks(emission);
    let body = if emission.args.is_json() { to_json(&blocks) } else { to_hcl(&blocks) };
    Ok(Content { usage: usage(emission), body })
}

fn usage(emission: &Emission<'_>) -> Vec<String> {
    let mut command = format!("  docker buildx bake -f {}", word(&emission.file));
    // bake asks before it reads what is outside of the current directory
    let outside = |target: &&Target| target.context.starts_with("..") || target.dockerfile.starts_with("..");
    if emission.targets.iter().any(|target| outside(&target)) {
        command.push_str(" --allow fs.read=*");
    }
    if emission.targets.iter().any(|target| target.command.ssh.is_some()) {
        command.push_str(" --allow ssh");
    }
    if emission.targets.iter().any(|target| target.command.destination == Destination::Load) {
        command.push_str(" --allow fs.write=.");
    }
    let exports = emission.exports().into_iter().map(|line| format!("  {line}"));
    let first = ["Build all images, or those of the targets that you name, in this directory:".to_owned()];
    let has_secrets = emission.targets.iter().any(|target| target.secrets().next().is_some());
    let note = "If the variable of a secret is not set, the build gets an empty secret, and does not fail.".to_owned();
    first.into_iter().chain(exports).chain([command]).chain(has_secrets.then_some(note)).collect()
}

fn blocks(emission: &Emission<'_>) -> Vec<Block> {
    let names = emission.targets.iter().map(|target| Value::Text(target.name.clone())).collect();
    let group = Block { kind: "group", label: "default".to_owned(), attributes: vec![("targets", Value::List(names))] };
    let variables = variables(emission).into_iter().map(|(label, default)| Block {
        kind: "variable",
        label,
        attributes: default.map(|default| ("default", default)).into_iter().collect(),
    });
    variables.chain([group]).chain(emission.targets.iter().map(|target| block(emission, target))).collect()
}

/// The variables that are set from the environment, and their defaults.
fn variables(emission: &Emission<'_>) -> BTreeMap<String, Option<Value>> {
    let mut variables = BTreeMap::new();
    for target in &emission.targets {
        if let Some(hash) = &target.hash {
            let default = (*hash == Hash::Fresh).then_some(TIME);
            variables.insert(emission.hash_variable(target), default);
        }
        if target.is_reproducible() {
            variables.insert("SOURCE_DATE_EPOCH".to_owned(), Some(Value::Text("0".to_owned())));
        }
        for name in &target.command.build_args {
            variables.entry(name.clone()).or_insert(Some(UNSET));
        }
    }
    variables
}

fn block(emission: &Emission<'_>, target: &Target) -> Block {
    let text = |text: &str| Value::Text(text.to_owned());
    let list = |texts: Vec<String>| Value::List(texts.into_iter().map(Value::Text).collect());
    let command = &target.command;
    let mut attributes = vec![
        ("context", text(&target.context)),
        ("dockerfile", text(&target.dockerfile_in_context)),
        ("tags", list(vec![emission.image(target)])),
    ];
    let mut args: Vec<(String, Value)> = Vec::new();
    if target.hash.is_some() {
        args.push(("SECRETS_HASH".to_owned(), Value::Variable(emission.hash_variable(target))));
    }
    args.extend(command.build_args.iter().map(|name| (name.clone(), Value::Variable(name.clone()))));
    if target.is_reproducible() {
        args.push(("SOURCE_DATE_EPOCH".to_owned(), Value::Variable("SOURCE_DATE_EPOCH".to_owned())));
    }
    let cache = emission.cache(target).map(|cache| format!("type=registry,ref={cache}"));
    let file = format!("{}.tar", target.name);
    let archive = if command.platforms.len() > 1 { "oci" } else { "docker" };
    let output = match command.destination {
        Destination::Default => None,
        Destination::Push => Some("type=registry".to_owned()),
        Destination::PushRewritten => Some("type=image,push=true,rewrite-timestamp=true".to_owned()),
        Destination::Load => Some(format!("type={archive},dest={file},rewrite-timestamp=true")),
    };
    let provenance = target.is_reproducible().then(|| "type=provenance,disabled=true".to_owned());
    let optional = [
        ("platforms", list(command.platforms.clone())),
        ("secret", list(command.secrets.iter().map(railpack2docker::header::SecretFlag::field).collect())),
        ("ssh", list(command.ssh.iter().cloned().collect())),
        ("args", Value::Map(args)),
        ("cache-from", list(cache.iter().cloned().collect())),
        ("cache-to", list(cache.iter().map(|cache| format!("{cache},mode=max")).collect())),
        ("output", list(output.into_iter().collect())),
        ("attest", list(provenance.into_iter().collect())),
    ];
    attributes.extend(optional.into_iter().filter(|(_, value)| !value.is_empty()));
    Block { kind: "target", label: target.name.clone(), attributes }
}

impl Value {
    fn is_empty(&self) -> bool {
        matches!(self, Self::List(list) if list.is_empty()) || matches!(self, Self::Map(map) if map.is_empty())
    }

    fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => json!(literal(text)),
            Self::Expression(expression) => json!(format!("${{{expression}}}")),
            Self::Variable(name) => json!(format!("${{{name}}}")),
            Self::List(list) => list.iter().map(Self::to_json).collect(),
            Self::Map(map) => map.iter().map(|(key, value)| (literal(key), value.to_json())).collect(),
        }
    }
}

/// A text in JSON that is not a template: each character that could begin a part of one is an expression.
fn literal(text: &str) -> String {
    if !text.contains("${") && !text.contains("%{") {
        return text.to_owned();
    }
    let mut literal = String::new();
    for c in text.chars() {
        match c {
            '$' => literal.push_str("${\"$\"}"),
            '%' => literal.push_str("${\"%\"}"),
            c => literal.push(c),
        }
    }
    literal
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => {
                // quoted first: these escapes are not those of the text
                let quoted = Quoted(text).to_string();
                f.write_str(&quoted.replace("${", "\\u0024{").replace("%{", "\\u0025{"))
            }
            Self::Expression(expression) => f.write_str(expression),
            Self::Variable(name) => f.write_str(name),
            Self::List(list) => {
                let items: Vec<String> = list.iter().map(ToString::to_string).collect();
                match items.as_slice() {
                    [] | [_] => write!(f, "[{}]", items.join(", ")),
                    _ => write!(f, "[\n    {},\n  ]", items.join(",\n    ")),
                }
            }
            Self::Map(map) => {
                f.write_str("{")?;
                let keys: Vec<String> = map.iter().map(|(key, _)| Self::Text(key.clone()).to_string()).collect();
                let width = keys.iter().map(|key| key.chars().count()).max().unwrap_or_default();
                for (key, (_, value)) in keys.iter().zip(map) {
                    write!(f, "\n    {key:width$} = {value}")?;
                }
                f.write_str("\n  }")
            }
        }
    }
}

fn to_hcl(blocks: &[Block]) -> String {
    let mut hcl = String::new();
    for block in blocks {
        let separator = if hcl.is_empty() { "" } else { "\n" };
        hcl.push_str(&format!("{separator}{} {} {{", block.kind, Quoted(&block.label)));
        let width = block.attributes.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
        for (key, value) in &block.attributes {
            // writing to a string can't fail
            let _ = write!(hcl, "\n  {key:width$} = {value}");
        }
        hcl.push_str(if block.attributes.is_empty() { "}\n" } else { "\n}\n" });
    }
    hcl
}

fn to_json(blocks: &[Block]) -> String {
    let mut document = serde_json::Map::new();
    for block in blocks {
        let attributes: serde_json::Map<_, _> =
            block.attributes.iter().map(|(key, value)| ((*key).to_owned(), value.to_json())).collect();
        let of_kind = document.entry(block.kind).or_insert_with(|| json!({}));
        if let Some(of_kind) = of_kind.as_object_mut() {
            of_kind.insert(block.label.clone(), attributes.into());
        }
    }
    railpack2docker::escape::escape_invisible_json(&format!("{:#}\n", serde_json::Value::from(document)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn block(texts: &[String]) -> Block {
        let list = Value::List(texts.iter().cloned().map(Value::Text).collect());
        let map = texts.iter().map(|text| (text.clone(), Value::Text(text.clone()))).collect();
        let attributes =
            vec![("list", list), ("args", Value::Map(map)), ("hash", Value::Variable("SECRETS_HASH".to_owned()))];
        Block { kind: "target", label: "a".to_owned(), attributes }
    }

    fn text() -> impl Strategy<Value = String> {
        const AWKWARD: &[&str] =
            &["${", "$", "$$", "%{", "%", "}", "\\", "\"", "\n", "\r", "\t", "u0024{", "a", "~", "\u{2028}", "🔥"];
        let part = prop_oneof![prop::sample::select(AWKWARD).prop_map(str::to_owned), any::<String>()];
        prop::collection::vec(part, 0..5).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn hcl_is_read_back(texts in prop::collection::btree_set(text(), 0..4)) {
            let texts: Vec<String> = texts.into_iter().collect();
            let text = to_hcl(&[block(&texts)]);
            let body: hcl::Body = hcl::parse(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(body.blocks().count(), 1);
            let mut context = hcl::eval::Context::new();
            context.declare_var("SECRETS_HASH", "1");
            let evaluated: hcl::Value = hcl::eval::from_str(&text, &context)
                .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            let evaluated = serde_json::to_value(evaluated).unwrap();
            let map: serde_json::Map<_, _> = texts.iter().map(|text| (text.clone(), json!(text))).collect();
            let expected = json!({ "list": texts, "args": map, "hash": "1" });
            prop_assert_eq!(&evaluated["target"]["a"], &expected, "{}", text);
        }

        #[test]
        fn json_is_read_back(text in text()) {
            let json = to_json(&[block(std::slice::from_ref(&text))]);
            let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
            // a string in JSON is a template of HCL
            let template: hcl::Expression = hcl::expr::TemplateExpr::from(parsed["target"]["a"]["list"][0].as_str().unwrap()).into();
            let value = hcl::eval::Evaluate::evaluate(&template, &hcl::eval::Context::new());
            prop_assert_eq!(value.ok(), Some(hcl::Value::from(text)), "{}", json);
        }
    }
}
