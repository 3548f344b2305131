"""Checks a bill of materials: sbom.py FILE TARGET [MESSAGES]

It must be valid CycloneDX, and list the crates that `cargo tree` lists for the target. MESSAGES is the
output of `cargo build --message-format json`: the crates that it compiled for the target must be listed.
"""

import json
import pathlib
import re
import subprocess
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def tree(target):
    """The names and versions of the crates that the binary needs, as cargo sees it."""
    command = ["cargo", "tree", "--locked", "--edges", "normal", "--target", target, "--package", "railpack2docker-cli"]
    printed = subprocess.run([*command, "--prefix", "none", "--format", "{p}"], check=True, stdout=subprocess.PIPE).stdout
    # `NAME vVERSION`, and more for crates of this repository and for procedural macros
    return {tuple(line.split()[:2]) for line in printed.decode().splitlines()}


def listed(document):
    components = [document["metadata"]["component"], *document["components"]]
    return {(component["name"], "v" + component["version"]) for component in components if "purl" in component}


def compiled(messages, target):
    """The names and versions of the crates whose code is in the binary."""
    for line in messages:
        about = json.loads(line)
        if any(f"/{target}/release/" in path and path.endswith(".rlib") for path in about.get("filenames", [])):
            yield re.fullmatch(r".*[#@/](.+)[@#](\d.*)", about["package_id"]).groups()


def main():
    text, target, *messages = pathlib.Path(sys.argv[1]).read_text(), *sys.argv[2:]
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"error: {sys.argv[1]} is not valid: {error}")
    expected, found = tree(target), listed(json.loads(text))
    if expected != found:
        sys.exit(f"error: only in cargo tree: {sorted(expected - found)}; only in the file: {sorted(found - expected)}")
    if messages:
        built = {(name, f"v{version}") for name, version in compiled(pathlib.Path(messages[0]).open(), target)}
        if not built or built - found:
            sys.exit(f"error: compiled, and not in the file: {sorted(built - found)} of {len(built)}")
        print(f"{len(built)} of them were compiled for the binary")
    print(f"{target}: {len(found)} crates")


main()
