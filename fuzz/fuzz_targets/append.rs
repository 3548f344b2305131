//! Fuzzes the instructions that `--append` adds: whatever they look like, they change nothing before them, and do not
//! end the stage of the image.
#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use testkit::appended;

const PIECES: [&str; 56] = [
    "LABEL a=b", "RUN x", "run", "COPY", "ADD", "ENV A=", "ARG ", "FROM evil", "from", "ONBUILD ", "<<EOF", "<<-E", "<<", "<<<",
    "'", "\"", "\\", "\\\n", "\n", "\n", "\n", "\r\n", " ", "\t", "\u{85}", "\u{a0}", "\u{3000}", "\u{feff}", "#", "# syntax=x",
    "# escape=`", "EOF", "E", "EOF\n", "E\n", "\n\\\n", "${", "}", "$", "$(", "[", "]", "[\"a\"]", ",", "--mount=type=secret,id=A ",
    "--mount=", "--from=x ", "=", "-", "3<<EOF", "é", "\u{b}", "\u{c}", "\r", "USER 1", "CMD x",
];

fn text(bytes: &mut Unstructured<'_>) -> arbitrary::Result<String> {
    let mut text = String::new();
    while !bytes.is_empty() {
        match bytes.arbitrary::<u8>()? {
            piece @ 0..=219 => text.push_str(PIECES[usize::from(piece) % PIECES.len()]),
            _ => text.push(bytes.arbitrary()?),
        }
    }
    Ok(text)
}

fuzz_target!(|data: &[u8]| {
    appended::check(&String::from_utf8_lossy(data));
    if let Ok(text) = text(&mut Unstructured::new(data)) {
        appended::check(&text);
    }
});
