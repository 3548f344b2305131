"""Writes the npm packages of a release: npm.py OUT ARCHIVES VERSION

ARCHIVES has the archives that pack.py wrote. OUT gets a directory for each package. The order of their
names is the order of publication: first the packages of the platforms, which are optional
dependencies of the last one. None has a script that npm would run.

Environment:
  REPOSITORY_URL  the address of the repository; without it, npm can't attest where a package comes from
"""

import json
import os
import pathlib
import shutil
import sys

import archives

NAME = "railpack2docker"
HERE = pathlib.Path(__file__).resolve().parent

# the values of `os` and `cpu` that npm compares. A static binary for Linux runs with every libc.
PLATFORMS = {
    "x86_64-unknown-linux-musl": ("linux", "x64"),
    "aarch64-unknown-linux-musl": ("linux", "arm64"),
    "x86_64-apple-darwin": ("darwin", "x64"),
    "aarch64-apple-darwin": ("darwin", "arm64"),
    "x86_64-pc-windows-msvc": ("win32", "x64"),
}


def manifest(name, version, **more):
    """The package.json of a package."""
    about = {
        "name": name,
        "version": version,
        "description": "Turns a Railpack build plan into a Dockerfile that builds the same image",
        "license": "MIT",
        "keywords": ["railpack", "dockerfile", "docker", "buildkit"],
    }
    if address := os.environ.get("REPOSITORY_URL"):
        about |= {"homepage": f"{address}#readme", "repository": {"type": "git", "url": f"git+{address}.git"}}
    return about | more


def write_platform(out, target, archive, version):
    """Writes the package of a platform: a binary and nothing that starts it. Returns its name."""
    system, cpu = PLATFORMS[target]
    name = f"@{NAME}/{system}-{cpu}"
    folder = out / f"1-{system}-{cpu}"
    folder.mkdir(parents=True)
    # `preferUnplugged`: Yarn must unpack the binary, or it can't run
    about = manifest(name, version, os=[system], cpu=[cpu], preferUnplugged=True, publishConfig={"access": "public"})
    (folder / "package.json").write_text(json.dumps(about, indent=2) + "\n")
    (folder / "README.md").write_text(f"The binary of `{NAME}` for {target}. Install `{NAME}` instead.\n")
    for path, content, mode in archives.files(archive):
        if path in (NAME, f"{NAME}.exe", "LICENSE", "THIRD-PARTY.txt"):
            (folder / path).write_bytes(content)
            (folder / path).chmod(mode)
    return name


def write_main(out, platforms, version):
    """Writes the package that people install."""
    folder = out / f"2-{NAME}"
    (folder / "bin").mkdir(parents=True)
    shutil.copy(HERE / "npm" / f"{NAME}.js", folder / "bin")
    shutil.copy(HERE / "npm" / "README.md", folder)
    shutil.copy(HERE.parent / "LICENSE", folder)
    about = manifest(
        NAME,
        version,
        bin={NAME: f"bin/{NAME}.js"},
        files=["bin"],
        engines={"node": ">=18"},
        optionalDependencies={name: version for name in sorted(platforms)},
    )
    (folder / "package.json").write_text(json.dumps(about, indent=2) + "\n")


def main():
    out, source, version = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    found = archives.packaged(source)
    if unknown := set(found) - set(PLATFORMS):
        sys.exit(f"error: no npm platform for {sorted(unknown)}: add it to PLATFORMS in release/npm.py")
    platforms = [write_platform(out, target, path, version) for target, path in found.items()]
    write_main(out, platforms, version)


if __name__ == "__main__":
    main()
