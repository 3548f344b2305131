//! Everything that the command prints is harmless in a terminal.

use railpack2docker::escape::escape_invisible_text;
use serde_json::Value;
use testkit::command::{Folder, anything, that};
use testkit::injection::{ATTACKS, Expect, Slot, each};

/// The text without this tool's own colors. It must not contain any other escape sequences or invisible characters.
fn plain(printed: &str) -> String {
    let mut plain = String::new();
    for (at, part) in printed.split('\u{1b}').enumerate() {
        let colour = part.strip_prefix('[').and_then(|part| part.split_once('m'));
        plain.push_str(match colour {
            Some((numbers, rest)) if at > 0 && numbers.bytes().all(|b| b.is_ascii_digit() || b == b';') => rest,
            _ if at == 0 => part,
            _ => panic!("an escape in {printed:?}"),
        });
    }
    assert_eq!(escape_invisible_text(&plain), plain);
    plain
}

fn is_plain(printed: &str) -> bool {
    plain(printed).len() <= printed.len()
}

/// A folder with the attack's plan, and the plan's name.
fn folder(slot: Slot, text: &str) -> (Folder, String) {
    let name = if slot == Slot::PlanName { text } else { "plan.json" };
    // a path with `./` is never an option
    let folder = crate::folder().file(name, slot.plan(text).to_string());
    match slot {
        Slot::Append => folder.write("image.Dockerfile", text),
        Slot::AppendPath => folder.write(text, "LABEL a=b\n"),
        Slot::Pin => folder.write("railpack2docker.lock", format!("debian@{text}\n")),
        _ => {}
    }
    (folder, format!("./{name}"))
}

fn options(slot: Slot, text: &str) -> Vec<String> {
    match slot {
        Slot::CachePrefix => vec![format!("--cache-prefix={text}")],
        Slot::PlatformCacheKey => vec!["--platforms=linux/arm/v6,linux/arm/v7".to_owned()],
        Slot::Platform => vec![format!("--platforms=linux/arm64,{text}")],
        Slot::Syntax => vec![format!("--syntax={text}")],
        Slot::Mirror => vec![format!("--mirror=docker.io={text}")],
        Slot::SecretId => vec![format!("--secret-id=TOKEN={text}")],
        Slot::SshId => vec![format!("--ssh={text}")],
        Slot::BundleId => vec![format!("--secret-mount=bundle={text}")],
        Slot::ServiceId => vec!["--builder=railway".to_owned(), format!("--service-id={text}")],
        Slot::ServiceDirectory | Slot::SecretArg => {
            vec!["--builder=railway".to_owned(), "--service-id=4cb9c6c7".to_owned()]
        }
        Slot::Argument => vec![text.to_owned()],
        Slot::Base => vec![format!("--base={text}")],
        Slot::User => vec![format!("--user={text}")],
        Slot::ImageVariable => vec![format!("--env=NAME={text}")],
        Slot::ImageVariableName => vec![format!("--env={text}=value")],
        Slot::LabelKey => vec![format!("--label={text}=value")],
        Slot::Entrypoint => vec![format!("--entrypoint={}", serde_json::json!([text]))],
        Slot::Label => vec![format!("--label=key={text}")],
        Slot::LabelArg => vec![format!("--label-arg=key={text}")],
        Slot::Port => vec![format!("--expose={text}")],
        Slot::Volume => vec![format!("--volume={text}")],
        Slot::Healthcheck => vec![format!("--healthcheck={text}")],
        Slot::HealthInterval => vec!["--healthcheck=x".to_owned(), format!("--health-interval={text}")],
        Slot::StopSignal => vec![format!("--stop-signal={text}")],
        Slot::StartOption => vec![format!("--command={text}")],
        Slot::AssetPath | Slot::AssetText => vec!["--assets=files".to_owned()],
        Slot::Append => vec!["--append=image.Dockerfile".to_owned()],
        Slot::AppendPath => vec![format!("--append={text}")],
        Slot::AssetsDirectory => vec![format!("--assets={text}")],
        _ => Vec::new(),
    }
}

