"""Writes the wheels of a release, for uvx, pipx and pip: wheel.py OUT ARCHIVES VERSION

ARCHIVES has the archives that pack.py wrote. OUT gets a wheel for each platform, with the same binary. For pip, the
binary is a script: nothing imports it. The same archives give the same bytes.

Environment:
  REPOSITORY_URL  the address of the repository, if it is known
"""

import base64
import hashlib
import io
import os
import pathlib
import sys
import zipfile

import archives

NAME = "railpack2docker"
SUMMARY = "Turns a Railpack build plan into a Dockerfile that builds the same image"

# A static binary for Linux runs with every libc, so its tags are the oldest that installers know. The
# versions of macOS are the oldest that Rust supports.
PLATFORMS = {
    "x86_64-unknown-linux-musl": ["manylinux_2_17_x86_64", "manylinux2014_x86_64", "musllinux_1_1_x86_64"],
    "aarch64-unknown-linux-musl": ["manylinux_2_17_aarch64", "manylinux2014_aarch64", "musllinux_1_1_aarch64"],
    "x86_64-apple-darwin": ["macosx_10_12_x86_64"],
    "aarch64-apple-darwin": ["macosx_11_0_arm64"],
    "x86_64-pc-windows-msvc": ["win_amd64"],
}

DESCRIPTION = """\
# railpack2docker

Turns a [Railpack](https://railpack.com) build plan into a Dockerfile that builds the same image.

    uvx railpack2docker railpack-plan.json -o Dockerfile

The package contains the binary and no Python code.
"""

# in every wheel, next to the metadata
LICENSES = ["LICENSE", "THIRD-PARTY.txt"]


def metadata(version):
    fields = [
        "Metadata-Version: 2.4",
        f"Name: {NAME}",
        f"Version: {version}",
        f"Summary: {SUMMARY}",
        "License-Expression: MIT",
        *(f"License-File: {name}" for name in LICENSES),
        "Requires-Python: >=3.8",
        "Keywords: railpack,dockerfile,docker,buildkit",
        "Description-Content-Type: text/markdown",
    ]
    if address := os.environ.get("REPOSITORY_URL"):
        fields.append(f"Project-URL: Repository, {address}")
    return "\n".join(fields) + f"\n\n{DESCRIPTION}"


def tags(platforms):
    """The file WHEEL: one tag for each platform."""
    lines = "".join(f"Tag: py3-none-{platform}\n" for platform in platforms)
    return f"Wheel-Version: 1.0\nGenerator: {NAME}\nRoot-Is-Purelib: false\n{lines}"


def files(archive, platforms, version):
    """The path and the content of each file of a wheel, except for the list of the files."""
    about, scripts = f"{NAME}-{version}.dist-info", f"{NAME}-{version}.data/scripts"
    for path, content, _ in archives.files(archive):
        if path in (NAME, f"{NAME}.exe"):
            yield f"{scripts}/{path}", content
        elif path in LICENSES:
            yield f"{about}/licenses/{path}", content
    yield f"{about}/METADATA", metadata(version).encode()
    yield f"{about}/WHEEL", tags(platforms).encode()


def record(found, path):
    """The list of all files with their checksums. It lists itself without a checksum."""
    lines = []
    for name, content in found.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}\n")
    return "".join([*lines, f"{path},,\n"]).encode()


def zipped(found):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in found.items():
            entry = zipfile.ZipInfo(path)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = (0o100755 if "/scripts/" in path else 0o100644) << 16
            archive.writestr(entry, content)
    return raw.getvalue()


def main():
    out, source, version = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    out.mkdir(parents=True, exist_ok=True)
    for target, archive in archives.packaged(source).items():
        platforms = PLATFORMS.get(target)
        if not platforms:
            sys.exit(f"error: no tags for {archive.name}: add them to PLATFORMS in release/wheel.py")
        found = dict(files(archive, platforms, version))
        path = f"{NAME}-{version}.dist-info/RECORD"
        found[path] = record(found, path)
        name = f"{NAME}-{version}-py3-none-{'.'.join(platforms)}.whl"
        (out / name).write_bytes(zipped(found))
        print(name)


if __name__ == "__main__":
    main()
