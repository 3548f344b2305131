"""Builds a plan again and again with Buildah, with other secrets: buildah_rebuilds.py BINARY ROOT

ROOT is the directory that Buildah is installed in. Its steps list the secrets A, B, all (`*`) and none. Each line of
the table below is a build on top of the earlier ones. The image must never have a value that is stale, and the
steps that run again must be those of the table."""

import json
import pathlib
import shutil
import subprocess
import sys

from buildah import STUB, Buildah

# the secrets that each step lists, and the base of the image, which lists one too
STEPS = {"a": ["A"], "b": ["B"], "all": ["*"], "none": [], "base": ["A"]}

FIRST = ("a1", "b1", "g1")

# the case, the values of A and B with their SECRETS_HASH, and the steps that run again
REBUILDS = [
    ("first build", FIRST, "a all b base none"),
    ("the same again", FIRST, ""),
    # the base has the build arg itself, so that the hash file is not in the image
    ("(i) another hash, the same values", ("a1", "b1", "g2"), "base"),
    ("(iii) A changed", ("a2", "b1", "g3"), "a all base"),
    ("B changed", ("a2", "b2", "g4"), "all b base"),
    ("both changed", ("a3", "b3", "g5"), "a all b base"),
    ("(iv) the first values, yet another hash", ("a1", "b1", "g6"), "base"),
    ("(v) a release", ("a5", "b1", "h5"), "a all base"),
    ("(v) the next release", ("a6", "b1", "h6"), "a all base"),
    ("(v) rolled back, with its hash", ("a5", "b1", "h5"), ""),
    ("(v) rolled back to the first build", FIRST, ""),
]

# `docker build` and this do not notice a changed value without a changed hash
UNNOTICED = ("(ii) A changed, the same hash", ("a9", "b1", "g1"), "")


def plan():
    """The plan. Each step writes what it sees, and prints that it ran."""
    shown = {"none": "none", "base": "$A", "a": "$A", "b": "$B", "all": "$A$B"}
    script = "sh -c 'echo {} > /app/of-{}; echo RAN {}'"
    steps = [
        {"name": name, "inputs": [{"image": STUB}], "secrets": secrets, "commands": [{"cmd": script.format(shown[name], name, name)}]}
        for name, secrets in STEPS.items()
    ]
    inputs = [{"step": name, "include": [f"of-{name}"]} for name in STEPS if name != "base"]
    return {"secrets": ["A", "B"], "steps": steps, "deploy": {"base": {"step": "base"}, "inputs": inputs}}


class Rebuilds:
    """The Dockerfile for the plan, and the builds of it."""

    def __init__(self, binary, buildah):
        self.buildah, self.context = buildah, buildah.folder / "context"
        self.context.mkdir()
        source, self.dockerfile = buildah.folder / "plan.json", buildah.folder / "Dockerfile"
        source.write_text(json.dumps(plan()))
        subprocess.run([binary, str(source), "--config=none", buildah.builder, f"--output={self.dockerfile}"], check=True)
        buildah.load(STUB)

    def build(self, a, b, secrets_hash):
        """The steps that run, and the files of the image."""
        files = self.buildah.folder / "files"
        shutil.rmtree(files, ignore_errors=True)
        options = ["--tag=rebuilt", f"--output=type=local,dest={self.buildah.inside(files)}"]
        result = self.buildah.build(self.dockerfile, self.context, {"A": a, "B": b}, secrets_hash, *options)
        assert result.returncode == 0, result.stderr.strip()[-600:]
        ran = sorted(line.removeprefix("RAN ") for line in result.stdout.splitlines() if line.startswith("RAN "))
        assert not (files / "run/secrets-hash").exists(), "the hash is in the image"
        return ran, {name: (files / f"app/of-{name}").read_text().strip() for name in STEPS}


def main(binary, root):
    with Buildah(root) as buildah:
        rebuilds = Rebuilds(str(pathlib.Path(binary).resolve()), buildah)
        for case, (a, b, secrets_hash), expected in [*REBUILDS, UNNOTICED]:
            ran, values = rebuilds.build(a, b, secrets_hash)
            print(f"{case}: {' '.join(ran) or 'nothing'} ran", flush=True)
            assert ran == expected.split(), f"{case}: expected {expected or 'nothing'}"
            if case == UNNOTICED[0]:
                a = FIRST[0]
            fresh = {"a": a, "b": b, "all": a + b, "none": "none", "base": a}
            assert values == fresh, f"{case}: expected {fresh}, found {values}"
    print(f"{len(REBUILDS) + 1} builds, nothing stale")


if __name__ == "__main__":
    main(*sys.argv[1:])
