"""The crates that a binary is made of, from `cargo tree`. notices.py and sbom.py list them."""

import functools
import json
import pathlib
import subprocess
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAME = "railpack2docker"
# the package of this repository that has the binary
TOP = "railpack2docker-cli"


class Graph:
    """The packages of a binary for a target, and which of them depend on which.

    A package is a name and a version. `cargo metadata` knows the details of each, but not which ones a
    single package of a workspace needs: it enables the features that the tests of all packages need.
    """

    def __init__(self, target):
        self.edges = edges(tree(target))
        about = json.loads(cargo("metadata"))
        own = set(about["workspace_members"])
        packages = {(package["name"], package["version"]): package for package in about["packages"]}
        self.packages = {key: packages[key] for key in sorted(self.edges)}
        self.top = next(key for key in self.edges if key[0] == TOP)
        self.foreign = [package for package in self.packages.values() if package["id"] not in own]


def cargo(command, *arguments):
    """The output of a cargo command."""
    command = ["cargo", command, "--locked", *(arguments or ["--format-version", "1"])]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout.decode()


def tree(target):
    """The lines of the tree of dependencies, without those of tests and build scripts."""
    options = ["--edges", "normal", "--target", target, "--package", TOP]
    return cargo("tree", *options, "--no-dedupe", "--prefix", "depth", "--format", " {p}").splitlines()


def edges(lines):
    """The dependencies of each package, in the order of the tree: `DEPTH NAME vVERSION …`."""
    found, above = {}, []
    for line in lines:
        depth, name, version, *_ = line.split()
        package = (name, version.removeprefix("v"))
        above[int(depth) :] = [package]
        found.setdefault(package, [])
        if len(above) > 1 and package not in found[above[-2]]:
            found[above[-2]].append(package)
    return found


@functools.cache
def checksums():
    """The SHA-256 of each package from a registry, by name and version."""
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    return {(package["name"], package["version"]): package["checksum"] for package in locked if "checksum" in package}
