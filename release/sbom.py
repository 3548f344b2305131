"""The software bill of materials of a binary, as CycloneDX JSON: sbom.py TARGET

It lists the crates that `cargo tree --edges normal` lists, with their licenses, their checksums in
Cargo.lock, and their dependencies. Rust's standard library is a component, too, and so are musl in a
static binary for Linux, and libunwind in one for glibc. The same commit gives the same bytes.

Environment:
  SOURCE_DATE_EPOCH  the time in the file, by default 1980-01-01
  REPOSITORY_URL     the address of the repository, if it is known
"""

import datetime
import json
import os
import sys
import tomllib
import urllib.parse
import uuid

import crates

# the oldest time that the archives of a release can have
OLDEST = 315532800


def text(target):
    """The whole document for a target."""
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        **content(crates.Graph(target), target),
    }
    # the number must be different for different documents
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True))
    return json.dumps(document | {"serialNumber": number.urn}, indent=2) + "\n"


def content(graph, target):
    runtime = standard_library(target)
    top = graph.packages[graph.top]
    found = [component(package) for key, package in graph.packages.items() if key != graph.top]
    edges = {url(key): {url(needed) for needed in graph.edges[key]} for key in graph.packages}
    edges[url(graph.top)] |= {each["bom-ref"] for each in runtime}
    edges |= {each["bom-ref"]: set() for each in runtime}
    return {
        "metadata": {"timestamp": time(), "component": binary(top, target)},
        "components": found + runtime,
        "dependencies": [{"ref": ref, "dependsOn": sorted(needed)} for ref, needed in edges.items()],
    }


def binary(package, target):
    """The component that the document is about."""
    about = component(package) | {"type": "application"}
    about["properties"] = [{"name": "cargo:target", "value": target}]
    if os.environ.get("REPOSITORY_URL"):
        about["externalReferences"] = [{"type": "vcs", "url": os.environ["REPOSITORY_URL"]}]
    return about


def component(package):
    key = (package["name"], package["version"])
    about = {
        "type": "library",
        "bom-ref": url(key),
        "name": package["name"],
        "version": package["version"],
        "licenses": [{"expression": expression(package["license"])}],
        "purl": url(key),
    }
    checksum = crates.checksums().get(key)
    return about | ({"hashes": [{"alg": "SHA-256", "content": checksum}]} if checksum else {})


def expression(license):
    """An SPDX expression. Old manifests separate alternatives with a slash."""
    return " OR ".join(part.strip() for part in license.split("/"))


def url(package):
    """The package URL of a name and a version."""
    name, version = package
    # a version can have build metadata: 1.0.0+1
    return f"pkg:cargo/{name}@{urllib.parse.quote(version, safe='')}"


def standard_library(target):
    """The components of a binary that are not crates."""
    version = tomllib.loads((crates.ROOT / "rust-toolchain.toml").read_text())["toolchain"]["channel"]
    found = [runtime("rust-std", "MIT OR Apache-2.0", version)]
    # no file names the versions: musl comes with the toolchain, and libunwind with zig
    if target.endswith("-linux-musl"):
        found.append(runtime("musl", "MIT"))
    if target.endswith("-linux-gnu"):
        found.append(runtime("libunwind", "Apache-2.0 WITH LLVM-exception"))
    return found


def runtime(name, license, version=None):
    about = {"type": "library", "bom-ref": name, "name": name, "licenses": [{"expression": license}]}
    return about | ({"version": version} if version else {})


def time():
    seconds = max(OLDEST, int(os.environ.get("SOURCE_DATE_EPOCH", OLDEST)))
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    sys.stdout.write(text(sys.argv[1]))
