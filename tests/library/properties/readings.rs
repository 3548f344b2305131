//! `testkit::buildkit` reads lines of Dockerfiles as `BuildKit` does.

use std::collections::BTreeMap;

use testkit::buildkit::{Command, Copy, Healthcheck, Instruction, Read, Run, parse};

/// The instructions of a stage that contains `lines`.
fn read(lines: &str) -> Read<Vec<Instruction>> {
    let file = parse(&format!("FROM a\n{lines}\n"))?;
    Ok(file.stages.into_iter().flat_map(|stage| stage.instructions).collect())
}

fn only(lines: &str) -> Instruction {
    let mut instructions = read(lines).unwrap_or_else(|why| panic!("{lines:?}: {why}"));
    assert_eq!(instructions.len(), 1, "{lines:?}: {instructions:?}");
    instructions.remove(0)
}

fn copy(line: &str) -> Copy {
    match only(line) {
        Instruction::Copy(copy) => copy,
        other => panic!("{line:?}: {other:?}"),
    }
}

fn run(line: &str) -> Run {
    match only(line) {
        Instruction::Run(run) => run,
        other => panic!("{line:?}: {other:?}"),
    }
}

#[test]
fn reads_env_values() {
    for (line, pairs) in [
        (r#"ENV A="""#, &[("A", "")][..]),
        (r#"ENV A="it's \"q\" \$x \\n \n" B=c"#, &[("A", r#"it's "q" $x \n \n"#), ("B", "c")]),
        ("ENV A=\"tab\tcr\rx <<X # é\"", &[("A", "tab\tcr\rx <<X # é")]),
        ("ENV A='\\$x' B=a\\ b", &[("A", "\\$x"), ("B", "a b")]),
        ("ENV A=\"$x$$\"", &[("A", "")]),
        ("ENV A=x\nENV B=\"$A-${A}-${C:-d}-${A:+e}\"", &[("B", "x-x-d-e")]),
        ("ARG A=1\nARG A=2\nENV B=\"$A\"", &[("B", "2")]),
        ("ENV A=1\nARG A=2\nENV B=\"$A\"", &[("B", "2")]),
        ("ENV A=\"a\" \\\n    # gone\n    B=\"b\"", &[("A", "a"), ("B", "b")]),
        ("ENV A  two  words", &[("A", "two  words")]),
        (r#"ENV "my var"="x" é="y" s-t="z""#, &[("my var", "x"), ("é", "y"), ("s-t", "z")]),
        ("ENV A=\"a\u{a0}b\u{3000}\"", &[("A", "a\u{a0}b\u{3000}")]),
    ] {
        let expected: Vec<_> = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        assert_eq!(read(line).unwrap().pop(), Some(Instruction::Env(expected)), "{line:?}");
    }
    for line in ["ENV", "ENV A", "ENV =x", "ENV A=1 B", r#"ENV "my-var=x""#, r#"ENV A="x"#, r#"ENV A="${""#] {
        assert!(read(line).is_err(), "{line:?}");
    }
}

#[test]
fn reads_arg_values() {
    for (line, name, value) in [
        (r#"ARG A="b \$c""#, "A", Some("b $c")),
        ("ARG A", "A", None),
        (r#"ARG "x y"="z""#, "\"x y\"", Some("z")),
        ("ARG $x-é=z", "$x-é", Some("z")),
    ] {
        let expected = vec![(name.to_owned(), value.map(str::to_owned))];
        assert_eq!(only(line), Instruction::Arg(expected), "{line:?}");
    }
    assert!(read(r#"ARG "A=b""#).is_err());
}

#[test]
fn reads_run_commands() {
    let shell = |text: &str| Command::Shell(text.to_owned());
    let exec = |words: &[&str]| Command::Exec(words.iter().map(|word| (*word).to_owned()).collect());
    for (line, command) in [
        ("RUN npm ci && echo $x \"y\"", shell("npm ci && echo $x \"y\"")),
        (r#"RUN ["a", "b\n$x", "<<E"]"#, exec(&["a", "b\n$x", "<<E"])),
        (r#"RUN ["a"] && b"#, shell(r#"["a"] && b"#)),
        ("RUN [ -d x ]", shell("[ -d x ]")),
        ("RUN a \\\n  b \\ \t\n# gone\n\nc", shell("a   b c")),
        ("RUN a \\\\\nRUN b", shell("a \\\\")),
        ("RUN a # b\u{3000}", shell("a # b")),
        ("RUN \u{a0}a", shell("a")),
        ("RUN a\r", shell("a")),
        ("RUN a\rb", shell("a\rb")),
        ("RUN -- --x", shell("--x")),
    ] {
        let instructions = read(line).unwrap_or_else(|why| panic!("{line:?}: {why}"));
        let Some(Instruction::Run(run)) = instructions.first() else { panic!("{line:?}") };
        assert_eq!(run.command, command, "{line:?}");
    }
    assert!(read("RUN --x y").is_err());
    assert!(read(r#"RUN ["a", 1]"#).is_err());
    assert!(read("RUN cat <<X").is_err(), "a heredoc without its end");
    assert_eq!(run("RUN cat <<X '<<Y' 3<<-Z\nx\nX\n\tz\n\tZ\n").heredocs.len(), 2);
}

#[test]
fn reads_run_mounts() {
    for (mount, fields) in [
        ("type=cache,id=/my\\ cache,target=/x", &[("id", "/my cache"), ("target", "/x")][..]),
        (r"type=cache,id=\\$x,target=/x", &[("id", "$x")]),
        (r#"type=cache,\"id=weird,comma\",target=/x"#, &[("id", "weird,comma")]),
        (r#"type=cache,\"id=a\\\"\"b\",target=/x"#, &[("id", "a\"b")]),
        ("type=cache,id=é,target=/x", &[("id", "Ã©")]),
        ("type=cache,target=$D", &[("target", "/c,é d")]),
        ("type=secret,id=A,env=B,required=true", &[("type", "secret"), ("env", "B"), ("required", "true")]),
        ("from=x,source=/a,target=/b", &[("type", "bind"), ("from", "x"), ("source", "/a")]),
    ] {
        let line = format!("ARG D=\"/c,é d\"\nRUN --mount={mount} true");
        let Some(Instruction::Run(run)) = read(&line).unwrap_or_else(|why| panic!("{mount:?}: {why}")).pop() else {
            panic!("{mount:?}");
        };
        for (key, value) in fields {
            assert_eq!(run.mounts[0].get(*key).map(String::as_str), Some(*value), "{mount:?}");
        }
    }
    for mount in [
        "type=cache,id=a à,target=/x",
        "type=cache",
        "type=nothing,target=/x",
        "required=true,type=secret,id=A",
        "type=bind,from=$x,target=/x",
        "type=cache,id=\\\"a,target=/x",
        "type=cache,nme=a,target=/x",
        "type=secret,env=A",
    ] {
        assert!(read(&format!("RUN --mount={mount} true")).is_err(), "{mount:?}");
    }
}

#[test]
fn reads_copy_operands() {
    for (line, sources, dest) in [
        ("COPY a b/ c\td", &["a", "b/", "c"][..], "d"),
        (r#"COPY ["my file", "x"]"#, &["my file"], "x"),
        (r#"COPY ["\\$x", "a\\\"b"]"#, &["$x"], "a\"b"),
        (r#"COPY ["a\\\\*", "x"]"#, &["a\\*"], "x"),
        (r#"COPY ["[ab].js", "x"]"#, &["[ab].js"], "x"),
        ("COPY [ab].js x", &["[ab].js"], "x"),
        (r#"COPY ["\\<\\<b", "x"]"#, &["<<b"], "x"),
        ("COPY [\"\\ufeffa\", \"x\"]", &["a"], "x"),
        ("COPY a$x 'b c'd", &["a", "b"], "cd"),
    ] {
        if line.ends_with("'b c'd") {
            assert!(read(line).is_err(), "{line:?}");
            continue;
        }
        let copy = copy(line);
        assert_eq!(
            (copy.sources.as_slice(), copy.dest.as_str()),
            (&sources.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..], dest),
            "{line:?}"
        );
    }
    assert!(read("COPY a").is_err());
    assert!(read("COPY a <<b\nb").is_err());
    assert_eq!(copy(r#"COPY ["<<b", "x"]"#).heredocs[0].content, "", "JSON announces no heredoc, yet means one");
}

#[test]
fn reads_copy_flags() {
    let copy = copy(r"COPY --link --from=x --exclude=a\ b\\* --chmod=600 --exclude='é' --exclude=$x a b");
    assert_eq!(copy.from.as_deref(), Some("x"));
    assert!(copy.link);
    assert_eq!(copy.chmod.as_deref(), Some("600"));
    assert_eq!(copy.excludes, [r"a b\*", "Ã©", "$x"]);
    for line in ["COPY --from=a --from=b a b", "COPY --nolink a b", "COPY --from a b", "COPY --link=x a b"] {
        assert!(read(line).is_err(), "{line:?}");
    }
}

#[test]
fn reads_copy_heredocs() {
    for (lines, content, expand) in [
        ("COPY <<'E' /x\n# a $b \\\n\r\n\tc\nE\r\n", "# a $b \\\n\r\n\tc\n", false),
        ("COPY <<'E' /x\nE", "", false),
        ("ARG b=1\nCOPY <<E /x\n'a' \"$b\" \\$b\nE", "'a' \"1\" $b\n", true),
        ("COPY <<-\"E\" /x\n\ta\n\t b\n\tE", "a\n b\n", false),
        ("COPY <<'E' /x\nE \n E\nE2\nE", "E \n E\nE2\n", false),
    ] {
        let Some(Instruction::Copy(copy)) = read(lines).unwrap_or_else(|why| panic!("{lines:?}: {why}")).pop() else {
            panic!("{lines:?}");
        };
        let heredoc = &copy.heredocs[0];
        assert_eq!((heredoc.content.as_str(), heredoc.expand), (content, expand), "{lines:?}");
        assert_eq!(copy.dest, "/x");
    }
}

#[test]
fn reads_other_operands() {
    for (line, instruction) in [
        ("WORKDIR /app", Instruction::Workdir("/app".to_owned())),
        (r#"WORKDIR "/my \$dir""#, Instruction::Workdir("/my $dir".to_owned())),
        ("workdir /a b", Instruction::Workdir("/a b".to_owned())),
        ("USER \"\"", Instruction::User(String::new())),
        (r#"SHELL ["/bin/sh", "-c"]"#, Instruction::Shell(vec!["/bin/sh".to_owned(), "-c".to_owned()])),
        (r#"CMD ["a b"]"#, Instruction::Cmd(Command::Exec(vec!["a b".to_owned()]))),
        ("ENTRYPOINT a b", Instruction::Entrypoint(Command::Shell("a b".to_owned()))),
        ("EXPOSE 80 53/udp", Instruction::Expose(vec!["80".to_owned(), "53/udp".to_owned()])),
        ("VOLUME /a /b", Instruction::Volume(vec!["/a".to_owned(), "/b".to_owned()])),
        (r#"VOLUME ["/a b"]"#, Instruction::Volume(vec!["/a b".to_owned()])),
        ("STOPSIGNAL SIGINT", Instruction::StopSignal("SIGINT".to_owned())),
        (r#"LABEL a.b="x \"y\" \$z""#, Instruction::Label(vec![("a.b".to_owned(), "x \"y\" $z".to_owned())])),
        ("HEALTHCHECK NONE", Instruction::Healthcheck(Healthcheck { flags: BTreeMap::new(), command: None })),
        ("ONBUILD RUN x", Instruction::Other("ONBUILD".to_owned())),
    ] {
        assert_eq!(only(line), instruction, "{line:?}");
    }
    for line in [
        "WORKDIR",
        "SHELL /bin/sh",
        "NOPE x",
        "EOF",
        "EXPOSE",
        "STOPSIGNAL A B",
        "LABEL a",
        "HEALTHCHECK x",
        "HEALTHCHECK CMD",
        "HEALTHCHECK NONE x",
        "HEALTHCHECK --times=1 CMD x",
    ] {
        assert!(read(line).is_err(), "{line:?}");
    }
}

#[test]
fn reads_health_checks() {
    for (line, command) in [
        (
            r#"HEALTHCHECK --interval=1s --retries=2 CMD ["a", "$b"]"#,
            Command::Exec(vec!["a".to_owned(), "$b".to_owned()]),
        ),
        ("HEALTHCHECK --interval=1s --retries=2 \\\n    CMD a <<b $c", Command::Shell("a <<b $c".to_owned())),
    ] {
        let Instruction::Healthcheck(check) = only(line) else { panic!("{line:?}") };
        assert_eq!(check.command, Some(command));
        let flags: Vec<(&str, &str)> = check.flags.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(flags, [("interval", "1s"), ("retries", "2")]);
    }
}

#[test]
fn reads_whole_files() {
    let file =
        parse("\u{feff}# syntax=a/b:1\n#\n# check=skip=X\nFROM a AS B\n  # in\u{1b}dented\nRUN x\nFROM b").unwrap();
    assert_eq!(file.directives, [("syntax".to_owned(), "a/b:1".to_owned())]);
    assert_eq!(file.comments, ["", " check=skip=X", " in\u{1b}dented"]);
    assert_eq!(file.stages[0].name.as_deref(), Some("b"));
    assert_eq!(file.stages.len(), 2);
    let longest = "x".repeat(65_531);
    assert!(parse(&format!("FROM a\nRUN {longest}\n")).is_ok());
    for text in [
        "",
        "# a\n",
        "RUN x",
        "# syntax=a\n# syntax=b\nFROM a",
        "# escape=`\nFROM a",
        "FROM a AS 1",
        "FROM a AS context",
        "FROM a b",
        "FROM",
        &format!("FROM a\nRUN x{longest}\n"),
    ] {
        assert!(parse(text).is_err(), "{text:.80?}");
    }
}
