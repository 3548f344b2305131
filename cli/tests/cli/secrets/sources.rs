//! The sources of secret values, and their precedence.

use testkit::command::{anything, that};

use super::world::World;

#[test]
fn every_source_gives_the_same_value() {
    let world = World::new(&["A"]);
    world.write("app/.env", "A='it is'\n");
    world.write("app/a.txt", "it is");
    let value = ("A", "it is");
    let expected = world.hash(&[], &[value]);
    assert_eq!(expected.len(), 65);
    for (sources, environment) in [
        (vec!["--secret", "A"], vec![value]),
        (vec!["--secret", "A=it is"], vec![]),
        (vec!["--secret", "id=A"], vec![value]),
        (vec!["--secret", "id=A,env=B"], vec![("B", "it is")]),
        (vec!["--secret", "type=env,id=A,src=B"], vec![("B", "it is")]),
        (vec!["--secret", "id=A,src=a.txt"], vec![]),
        (vec!["--secret", "type=file,id=A,source=a.txt"], vec![]),
        (vec!["--env-file", ".env"], vec![]),
    ] {
        assert_eq!(world.hash(&sources, &environment), expected, "{sources:?}");
    }
    world.write("app/A", "it is");
    assert_eq!(world.hash(&["--secret", "id=A"], &[]), expected, "as in docker: the file of that name");
}

#[test]
fn the_last_option_wins() {
    let world = World::new(&["A"]);
    world.write("app/1.env", "A=1");
    world.write("app/2.env", "A=0\nA=2");
    let hash_of = |value: &str| world.hash(&[], &[("A", value)]);
    for (sources, value) in [
        (vec!["--env-file=1.env"], "1"),
        (vec!["--env-file=1.env", "--env-file=2.env"], "2"),
        (vec!["--env-file=2.env", "--env-file=1.env"], "1"),
        (vec!["--secret=A=3", "--env-file=1.env"], "1"),
        (vec!["--env-file=1.env", "--secret=A=3"], "3"),
        (vec!["--env-file=1.env", "--secret=A"], "environment"),
        (vec!["--secret=A=3", "--secret=A=4"], "4"),
        (vec![], "environment"),
    ] {
        assert_eq!(world.hash(&sources, &[("A", "environment")]), hash_of(value), "{sources:?}");
    }
    let said = ["`A` is missing (environment variable `A` is not set)"];
    world.fails(&["hash", "plan.json", "--env-file=1.env", "--secret=A"], &[], said);
}

#[test]
fn env_files_have_many_forms() {
    let world = World::new(&["A"]);
    for (line, value) in [
        ("export A=b", "b"),
        ("A=\"b c\" # d", "b c"),
        ("A='$b\\n'", "$b\\n"),
        ("A=b#c", "b#c"),
        ("A=\"b\nc\n\"", "b\nc\n"),
        ("A='b\n\nc'\r\n", "b\n\nc"),
        ("B=c\nA=\"${B}d\"", "cd"),
        ("#A=c\nA = b", "b"),
    ] {
        world.write("app/.env", line);
        assert_eq!(world.hash(&["--env-file", ".env"], &[]), world.hash(&[], &[("A", value)]), "{line}");
    }
}

#[test]
fn one_error_names_all_missing_secrets() {
    let world = World::new(&["A", "B", "C", "D"]);
    world.write("app/.env", "C=\n");
    for command in ["hash", "bundle", "build"] {
        let run = world.run(&[command, "plan.json", "--env-file", ".env", "--secret", "id=B,env=X"]).env("D", "d");
        let said = [
            "3 of 4 secrets have no value",
            "`A` is missing (environment variable `A` is not set, not in `.env`)",
            "environment variable `X` is not set",
            "`C` is empty (in `.env`)",
        ];
        let said = run.status(2).stderr(said).check().stderr;
        assert!(!said.contains("`D`"), "{said}");
    }
    assert!(!world.is_built());
}

#[test]
fn hashes_depend_only_on_key_names_and_values() {
    let world = World::new(&["B", "A"]);
    let other = World::new(&["A", "B"]);
    let of = |world: &World, a: &str, b: &str| world.hash(&[], &[("A", a), ("B", b), ("PORT", a)]);
    assert_eq!(of(&world, "ab", "c"), of(&other, "ab", "c"));
    assert_ne!(of(&world, "ab", "c"), of(&world, "a", "bc"));
    assert_ne!(of(&world, "a", "b"), of(&world, "b", "a"));
    let with_values = |arguments: &[&str]| world.run(arguments).envs([("A", "ab"), ("B", "c")]);
    let stretched = with_values(&["hash", "plan.json"]).stdout(anything()).check().stdout;
    assert_ne!(stretched, of(&world, "ab", "c"));
    world.write("app/key", "key\n");
    with_values(&["hash", "plan.json", "--key-file", "key"]).stdout(of(&world, "ab", "c")).check();
}

