#!/usr/bin/env python3
"""Writes docs/evidence.md from the results of the oracle, and fails if a plan gives another image.

    ../shared/oracle/check target/release/railpack2docker > variables.log
    bench/evidence.py ../shared/oracle/corpus variables.log [files.log] [bundle.log]

CORPUS has the plans, and what Railpack built from each. A LOG has a line for each plan; its name says how
secrets were mounted. With --check, writes nothing, and fails if the page is not what the logs give."""

import argparse
import collections
import json
import pathlib
import re
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "evidence.md"
MOUNTS = {
    "variables": "as variables, the default",
    "files": "as files, `--secret-mount file`",
    "bundle": "in a bundle, `--secret-mount bundle=ID`",
}
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
    parser.add_argument("logs", type=pathlib.Path, nargs="+")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    plans = {plan.stem: json.loads(plan.read_text()) for plan in sorted(args.corpus.glob("plans/*.json"))}
    expected = {name: json.loads((args.corpus / "expected" / f"{name}.json").read_text()) for name in plans}
    if not plans:
        sys.exit(f"error: {args.corpus} has no plans")
    logs = {log.stem: results(log) for log in args.logs}
    complaints = [complaint for name, log in logs.items() for complaint in check(name, log, plans)]
    if complaints:
        sys.exit("\n".join(f"error: {complaint}" for complaint in complaints))
    page = write(plans, expected, logs)
    if not args.check:
        PAGE.write_text(page)
    elif page != PAGE.read_text():
        sys.exit(f"error: {PAGE.name} is stale; run bench/evidence.py with the same arguments, without --check")


def results(log):
    """Whether each plan of a log gave the same image, or was refused as expected."""
    lines = re.findall(r"^(\S+): (same|\d+ differences)$", log.read_text(), re.MULTILINE)
    return {name: result == "same" for name, result in lines}


def check(name, log, plans):
    """What is wrong with a log."""
    if name not in MOUNTS:
        return [f"{name}.log: the name is none of {', '.join(MOUNTS)}"]
    required = [plan for plan, json in plans.items() if name == "variables" or json.get("secrets")]
    missing = sorted(set(required) - set(log))
    different = sorted(plan for plan, is_same in log.items() if not is_same)
    return [f"{name}.log: {plan} {what}" for plans, what in ((missing, "is missing"), (different, "differs")) for plan in plans]


def kind(name):
    """The kind of a plan, and the release of Railpack that it comes from, if it is one of Railpack's own."""
    release = re.match(r"railpack-v(\d+)\.(\d+)\.(\d+)-", name)
    if release:
        return ("railpack", tuple(map(int, release.groups())))
    prefix = name.split("-")[0]
    return (prefix, None) if prefix in KINDS else ("railpack", None)


def write(plans, expected, logs):
    refused = {name: json["refused"] for name, json in expected.items() if "refused" in json}
    groups = collections.defaultdict(list)
    for name in plans:
        groups[kind(name)].append(name)
    built = len(plans) - len(refused)
    page = PAGE_START.format(plans=len(plans), built=built)
    own = sorted((key for key in groups if key[0] == "railpack"), key=lambda key: key[1] or (10**6,))
    rows = [(f"Railpack's examples, {'v' + '.'.join(map(str, release)) if release else MAIN}", groups[kind_, release])
            for kind_, release in own]
    rows += [(words, groups[name, None]) for name, words in KINDS.items()]
    for words, names in rows:
        same = sum(name not in refused for name in names)
        page += f"| {words} | {len(names)} | {same} | {len(names) - same} |\n"
    page += f"| all | {len(plans)} | {built} | {len(refused)} |\n"
    page += "\nRefused:\n\n" + "".join(f"* `{name}`: {REASONS.get(why, why)}\n" for name, why in sorted(refused.items()))
    page += MOUNTS_START
    for name, words in MOUNTS.items():
        if name in logs:
            with_secrets = [plan for plan in logs[name] if plans[plan].get("secrets")]
            page += f"| {words} | {len(with_secrets)} | {sum(plan not in refused for plan in with_secrets)} |\n"
    files = sum(len(json["files"]) for json in expected.values() if "files" in json)
    return page + PAGE_END.format(files=f"{files:,}")


PAGE_START = """# Evidence

{built} of {plans} plans give the image that Railpack builds. The others are refused, with the reason.

`bench/evidence.py` writes this page from the results of a run, and CI fails if a result changes. The plans are not part of the repository. Each was built twice: by Railpack's own conversion of the plan, on a real BuildKit, and from its Dockerfile by `docker build`. [`verify`](verify.md) does the same for your plan.

| plans | number | same image | refused |
|---|---|---|---|
"""

MOUNTS_START = """
Those with secrets were built with every way of mounting them:

| secrets | plans | same image |
|---|---|---|
"""

PAGE_END = """
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
