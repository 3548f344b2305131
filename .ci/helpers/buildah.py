"""Buildah in the root of the engine, with a store of its own. The scripts for Buildah share this module."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

# what a build needs in a root on a machine without much room: no user namespaces, and low limits
LIMITS = ["--ulimit=nofile=1024:1024", "--ulimit=nproc=4096:4096", "--network=host"]

# Buildah runs a sealed copy of itself for each command. Linux can refuse the seal while it moves the pages of the copy.
BUSY = "sealing memfd copy: Device or resource busy"

# the stub of the oracle, and the other image that its plans start from
STUB = "oracle-stub:latest"
OTHER = "noisy:1"


class Buildah:
    """Buildah with an empty store, which is removed at the end."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="railpack2docker-", dir=self.root / "tmp"))
        version = re.search(r"version (\d+\.\d+)", self.do("--version"))
        # the option for Dockerfiles for this version
        self.builder = f"--builder=buildah@{version[1]}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("rmi", "--all", "--force")
        shutil.rmtree(self.folder, ignore_errors=True)

    def inside(self, path):
        """A path as Buildah sees it."""
        return f"/{pathlib.Path(path).relative_to(self.root)}"

    def run(self, *arguments, **variables):
        """The result of a command of Buildah with more variables."""
        stores = [f"--{name}={self.inside(self.folder / name)}" for name in ("root", "runroot")]
        variables = {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs", "HOME": "/root", "PATH": os.environ["PATH"], **variables}
        command = ["chroot", str(self.root), "buildah", *stores, *arguments]
        return subprocess.run(command, env=variables, capture_output=True, text=True)

    def do(self, *arguments, **variables):
        """The output of a command that must not fail."""
        result = self.run(*arguments, **variables)
        assert result.returncode == 0, f"buildah {' '.join(arguments)}: {result.stderr.strip()[-600:]}"
        return result.stdout.strip()

    def load(self, image, names=()):
        """Copies an image from Docker, and gives it more names."""
        archive = self.folder / "image.tar"
        subprocess.run(["docker", "save", "-o", str(archive), image], check=True)
        found = self.do("pull", "--quiet", f"docker-archive:{self.inside(archive)}")
        archive.unlink()
        if names:
            self.do("tag", found, *names)

    def build(self, dockerfile, context, secrets, secrets_hash, *options):
        """The result of a build with these secrets, as the header of a Dockerfile describes it."""
        mounts = [f"--secret=id={name},env={name}" for name in secrets]
        flags = ["--format=docker", "--layers", "--pull=never", f"--build-arg=SECRETS_HASH={secrets_hash}", *LIMITS, *mounts, *options]
        output = ["", ""]
        for _ in range(4):
            result = self.run("build", *flags, f"--file={self.inside(dockerfile)}", self.inside(context), **secrets)
            # the next attempt continues with the layers of this one
            output = [before + now for before, now in zip(output, (result.stdout, result.stderr))]
            if result.returncode == 0 or BUSY not in result.stderr:
                break
        result.stdout, result.stderr = output
        return result
