"""The licences of the crates that a binary is made of: notices.py TARGET

Nearly all of them ask that their text goes with the binary. It fails for a crate whose package has
no such text and that nobody has looked at.
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# their packages hold no licence; what `license` of their manifest says is all there is
WITHOUT_TEXT = set()

ABOVE = """\
railpack2docker is made of the crates below, and of the standard library of Rust (MIT or Apache-2.0,
https://www.rust-lang.org). A binary for Linux has musl in it (MIT, https://musl.libc.org/COPYRIGHT).
"""


def crates(target):
    """The packages of a binary for a target, without those of this repository."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    about = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout)
    nodes = {node["id"]: node for node in about["resolve"]["nodes"]}
    found, ahead = set(), [package["id"] for package in about["packages"] if has_binary(package, about)]
    if not ahead:
        sys.exit("error: no package of this repository has the binary")
    while ahead:
        node = ahead.pop()
        if node in found:
            continue
        found.add(node)
        ahead += [edge["pkg"] for edge in nodes[node]["deps"] if any(kind["kind"] is None for kind in edge["dep_kinds"])]
    packages = [package for package in about["packages"] if package["id"] in found - set(about["workspace_members"])]
    return sorted(packages, key=lambda package: (package["name"], package["version"]))


def has_binary(package, about):
    """Whether a package of this repository has the binary."""
    has_one = any(target["name"] == "railpack2docker" and "bin" in target["kind"] for target in package["targets"])
    return has_one and package["id"] in about["workspace_members"]


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    named = [path for path in folder.iterdir() if path.is_file() and path.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"))]
    return [path.read_text(errors="replace").strip() for path in sorted(named)]


def text(target):
    """The whole text for a target. What several crates say alike stands there once."""
    who, listed = {}, []
    for package in crates(target):
        name = f"{package['name']} {package['version']}"
        listed.append(f"  {name}: {package['license']}\n")
        own = texts(package)
        if not own and package["name"] not in WITHOUT_TEXT:
            sys.exit(f"error: the package of {name} has no licence: see to it in release/notices.py")
        for one in own:
            who.setdefault(one, []).append(name)
    line = "-" * 100
    parts = [f"{line}\n{', '.join(names)}\n{line}\n\n{one}\n" for one, names in who.items()]
    return "\n".join([ABOVE, "".join(listed), *parts])


if __name__ == "__main__":
    sys.stdout.write(text(sys.argv[1]))
