//! Appended instructions are part of the image, and see what they mount.

use std::collections::BTreeMap;

use railpack2docker::{AppendFile, transpile};
use serde_json::json;

use testkit::engine::{self, Build, engine};
use testkit::options;

const IMAGE: &str = "ghcr.io/railwayapp/railpack-runtime:railpack2docker-test-append";

const FOREIGN: &str = "railpack2docker-test/append:1";

const INSTRUCTIONS: &str = r#"LABEL of="the image" \
    # a comment between two lines
    more=yes
EXPOSE 3000/tcp
HEALTHCHECK --interval=5s CMD true
STOPSIGNAL SIGINT
RUN --mount=type=secret,id=TOKEN,env=TOKEN <<EOF
test "$TOKEN" = hunter2 && echo 'FROM here' > /from
EOF
COPY --chmod=640 <<-'END' /file
	# syntax=x
	END
USER 1000:1000
CMD ["other"]
"#;

#[test]
fn appended_instructions_are_part_of_the_image() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let plan = json!({
        "steps": [{ "name": "a", "inputs": [{ "image": IMAGE }], "secrets": ["*"], "commands": [{ "cmd": "npm ci" }] }],
        "secrets": ["TOKEN"],
        "deploy": { "base": { "image": IMAGE }, "inputs": [{ "step": "a", "include": ["."] }], "startCommand": "x" },
    });
    let plan = plan.to_string();
    let mut build = Build::new(&plan, context.path(), &[("TOKEN", "hunter2")]);
    let file = "image.Dockerfile".to_owned();
    let append = AppendFile { path: file.clone(), name: file, text: INSTRUCTIONS.to_owned() };
    build.options = options! { append: Some(append) };
    // another image's health check and stop signal are reset, unless the instructions set them
    engine.stand_in(FOREIGN, &BTreeMap::new());
    for plan in [&plan, &plan.replace(IMAGE, FOREIGN)] {
        let options = options! { syntax: None, append: build.options.append.clone() };
        let found = engine::check(&transpile(plan, &options).unwrap().dockerfile, context.path());
        assert!(found.contains("no warnings found"), "{found}");
    }
    let built = engine.build(&build);
    assert_eq!(built.config["Labels"]["of"], "the image");
    assert_eq!(built.config["Labels"]["more"], "yes");
    assert!(built.config["ExposedPorts"]["3000/tcp"].is_object(), "{}", built.config);
    assert_eq!(built.config["StopSignal"], "SIGINT");
    assert_eq!(built.config["Healthcheck"]["Test"], json!(["CMD-SHELL", "true"]));
    assert_eq!((&built.config["User"], &built.config["Cmd"]), (&json!("1000:1000"), &json!(["other"])));
    assert_eq!((built.read("/from").as_str(), built.read("/file").as_str()), ("FROM here\n", "# syntax=x\n"));
}
