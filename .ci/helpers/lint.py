"""Checks Dockerfiles with two linters: lint.py BINARY CONTEXT WORK PLAN...

Each plan's Dockerfile must pass `docker build --check` without warnings, and hadolint without errors
and warnings, except those that the plan's own commands and images cause. A plan that can't become a
Dockerfile is skipped: other tests check that."""

import concurrent.futures
import json
import pathlib
import subprocess
import sys

# versions of apt packages and images, pip's cache; shellcheck's findings in a plan's script are ignored too
OF_THE_PLAN = {"DL3007", "DL3008", "DL3042"}


def findings(binary, context, work, plan):
    folder = work / f"{plan.parent.name}-{plan.stem}"
    folder.mkdir(parents=True)
    dockerfile = folder / "Dockerfile"
    # the engine's own frontend: another one can't be pulled
    made = subprocess.run([binary, plan, "--syntax", "none", "-o", dockerfile], capture_output=True, text=True)
    if made.returncode:
        return []
    where = plan.parent if (plan.parent / "plan.json").exists() else context
    check = subprocess.run(["docker", "build", "--check", "-f", dockerfile, where], capture_output=True, text=True)
    said = check.stdout + check.stderr
    found = [] if "Check complete, no warnings found." in said else [f"docker build --check: {said[-900:]}"]
    linted = subprocess.run(["hadolint", "--no-color", "-f", "json", dockerfile], capture_output=True, text=True)
    for row in json.loads(linted.stdout):
        is_plans = row["code"] in OF_THE_PLAN or row["code"].startswith("SC")
        if row["level"] in ("error", "warning") and not is_plans:
            found.append(f"hadolint: line {row['line']}: {row['code']} {row['message']}")
    return found


def main():
    binary, context, work, *plans = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = {plan: pool.submit(findings, binary, context, work, plan) for plan in plans}
        for plan, job in jobs.items():
            for finding in job.result():
                bad += 1
                print(f"{plan}: {finding}")
    print(f"{len(plans)} Dockerfiles linted, {bad} findings")
    return 1 if bad or not plans else 0


if __name__ == "__main__":
    sys.exit(main())
