//! A stand-in for Railpack's frontend: a real `BuildKit` frontend, in an image with busybox, that answers every plan with
//! the same Dockerfile.
//!
//! A frontend is a process that calls `BuildKit` with gRPC over its standard input and output. Its requests do not depend
//! on anything that it reads, except that the second one repeats the response to the first. So files have the bytes to
//! send, and a shell script sends them: the start of HTTP/2 (RFC 9113), and two calls of
//! `moby.buildkit.v1.frontend.LLBBridge` (`frontend/gateway/pb/gateway.proto`). `Solve` passes the Dockerfile as a file of its
//! own (`solver/pb/ops.proto`) to the frontend that the engine has, and `Return` ends the build with its result.

use fs_err as fs;
use sha2::{Digest, Sha256};
use testkit::engine::build_stand_in;

/// Fails if the arguments of the build lack something that Railpack's frontend reads. Then calls `Solve`, and `Return`.
///
/// The response ends with a frame of the type HEADERS (1) and the flag `END_STREAM` (1). The message before it, in frames
/// of the type DATA (0), is sent back in one: the result is field 3 of the response, and field 1 of the next request.
const SCRIPT: &str = r#"
options=$(env | grep '^BUILDKIT_FRONTEND_OPT_')
for expected in '=filename=railpack-plan.json' $EXPECTED; do
  case "$options" in *"$expected"*) ;; *) echo "no $expected" >&2; exit 1 ;; esac
done
send() { for byte; do printf "\\$byte"; done; }
receive() {
  while set -- $(dd bs=1 count=9 2>/dev/null | od -An -v -tu1); do
    [ $# = 9 ] || exit 1
    length=$((($1 << 16) + ($2 << 8) + $3))
    payload=$(dd bs=1 count="$length" 2>/dev/null | od -An -v -to1)
    case "$4 $(($5 & 1))" in
      0\ *) message="$message $payload" size=$((size + length)) ;;
      '1 1') return ;;
    esac
  done
}
cat /solve
receive
set -- $message
[ "$6" = 032 ] || exit 1
cat /return
send $(printf '%03o ' $((size >> 16)) $((size >> 8 & 255)) $((size & 255))) 000 001 000 000 000 003 "$1" "$2" "$3" "$4" "$5" 012
shift 6
send "$@"
receive
"#;

/// Builds the image of a frontend that builds this Dockerfile. It fails unless docker passes it these options, such as
/// `build-arg:secrets-hash=`.
pub(crate) fn build(image: &str, dockerfile: &str, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| fs::metadata(path).is_ok()).unwrap();
    fs::copy(busybox, folder.path().join("busybox")).unwrap();
    fs::write(folder.path().join("script"), SCRIPT).unwrap();
    fs::write(folder.path().join("solve"), [start(), call(1, "Solve"), message(&solve_request(dockerfile))].concat())
        .unwrap();
    fs::write(folder.path().join("return"), call(3, "Return")).unwrap();
    let applets = ["cat", "dd", "env", "grep", "od"].map(|name| format!("COPY busybox /bin/{name}\n")).concat();
    let lines = format!(
        "FROM scratch\n{applets}COPY busybox /bin/sh\nCOPY script solve return /\nENV PATH=/bin EXPECTED=\"{}\"\n\
         ENTRYPOINT [\"/bin/sh\", \"/script\"]\n",
        expected.join(" ")
    );
    fs::write(folder.path().join("Dockerfile"), lines).unwrap();
    build_stand_in(image, folder.path());
}

/// The start of a connection: the preface, and empty settings, of both sides.
fn start() -> Vec<u8> {
    [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(4, 0, 0, &[]), frame(4, 1, 0, &[])].concat()
}

/// The headers of a call.
fn call(stream: u32, method: &str) -> Vec<u8> {
    let path = format!("/moby.buildkit.v1.frontend.LLBBridge/{method}");
    let headers = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", &path),
        (":authority", "localhost"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    // HPACK (RFC 7541): each literal, and not in the table
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let headers = headers.map(|(name, value)| [vec![0], text(name), text(value)].concat()).concat();
    frame(1, 4, stream, &headers)
}

/// The message of the first call, which ends it.
fn message(request: &[u8]) -> Vec<u8> {
    // not compressed
    let message = [&[0][..], &u32::try_from(request.len()).unwrap().to_be_bytes(), request].concat();
    // the initial window of a stream, and the largest frame, are larger
    assert!(message.len() < 16_384, "{} bytes", message.len());
    frame(0, 1, 1, &message)
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A request for a build of the Dockerfile by the engine's own frontend, which allows a result in the response.
fn solve_request(dockerfile: &str) -> Vec<u8> {
    let option = [bytes(1, b"filename"), bytes(2, b"Dockerfile")].concat();
    let input = [bytes(1, b"dockerfile"), bytes(2, &definition(dockerfile))].concat();
    [bytes(2, b"dockerfile.v0"), bytes(3, &option), number(5, 1), bytes(13, &input)].concat()
}

/// A definition of a directory with the Dockerfile.
fn definition(dockerfile: &str) -> Vec<u8> {
    // no input: -1
    let none = u64::MAX;
    let file = [bytes(1, b"/Dockerfile"), number(2, 0o644), bytes(3, dockerfile.as_bytes()), number(5, none)].concat();
    let action = [number(1, none), number(2, none), number(3, 0), bytes(5, &file)].concat();
    let operation = bytes(4, &bytes(2, &action));
    let last = bytes(1, &bytes(1, digest(&operation).as_bytes()));
    // an operation without metadata is not valid
    let metadata = |operation: &[u8]| bytes(2, &[bytes(1, digest(operation).as_bytes()), bytes(2, b"")].concat());
    [bytes(1, &operation), bytes(1, &last), metadata(&operation), metadata(&last)].concat()
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)))
}

/// A field of a protocol buffer with bytes.
fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

/// A field of a protocol buffer with a number.
fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}
