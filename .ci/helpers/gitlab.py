"""Checks GitLab templates with inputs against GitLab's schema.

Usage: gitlab.py TEMPLATE...  A template consists of two documents: the inputs, and the jobs that use them.
Every input must be used, and every one that is used must exist.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

INPUT = re.compile(r"^    ([\w-]+):$", re.MULTILINE)
USE = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")


def check(template):
    header, jobs = template.read_text().split("\n---\n")
    inputs, used = set(INPUT.findall(header)), set(USE.findall(jobs))
    if inputs != used:
        sys.exit(f"{template}: the inputs {sorted(inputs)} are not those that are used, {sorted(used)}")
    for document in (header, jobs):
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(document)
            file.flush()
            subprocess.run(["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", file.name], check=True)


for name in sys.argv[1:]:
    check(pathlib.Path(name))
