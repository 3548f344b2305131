"""Checks that everything that depends on the targets of a release agrees with release/targets.json: targets.py ARCHIVES

ARCHIVES has the archives of all targets. cargo-binstall runs for this machine only (binstall.sh), so the addresses in
cli/Cargo.toml are expanded here for all of them.
"""

import json
import pathlib
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "release"))
import archives  # noqa: E402
import npm  # noqa: E402
import wheel  # noqa: E402

SUFFIXES = {"tgz": ".tar.gz", "zip": ".zip"}


def equal(found, expected, what):
    if set(found) != set(expected):
        sys.exit(f"error: {what}: {sorted(found)}, expected {sorted(expected)}")


def binstall(metadata, target, version, binary):
    """The name of the archive for a target, and the path of the binary in it."""
    settings = metadata | metadata["overrides"].get(target, {})
    values = {"repo": "", "version": version, "target": target, "bin": archives.NAME}
    values |= {"archive-suffix": SUFFIXES[settings["pkg-fmt"]], "binary-ext": binary.removeprefix(archives.NAME)}
    texts = settings["pkg-url"], settings["bin-dir"]
    for name, value in values.items():
        texts = [text.replace(f"{{ {name} }}", value) for text in texts]
    return texts[0].rpartition("/")[2], texts[1]


def main():
    folder = pathlib.Path(sys.argv[1])
    targets = {about["target"]: about for about in json.loads((ROOT / "release/targets.json").read_text())}
    manifest = tomllib.loads((ROOT / "cli/Cargo.toml").read_text())["package"]["metadata"]["binstall"]
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    equal(filter(None, map(archives.target, folder.iterdir())), targets, "the archives")
    equal(tomllib.loads((ROOT / "deny.toml").read_text())["graph"]["targets"], targets, "the targets in deny.toml")
    packaged = archives.packaged(folder)
    equal(npm.PLATFORMS, packaged, "the platforms of npm")
    equal(wheel.PLATFORMS, packaged, "the platforms of wheels")
    for target, about in targets.items():
        archive, binary = binstall(manifest, target, version, about["binary"])
        if archive != f"{archives.NAME}-{target}.{about['archive']}":
            sys.exit(f"error: cargo-binstall looks for {archive}, which does not exist")
        found = [f"{archives.NAME}-{target}/{path}" for path, _, _ in archives.files(folder / archive)]
        if binary not in found:
            sys.exit(f"error: cargo-binstall looks for {binary} in {archive}, which has {found}")
    print(f"{len(targets)} targets")


main()