#[test]
fn messages_and_diffs_are_harmless() {
    each(|slot, text, expected| {
        let (folder, plan) = folder(slot, text);
        let file = if slot == Slot::DockerfileName { format!("./{text}") } else { "Dockerfile".to_owned() };
        let mut arguments = vec![plan, "-o".to_owned(), file.clone(), "--color=always".to_owned()];
        arguments.extend(options(slot, text));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let is_refused = matches!(expected, Expect::Refused(_));
        let status = if is_refused { 2 } else { 0 };
        folder.run(&arguments).status(status).stderr(that(is_plain)).check();
        let is_json = |text: &str| plain(text).lines().all(|line| serde_json::from_str::<Value>(line).is_ok());
        let json = [&arguments[..], &["--message-format=json"]].concat();
        folder.run(json).status(status).stderr(that(is_json)).check();
        if is_refused {
            return;
        }
        // every line differs: the diff shows them all
        folder.write(&file, folder.read(&file).replace('\n', " \n"));
        let check = [&["--check"], &arguments[..]].concat();
        folder.run(check).status(1).stdout(that(is_plain)).stderr(that(is_plain)).check();
    });
}

#[test]
fn locations_are_printed_visibly() {
    for (name, slot, text, expected) in ATTACKS {
        if !matches!(slot, Slot::VariableName | Slot::StepName | Slot::AssetName)
            || matches!(expected, Expect::Refused(_))
        {
            continue;
        }
        let (folder, plan) = folder(*slot, text);
        folder.run([&plan, "-o", "Dockerfile", "--source-map", "map.json"]).stderr(that(is_plain)).check();
        plain(&folder.read("map.json"));
        let dockerfile = folder.read("Dockerfile");
        let lines =
            dockerfile.lines().enumerate().filter(|(_, line)| line.contains("NAME=\"") || line.contains("=\"value\""));
        for (at, _) in lines {
            let location = format!("Dockerfile:{}", at + 1);
            folder.run(["where", &location, "--color=always"]).stdout(that(is_plain)).stderr(that(is_plain)).check();
            let json = folder.run(["where", &location, "--format=json"]).stdout(anything()).stderr(that(is_plain));
            let json = plain(&json.check().stdout);
            let path = serde_json::from_str::<Value>(&json).unwrap()["location"]["path"].as_str().unwrap().to_owned();
            let (written, quoted) = (format!(".{text}"), format!("[{}]", Value::from(*text)));
            let says_the_name = path.ends_with(&written) || path.ends_with(&quoted);
            assert!(*slot != Slot::VariableName || says_the_name, "{name}: {path:?}");
        }
    }
}

#[test]
fn arguments_are_printed_visibly() {
    let is_error = |text: &str| plain(text).starts_with("error");
    for arguments in [&["--\u{1b}[2J"][..], &["a", "\u{9b}2J"], &["--color=\u{202e}"], &["where", "\u{1b}]8;;x\u{7}"]] {
        crate::folder().run(arguments).status(2).stderr(that(is_error)).check();
    }
}

/// The program `script` gives the command a terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_an_escaped_dockerfile_and_a_pipe_the_file_itself() {
    const EVIL: &str = "safe\u{1b}[8m\u{9b}evil\u{202e}";
    let (folder, _) = folder(Slot::Variable, EVIL);
    let command = format!("'{}' plan.json", crate::BINARY);
    let seen = folder.run_program("script", ["-qec", &command, "/dev/null"]).stdout(anything()).check().stdout;
    let seen = seen.replace("\r\n", "\n");
    let (_, dockerfile) = seen.split_once("# syntax=").unwrap();
    assert!(dockerfile.contains("NAME=\"safe\\u{1b}[8m\\u{9b}evil\\u{202e}\""), "{seen:?}");
    plain(dockerfile);
    folder.run(["plan.json"]).stdout([EVIL]).stderr(["warning[invisible-text]"]).check();
}
