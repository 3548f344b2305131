"""Builds and containers of a Docker Engine. All names begin with a prefix of this run."""

import base64
import json
import os
import re
import subprocess
import time
from dataclasses import dataclass, field

RUN = re.compile(r"\[(?P<stage>\S+) +\d+/\d+\] RUN (?P<command>.*)", re.DOTALL)
MOUNT = re.compile(r"--mount=\S+\s+(\\\n\s*)?")


@dataclass
class Build:
    """What a build did."""

    succeeded: bool
    seconds: float
    # the commands that ran, without those that hash the secrets
    ran: list[str] = field(default_factory=list)
    log: str = ""


def build(dockerfile, context, tag, *, secrets=(), arguments=(), options=()):
    """Builds an image, or fills the cache alone if it has no tag. The environment has the values of the secrets."""
    secrets = dict(secrets)
    words = ["docker", "build", "--progress=rawjson", "--network=host", "--provenance=false"]
    words += [word for name in secrets for word in ("--secret", f"id={name},env={name}")]
    words += [word for argument in arguments for word in ("--build-arg", argument)]
    # without compression, which takes longer than most commands
    words += ["--output", f"type=image,name={tag},compression=uncompressed,unpack=true" if tag else "type=cacheonly"]
    words += ["--file", dockerfile, *options, context]
    began = time.monotonic()
    done = subprocess.run(words, env={**os.environ, **secrets}, capture_output=True, text=True)
    seconds = time.monotonic() - began
    vertexes, log = read(done.stderr)
    return Build(done.returncode == 0, seconds, commands(vertexes), log)


def read(progress):
    """The steps of a build by digest, and its log, from BuildKit's progress as JSON."""
    vertexes, log = {}, []
    for line in progress.splitlines():
        try:
            status = json.loads(line)
        except ValueError:
            # an error of buildx itself
            log.append(line + "\n")
            continue
        for vertex in status.get("vertexes") or []:
            vertexes.setdefault(vertex["digest"], {}).update(vertex)
        for entry in status.get("logs") or []:
            log.append(base64.b64decode(entry["data"]).decode(errors="replace"))
    log += [vertex["error"] + "\n" for vertex in vertexes.values() if vertex.get("error")]
    return vertexes, "".join(log)


def commands(vertexes):
    """The commands that ran, in order of their start."""
    started = [vertex for vertex in vertexes.values() if vertex.get("started") and not vertex.get("cached")]
    matches = [RUN.fullmatch(vertex["name"]) for vertex in sorted(started, key=lambda vertex: vertex["started"])]
    return [MOUNT.sub("", match["command"]) for match in matches if match and not match["stage"].startswith("secrets-hash")]


def size(image):
    """The size of an image's layers, unpacked, in bytes."""
    words = ["docker", "history", "--human=false", "--format={{.Size}}", image]
    return sum(map(int, docker(*words[1:]).split()))


def docker(*words):
    """The output of a docker command, which must succeed."""
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout


class Container:
    """A container on the network of the host, from start to stop."""

    def __init__(self, image, name, environment, env_file=None):
        self.name = name
        words = ["run", "--detach", "--name", name, "--network=host"]
        words += [f"--env={key}={value}" for key, value in environment.items()]
        words += ["--env-file", env_file] if env_file else []
        docker(*words, image)

    def is_running(self):
        return docker("inspect", "--format={{.State.Running}}", self.name).strip() == "true"

    def stop(self):
        """The seconds until the container stopped, and its exit code. 137 means that it was killed."""
        began = time.monotonic()
        docker("stop", self.name)
        seconds = time.monotonic() - began
        return seconds, int(docker("inspect", "--format={{.State.ExitCode}}", self.name))

    def remove(self):
        docker("rm", "--force", self.name)

    def log(self):
        done = subprocess.run(["docker", "logs", self.name], check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout


def remove_image(image):
    """Removes an image, if it was built."""
    subprocess.run(["docker", "image", "rm", "--force", image], capture_output=True)


def remove_caches(prefix):
    """Removes the cache mounts of a run, and what was built with them."""
    docker("buildx", "prune", "--force", "--filter", f"description~={prefix}")
