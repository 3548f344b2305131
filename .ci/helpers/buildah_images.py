"""Builds plans of the oracle with Buildah: buildah_images.py BINARY ROOT ORACLE PLAN...

ROOT is the directory that Buildah is installed in. Each image must have the configuration and the files that the
oracle expects, and each plan that the oracle refuses must be refused. Prints what differs, and a count. A build that
fails because a wildcard in a copy from a stage matches nothing is counted on its own: see docs/builders.md."""

import importlib.machinery
import importlib.util
import json
import pathlib
import re
import subprocess
import sys

from buildah import OTHER, STUB, Buildah

MAX_DIFFERENCES = 6

# Buildah's error for a wildcard that matches nothing
NO_MATCH = re.compile(r'COPY [^"]*--from=.*copier: stat: \["[^"]*[*?[][^"]*"\]: no such file or directory')


def module(path):
    """A Python file as a module, whatever its name."""
    loader = importlib.machinery.SourceFileLoader(path.stem, str(path))
    loaded = importlib.util.module_from_spec(importlib.util.spec_from_loader(path.stem, loader))
    loader.exec_module(loaded)
    return loaded


class Oracle:
    """The oracle, and a Buildah that has its images."""

    def __init__(self, folder, buildah):
        sys.path[:0] = [str(folder), str(folder / "stub")]
        self.check = module(folder / "check")
        self.plans, self.expected = folder / "corpus/plans", folder / "corpus/expected"
        self.buildah = buildah
        self.context = module(folder / "context.py").make(buildah.folder / "context")
        images = json.loads((folder / "stub/places.json").read_text())["images"]
        buildah.load(STUB, [*images, "alpine:latest"])
        buildah.load(OTHER)
        dockerfile = buildah.folder / "Dockerfile"
        dockerfile.write_text(f"FROM {STUB}\n")
        self.base = self.image(dockerfile, {}).files

    def image(self, dockerfile, secrets):
        """The image of a Dockerfile."""
        files, tag = self.buildah.folder / "files.tar", "railpack2docker-image"
        options = ["--quiet", f"--tag={tag}", f"--output=type=tar,dest={self.buildah.inside(files)}"]
        result = self.buildah.build(dockerfile, self.context, secrets, "h1", *options)
        return Image(self, tag, files, result)

    def differences(self, name, binary):
        """How the image of a plan differs from the expected one."""
        plan, expected = self.plans / f"{name}.json", json.loads((self.expected / f"{name}.json").read_text())
        # a directory of its own, because the Dockerfile may have a `.dockerignore` next to it
        dockerfile = self.buildah.folder / name / "Dockerfile"
        dockerfile.parent.mkdir()
        command = [binary, str(plan), "--config=none", self.buildah.builder, f"--output={dockerfile}"]
        made = subprocess.run(command, capture_output=True, text=True)
        if "refused" in expected:
            return [] if made.returncode == 2 else [f"not refused, but exit status {made.returncode}"]
        if made.returncode:
            return [f"refused: {made.stderr.strip()[-400:]}"]
        names = json.loads(plan.read_text()).get("secrets") or []
        image = self.image(dockerfile, {secret: f"val-of-{secret}" for secret in names})
        return image.differences(expected)


class Image:
    """An image, or why there is none."""

    def __init__(self, oracle, tag, files, result):
        self.oracle, self.failure = oracle, result.stderr.strip()[-1200:] if result.returncode else None
        if not self.failure:
            self.config = json.loads(oracle.buildah.do("inspect", "--type=image", tag))["Docker"]["config"]
            self.files = oracle.check.manifest(files)
            files.unlink()
            oracle.buildah.do("rmi", "--force", tag)
        # the layers of the steps: each is a whole copy with the storage driver `vfs`
        oracle.buildah.run("rmi", "--prune")

    def differences(self, expected):
        """How it differs from the expected one."""
        if self.failure:
            return [f"does not build: {self.failure}"]
        check = self.oracle.check
        return check.compare(expected, self.config, check.delta(self.oracle.base, self.files))


def main(binary, root, folder, *names):
    different, unmatched = [], []
    with Buildah(root) as buildah:
        oracle = Oracle(pathlib.Path(folder).resolve(), buildah)
        for name in names:
            found = oracle.differences(name, str(pathlib.Path(binary).resolve()))
            if found:
                (unmatched if NO_MATCH.search(found[0]) else different).append(name)
            print(f"{name}: {len(found)} differences" if found else f"{name}: same", *found[:MAX_DIFFERENCES], sep="\n    ", flush=True)
    same = len(names) - len(different) - len(unmatched)
    print(f"{same} same, {len(different)} differ, {len(unmatched)} with a wildcard without a match, of {len(names)}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
