"""Checks a binary for macOS, which can't run here: macho.py BINARY TARGET

LLVM reads it: it must be an executable for the processor of the target, run on the oldest macOS that Rust supports, and
need only libraries of the system. On arm64, macOS kills a process without a signature: the ad hoc one must be there, and
match each page of the file.
"""

import hashlib
import pathlib
import re
import struct
import subprocess
import sys

# the processor, and the oldest macOS that Rust supports: https://doc.rust-lang.org/rustc/platform-support/apple-darwin.html
EXPECTED = {"x86_64-apple-darwin": ("X86_64", (10, 12)), "aarch64-apple-darwin": ("ARM64", (11, 0))}
SYSTEM = re.compile(r"/usr/lib/lib\w+(\.\w+)*\.dylib|/System/Library/Frameworks/.*")


def printed(path):
    command = ["llvm-objdump", "--macho", "--private-headers", str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def expect(condition, message):
    if not condition:
        sys.exit(f"error: {sys.argv[1]}: {message}")


def check_signature(content, start):
    """Compares the hashes of the signature at a position with the pages of the file."""
    magic, _, count = struct.unpack_from(">III", content, start)
    expect(magic == 0xFADE0CC0, "the signature is damaged")
    blobs = dict(struct.unpack_from(">II", content, start + 12 + 8 * index) for index in range(count))
    # the slot of the code directory is 0
    at = start + blobs[0]
    magic, _, _, flags, hashes, _, _, pages, limit, size, kind, _, shift = struct.unpack_from(">9I4B", content, at)
    expect(magic == 0xFADE0C02 and (size, kind) == (32, 2), "the hashes of the signature are not SHA-256")
    expect(flags & 2, "the signature is not ad hoc")
    expect(limit == start, "the signature does not cover the whole file")
    for page in range(pages):
        found = hashlib.sha256(content[page << shift : min(page + 1 << shift, limit)]).digest()
        expect(content[at + hashes + 32 * page :][:32] == found, f"the signature does not match page {page}")
    return pages


def main():
    path, target = pathlib.Path(sys.argv[1]), sys.argv[2]
    text, content = printed(path), path.read_bytes()
    processor, oldest = EXPECTED[target]
    header = re.search(r"^ *MH_MAGIC_64 +(\w+) +\w+ +\w+ +(\w+) ", text, re.MULTILINE)
    expect(header and header.groups() == (processor, "EXECUTE"), f"no executable for {processor}: {header and header[0]}")
    found = re.search(r"LC_(?:BUILD_VERSION|VERSION_MIN_MACOSX)\n(?: .*\n)*? *(?:minos|version) (\d+)\.(\d+)\n", text)
    version = found and tuple(map(int, found.groups()))
    expect(version == oldest, f"needs macOS {version}, expected {oldest}")
    libraries = re.findall(r"LC_LOAD_DYLIB\n.*\n +name (\S+)", text)
    expect(libraries and all(map(SYSTEM.fullmatch, libraries)), f"needs other libraries than the system's: {libraries}")
    signature = re.search(r"LC_CODE_SIGNATURE\n.*\n +dataoff (\d+)", text)
    expect(signature or target.startswith("x86_64"), "is not signed")
    pages = check_signature(content, int(signature[1])) if signature else 0
    print(f"{target}: {len(content)} bytes, macOS {version[0]}.{version[1]}, {libraries}, {pages} signed pages")


main()
