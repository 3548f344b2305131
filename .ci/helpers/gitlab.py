"""Checks GitLab templates with inputs against GitLab's schema.

Usage: gitlab.py TEMPLATE...  A template consists of two documents: the inputs, and the jobs that use them.
Every input must be used, and every used input must exist.
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
        sys.exit(f"{template}: the inputs are {sorted(inputs)}, but the jobs use {sorted(used)}")
    for document in (header, jobs):
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(document)
            file.flush()
            subprocess.run(["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", file.name], check=True)


for name in sys.argv[1:]:
    check(pathlib.Path(name))
