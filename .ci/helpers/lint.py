"""Checks Dockerfiles with two linters: lint.py BINARY CONTEXT WORK PLAN...

Each plan's Dockerfile must pass `docker build --check` without warnings, and hadolint without errors
and warnings, except those that the plan's own commands, images and variables cause. Both must report each
variable of the plan that looks like a secret: nothing in a generated file silences them. A plan that can't
become a Dockerfile is skipped: other tests check that. Examples are checked with options of the image, too."""

import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys

# the tag `latest`, unpinned apt packages, pip's cache; shellcheck's findings in a plan's script are ignored too
OF_THE_PLAN = {"DL3007", "DL3008", "DL3042"}

# the rule of `docker build --check` (validateNoSecretKey in BuildKit's convert.go)
SECRET = re.compile(r"(_|^)(apikey|auth|credentials?|key|password|pword|passwd|secret|token)(_|$)", re.IGNORECASE)
PUBLIC = re.compile(r"(_|^)(public|file|version)(_|$)", re.IGNORECASE)

IMAGE_OPTIONS = [
    "--user=app",
    "--expose=3000",
    "--volume=/data",
    "--label=org.opencontainers.image.source=https://example.org/$x",
    "--label-arg=org.opencontainers.image.revision=REVISION",
    "--healthcheck=curl -f http://localhost:3000/ | grep '$x' || exit 1",
    "--health-interval=10s",
    "--stop-signal=SIGINT",
    "--exec",
]


def secret_variables(plan):
    """The names of the plan's variables that look like secrets."""
    document = json.loads(plan.read_text())
    steps = document.get("steps") or []
    steps = list(steps.values()) if isinstance(steps, dict) else steps
    names = set()
    for owner in [document, document.get("deploy") or {}, *steps]:
        for key in ("variables", "env"):
            names.update(owner.get(key) or {})
    return {name for name in names if SECRET.search(name) and not PUBLIC.search(name)}


def complaints_of_docker(output, secrets, text):
    """A complaint if the warnings of `docker build --check` are not exactly those that the plan's variables cause."""
    reported = set(re.findall(r'\((?:ARG|ENV) "(.*)"\)', output))
    rules = set(re.findall(r"^WARNING: (\w+) - ", output, re.MULTILINE))
    expected = {name for name in secrets if re.search(rf'^(?:ENV |ARG |    )"?{re.escape(name)}"?=', text, re.MULTILINE)}
    if rules <= {"SecretsUsedInArgOrEnv"} and reported == expected:
        return []
    return [f"docker build --check, where {sorted(expected)} look like secrets: {output[-900:]}"]


def findings(binary, context, work, plan, options):
    folder = work / f"{plan.parent.name}-{plan.stem}{'-image' if options else ''}"
    folder.mkdir(parents=True)
    dockerfile = folder / "Dockerfile"
    # the engine's own frontend: another one can't be pulled
    made = subprocess.run([binary, plan, "--syntax", "none", "-o", dockerfile, *options], capture_output=True, text=True)
    if made.returncode:
        return []
    where = plan.parent if (plan.parent / "plan.json").exists() else context
    check = subprocess.run(["docker", "build", "--check", "-f", dockerfile, where], capture_output=True, text=True)
    secrets = secret_variables(plan)
    output = check.stdout + check.stderr
    if not secrets:
        found = [] if "Check complete, no warnings found." in output else [f"docker build --check: {output[-900:]}"]
    else:
        found = complaints_of_docker(output, secrets, dockerfile.read_text())
    linted = subprocess.run(["hadolint", "--no-color", "-f", "json", dockerfile], capture_output=True, text=True)
    for row in json.loads(linted.stdout):
        is_plans = row["code"] in OF_THE_PLAN or row["code"].startswith("SC")
        is_plans = is_plans or (row["code"] == "DL3064" and secrets)
        if row["level"] in ("error", "warning") and not is_plans:
            found.append(f"hadolint: line {row['line']}: {row['code']} {row['message']}")
    return found


def main():
    binary, context, work, *plans = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        examples = [plan for plan in plans if plan.name == "plan.json"]
        runs = [(plan, []) for plan in plans] + [(plan, IMAGE_OPTIONS) for plan in examples]
        jobs = [(plan, pool.submit(findings, binary, context, work, plan, options)) for plan, options in runs]
        for plan, job in jobs:
            for finding in job.result():
                bad += 1
                print(f"{plan}: {finding}")
    print(f"{len(jobs)} Dockerfiles linted, {bad} findings")
    return 1 if bad or not plans else 0


if __name__ == "__main__":
    sys.exit(main())
