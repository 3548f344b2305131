#!/usr/bin/env python3
"""Writes docs/evidence.md from the results of the oracle, and fails if a plan gives another image.

    ../shared/oracle/check target/release/railpack2docker > oracle.log
    bench/evidence.py ../shared/oracle/corpus oracle.log

CORPUS has the plans, and what Railpack built from each. LOG has a line for each plan. With --check, writes
nothing, and fails if the page is not what the log gives."""

import argparse
import collections
import json
import pathlib
import re
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "evidence.md"
KINDS = {
    "generated": "generated, full of what breaks quoting: `$`, quotes, line feeds, `<<`, patterns, unusual names",
    "special": "written by hand, each for one trap: a program named `if`, an argument of 70,000 bytes, …",
}
# the reasons in the words of the book
REASONS = {
    "NODE_ENV holds a line feed, which no ENV can hold": "a variable of the image contains a line feed",
}
# the commit that the plans of Railpack's own examples come from, if they are of no release
MAIN = "`main` at b5e80580"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("log", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    plans = {plan.stem: json.loads(plan.read_text()) for plan in sorted(args.corpus.glob("plans/*.json"))}
    expected = {name: json.loads((args.corpus / "expected" / f"{name}.json").read_text()) for name in plans}
    if not plans:
        sys.exit(f"error: {args.corpus} has no plans")
    results = read(args.log)
    complaints = [f"{name} is not in {args.log}" for name in plans if name not in results]
    complaints += [f"{name} gives another image" for name, is_same in results.items() if not is_same]
    if complaints:
        sys.exit("\n".join(f"error: {complaint}" for complaint in complaints))
    page = write(plans, expected)
    if not args.check:
        PAGE.write_text(page)
    elif page != PAGE.read_text():
        sys.exit(f"error: {PAGE.name} is stale; run bench/evidence.py with the same arguments, but without --check")


def read(log):
    """Whether each plan of a log gave the same image, or was refused as expected."""
    lines = re.findall(r"^(\S+): (same|\d+ differences)$", log.read_text(), re.MULTILINE)
    return {name: result == "same" for name, result in lines}


def kind(name):
    """The kind of a plan, and the release of Railpack that it comes from, if it is one of Railpack's own."""
    release = re.match(r"railpack-v(\d+)\.(\d+)\.(\d+)-", name)
    if release:
        return ("railpack", tuple(map(int, release.groups())))
    prefix = name.split("-")[0]
    return (prefix, None) if prefix in KINDS else ("railpack", None)


def write(plans, expected):
    refused = {name: json["refused"] for name, json in expected.items() if "refused" in json}
    groups = collections.defaultdict(list)
    for name in plans:
        groups[kind(name)].append(name)
    built = len(plans) - len(refused)
    others = "The other one is refused." if len(refused) == 1 else f"The other {len(refused)} are refused."
    page = PAGE_START.format(plans=len(plans), built=built, others=others)
    own = sorted((key for key in groups if key[0] == "railpack"), key=lambda key: key[1] or (10**6,))
    rows = [(f"Railpack's examples, {'v' + '.'.join(map(str, release)) if release else MAIN}", groups[kind_, release])
            for kind_, release in own]
    rows += [(words, groups[name, None]) for name, words in KINDS.items()]
    for words, names in rows:
        same = sum(name not in refused for name in names)
        page += f"| {words} | {len(names)} | {same} | {len(names) - same} |\n"
    page += f"| all | {len(plans)} | {built} | {len(refused)} |\n"
    page += "\nRefused:\n\n" + "".join(f"* `{name}`: {REASONS.get(why, why)}\n" for name, why in sorted(refused.items()))
    files = sum(len(json["files"]) for json in expected.values() if "files" in json)
    secrets = sum(bool(plan.get("secrets")) for plan in plans.values())
    return page + PAGE_END.format(files=f"{files:,}", secrets=secrets)


PAGE_START = """# Evidence

{built} of {plans} plans give the image that Railpack builds. {others}

`bench/evidence.py` writes this page from the results of a run, and CI fails if a result changes. The plans are not part of the repository. Each was built twice: by Railpack's own conversion of the plan, on a real BuildKit, and from its Dockerfile by `docker build`. [`verify`](verify.md) does the same for your plan.

| plans | number | same image | refused |
|---|---|---|---|
"""

PAGE_END = """
With `--secret-mount file` and `--secret-mount bundle=ID`, the {secrets} plans with secrets give the same images. CI repeats a quarter of them, and all with `FULL=1`.

## What is compared

* The kind, the mode, the owner, the content and the link of each file: {files} files that the builds change.
* The variables, the entrypoint, the start command, the working directory and the user of the image.

The base images and the tools in them are stand-ins. Each tool records what it sees: its arguments, its directory, its variables, its secrets and its cache mounts. So a wrong variable or a missing mount in any command is a different file in the image. The plans do not download anything, so these builds say nothing about the packages that a real build installs.

## Exceptions

These differences are accepted:

* The image has no `RAILPACK_BUILT_AT`.
* A variable of the base image stays.
* An asset without a line feed at its end gets one.

Two kinds of plans were left out, because the image of Railpack depends on an accident: those in which a file command overwrites a file with another mode, and those in which a copy command copies a directory twice. [Differences from Railpack](differences.md) has the reasons for all of these.
"""

main()
