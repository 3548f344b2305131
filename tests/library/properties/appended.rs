//! Instructions that are appended can't change or end what comes before them, whatever they look like.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use testkit::appended::{Fate, check};
use testkit::runner_of;
use testkit::wild::text;

/// A text of instructions, of what continues or ends them, and of wild pieces.
fn instructions() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "LABEL a=b",
        "RUN x",
        "run y \\",
        "COPY <<EOF /x",
        "RUN cat <<'E' <<-F",
        "RUN a <<\"EOF\"",
        "EOF",
        "E",
        "\tF",
        "\\",
        " \\ ",
        "# comment",
        "# comment \\",
        "#",
        "",
        " ",
        "FROM evil",
        "from evil AS x",
        " FROM\tevil",
        "FROM \\",
        "ENV A=\"",
        "ENV A='b c' \\",
        "EXPOSE 80",
        "HEALTHCHECK NONE",
        "STOPSIGNAL 9",
        "ENTRYPOINT x",
        "RUN [\"a\", \"<<EOF\"]",
        "RUN echo '<<EOF'",
        "RUN echo \"",
        "RUN it's <<EOF",
        "RUN a<<EOF",
        "RUN a <<<EOF",
        "RUN $((1 << 2))",
        "RUN <<EOF ${A:-\"}",
        "RUN 3<<EOF cat",
        "RUN <<E\\OF",
        "# syntax=evil",
        "#escape=`",
        "RUN --mount=type=secret,id=TOKEN x",
        "RUN --mount=type=secret,id=OTHER x",
        "ONBUILD FROM x",
        "ARG SECRETS_HASH",
        "\r",
        "CMD [\"x\"] \\\\",
        "RUN x \\\\\\",
        "\u{85}FROM evil",
        "\u{3000}# x",
        "\u{feff}FROM evil",
        "SHELL [\"a\"]",
    ];
    let line = prop_oneof![8 => select(PIECES).prop_map(str::to_owned), 1 => text(&["RUN ", "FROM "], 0..6)];
    let end = select(&["\n", "\n", "\n", "\r\n", " \\\n"][..]);
    vec((line, end), 1..6).prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

#[test]
fn appended_instructions_stay_in_the_stage() {
    let appended = Cell::new(0);
    let mut runner = runner_of(4_000);
    let property = |text: String| {
        appended.set(appended.get() + usize::from(check(&text) == Fate::Appended));
        Ok(())
    };
    runner.run(&instructions(), property).unwrap_or_else(|failure| panic!("{failure}"));
    let cases = runner.config().cases;
    assert!(appended.get() > cases as usize / 40, "only {} of {cases} texts were appended", appended.get());
}

#[test]
fn examples_stay_in_the_stage() {
    for (text, fate) in [
        ("LABEL a=b", Fate::Appended),
        ("RUN <<EOF\nFROM x\nEOF\nUSER 1000", Fate::Appended),
        ("RUN --mount=type=secret,id=TOKEN,env=TOKEN x", Fate::Appended),
        ("COPY a", Fate::Malformed),
        ("RUN --mount=type=secret,id=OTHER x", Fate::Rejected),
        ("FROM x", Fate::Rejected),
    ] {
        assert_eq!(check(text), fate, "{text}");
    }
}