#[test]
fn a_secret_can_be_as_large_as_buildkit_allows() {
    let world = World::new(&["A"]);
    let largest = 500 * 1024;
    world.write("app/a", vec![b'x'; largest]);
    world.hash(&["--secret", "id=A,src=a"], &[]);
    world.write("app/a", vec![b'x'; largest + 1]);
    let said = ["the secret `A` is larger than 500 KiB"];
    world.fails(&["hash", "plan.json", "--secret", "id=A,src=a"], &[], said);
    world.write("app/a", vec![b'x'; largest]);
    world.fails(&["bundle", "plan.json", "--secret", "id=A,src=a"], &[], ["BuildKit limits a secret to 512000"]);
}

#[test]
fn no_value_is_ever_shown() {
    let canary = "xyzzy7391";
    let world = World::new(&["A", "B", "C"]);
    let assignment = format!("A={canary}");
    world.write("app/good.env", format!("B={canary}\n"));
    world.write("app/bad.env", format!("X=1\nB={canary} {canary}\n"));
    world.write("app/worse.env", format!("{canary}\n"));
    world.write("app/open.env", format!("B='{canary}\n"));
    world.write("app/c", canary);
    let good = ["--secret", &assignment, "--env-file", "good.env", "--secret", "id=C,src=c"];
    let odd = [
        format!("--secret=id=A,{canary}"),
        format!("--secret=id=A,{canary}=1"),
        format!("--secret=id=A,type={canary}"),
        format!("--secret=id=A,\"{canary}"),
        format!("--secret=src={canary}"),
        format!("--secret=D={canary}"),
        format!("--secrets=A={canary}"),
        "--env-file=bad.env".to_owned(),
        "--env-file=worse.env".to_owned(),
        "--env-file=open.env".to_owned(),
        "--message-format=json".to_owned(),
        "--color=always".to_owned(),
    ];
    let key = [("RAILPACK2DOCKER_HASH_KEY", canary), ("D", canary)];
    let bundle: &[&str] = &["bundle"];
    for command in
        [&["hash"][..], &["hash", "--per-step"], bundle, &["bundle", "--base64"], &["build", "--dry-run"], &["build"]]
    {
        let tried = std::iter::once(None).chain(odd.iter().map(Some));
        for more in tried {
            let more: Vec<&str> = more.into_iter().map(String::as_str).collect();
            let run = world.run(&[command, &["plan.json"], &good, &more].concat()).envs(key);
            let hides = || that(move |text| !text.contains(canary));
            let is_fine = more.iter().all(|more| more.starts_with("--message-format") || more.starts_with("--color"));
            let stdout = if command == bundle { anything() } else { hides() };
            run.status(if is_fine { 0 } else { 2 }).stdout(stdout).stderr(hides()).check();
        }
    }
    assert!(!world.log("arguments").concat().contains(canary));
    assert!(world.is_clean());
}

#[test]
fn a_plan_can_come_from_standard_input() {
    let world = World::new(&["A"]);
    let run = world.run(&["hash", "-", "--secret", "A=b", "--key-file", "plan.json"]);
    run.stdin(world.read("app/plan.json")).stdout(that(|hash| hash.len() == 65)).check();
}

#[test]
fn a_reference_of_a_password_manager_is_reported_without_its_value() {
    let world = World::new(&["A", "B", "C", "D"]);
    world.write("app/.env", "A=op://hidden/item\n");
    world.write("app/d.txt", "vault:v1:ciphertext");
    let arguments =
        ["hash", "plan.json", "--env-file", ".env", "--secret", "B=vault:hidden#key", "--secret", "id=D,src=d.txt"];
    let run = world.run(&arguments).env("C", "ref+awsssm://hidden").stdout(anything());
    let said = run.stderr(that(|text| !text.contains("hidden") && !text.contains("secret `D`"))).check().stderr;
    for warning in [
        "warning[secret-reference]: the value of the secret `A` (in `.env`) is a reference of 1Password",
        "the value of the secret `B` (in `--secret`) is a reference of Vault",
        "the value of the secret `C` (in the environment variable `C`) is a reference of vals",
    ] {
        assert!(said.contains(warning), "{said}");
    }
}
