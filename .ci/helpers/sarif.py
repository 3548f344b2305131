"""Checks the SARIF of `lint` against the published schema: sarif.py BINARY PLAN...

The schema is that of the crate serde-sarif, which cargo fetches. In addition, each region must be in its
plan, each result must have the index of its rule, and fingerprints must be unique."""

import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

import jsonschema

MANIFEST = """[package]
name = "schema"
version = "0.0.0"
edition = "2021"
[lib]
path = "lib.rs"
[dependencies]
serde-sarif = "=0.8.0"
"""


def schema():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "Cargo.toml").write_text(MANIFEST)
        (folder / "lib.rs").write_text("")
        said = subprocess.run(["cargo", "metadata", "-q", "--format-version", "1"], cwd=folder, check=True, capture_output=True)
    packages = {package["name"]: package for package in json.loads(said.stdout)["packages"]}
    crate = pathlib.Path(packages["serde-sarif"]["manifest_path"]).parent
    text = json.loads((crate / "src" / "schema.json").read_text())
    assert "2.1.0" in text["title"], text["title"]
    return text


def marked(text, region):
    """The text of a region."""
    lines = text.removeprefix("\ufeff").split("\n")
    first, last = region["startLine"] - 1, region["endLine"] - 1
    assert first <= last < len(lines), region
    assert 1 <= region["startColumn"] <= len(lines[first]) + 1 and region["endColumn"] <= len(lines[last]) + 1, region
    if first == last:
        return lines[first][region["startColumn"] - 1 : region["endColumn"] - 1]
    return "\n".join([lines[first][region["startColumn"] - 1 :], *lines[first + 1 : last], lines[last][: region["endColumn"] - 1]])


def mistakes(validator, log, plans):
    """What is wrong with a log about these plans."""
    found = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(log)]
    texts = {plan: plan.read_text(encoding="utf-8") for plan in plans}
    (run,) = log["runs"]
    prints = [json.dumps(result["partialFingerprints"]) for result in run["results"]]
    if len(set(prints)) < len(prints):
        found.append("two results have the same fingerprint")
    for result in run["results"]:
        if run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] != result["ruleId"]:
            found.append(f"{result['ruleId']}: `ruleIndex` is another rule")
        for location in result.get("locations", []) + result.get("relatedLocations", []):
            physical = location["physicalLocation"]
            path = urllib.parse.unquote(physical["artifactLocation"]["uri"].removeprefix("file://"))
            plan = pathlib.Path(path).resolve()
            if plan not in texts:
                found.append(f"{path}: not a plan")
                continue
            if "region" not in physical:
                continue
            value = marked(texts[plan], physical["region"])
            # an empty plan has no value to point to, and one that is not JSON may have none
            if result["ruleId"] not in ("empty-plan", "invalid-json"):
                # a value or a key
                try:
                    json.loads(value)
                except ValueError:
                    found.append(f"{result['ruleId']}: the region is not a value: {value[:80]}")
    return found


def main():
    binary, *plans = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    checker = jsonschema.Draft7Validator.FORMAT_CHECKER
    missing = {"uri", "uri-reference"} - checker.checkers.keys()
    assert not missing, f"no check for {missing}: pip install 'jsonschema[format-nongpl]'"
    validator = jsonschema.Draft7Validator(schema(), format_checker=checker)
    bad = results = 0
    # a log for each plan, and one for all of them
    logs = [[plan] for plan in plans] + [plans]
    for of in logs:
        lint = [binary, "lint", *of, "--format", "sarif", "--warn", "unpinned-image"]
        log = json.loads(subprocess.run(lint, capture_output=True, check=False).stdout)
        results += len(log["runs"][0]["results"])
        for mistake in mistakes(validator, log, of):
            bad += 1
            print(f"{of[0] if len(of) == 1 else 'all plans'}: {mistake}")
    print(f"{len(logs)} logs with {results} results checked, {bad} mistakes")
    return 1 if bad or not results else 0


if __name__ == "__main__":
    sys.exit(main())
