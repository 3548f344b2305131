#!/usr/bin/env python3
"""Measures what a change rebuilds, with the real package managers, and writes docs/rebuilds.md.

    bench/rebuilds.py target/release/railpack2docker [EXAMPLE...]

Builds three examples in the current engine, each from the generated Dockerfile, from the one of `bench/rebuilds`
that is written by hand, and, for Node.js, from the one that the npm package `@flydotio/dockerfile` generates. Each
is built once, and then again after each of a few changes. The images come from `examples/bases`, the registry and
the database run on loopback, as in the real builds of `.ci/helpers/real`. With examples, it only prints
their rows."""

import argparse
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".ci/helpers/real"))

import by_hand
import engine
import table
from application import expect
from cases.node_private_registry import use_registry
from run import Run

PAGE = ROOT / "docs/rebuilds.md"
FLY = "@flydotio/dockerfile@0.7.10"
NOTHING = "nothing"
MARKS = re.compile(r"(?<=<!-- begin measurements -->\n).*(?=<!-- end measurements -->)", re.DOTALL)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("examples", nargs="*")
    args = parser.parse_args()
    # `kill` must end the servers, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    sections = []
    for subject in SUBJECTS:
        if not args.examples or subject.example in args.examples:
            with Run(args.binary) as run:
                sections.append(measure(subject(run)))
    if not args.examples:
        text = f"On a machine with {table.machine()}:\n" + "".join(sections)
        PAGE.write_text(MARKS.sub(lambda _: text, PAGE.read_text()))


class Subject:
    """An example, and its changes."""

    # images of Docker Hub and ghcr.io that its Dockerfiles start from; the stage with the tools replaces them
    images = []
    # options of `@flydotio/dockerfile`
    fly = None
    # how the other Dockerfiles get the secret
    by_hand_gets_argument = fly_gets_argument = False

    def __init__(self, run):
        self.run = run
        self.application = run.application(self.example)
        self.folder = self.application.folder
        self.prepare()

    def prepare(self):
        pass

    def secrets(self):
        """The current values of the secrets."""
        return {}

    def rotate(self):
        """Replaces the secret with a new value, and ends the old one."""

    def changes(self):
        """The name of each change, and the function that makes it."""
        yield NOTHING, lambda: None
        # different in each run, because the engine may have the layers of an earlier one
        yield f"a line of `{self.source}`", lambda: self.append(self.source, f"{self.comment} {self.run.prefix}\n")
        yield f"a blank line in `{self.lock}`", lambda: self.append(self.lock, " " * random.randint(1, 10000) + "\n")
        if self.secrets():
            yield self.secret, self.rotate

    def build_with_nonce(self):
        """Builds with the old values, and another SECRETS_HASH."""
        application = self.application
        arguments = ["SECRETS_HASH=another"]
        build = engine.build(application.dockerfile, self.folder, application.image, secrets=self.secrets(), arguments=arguments)
        return application.succeed(build)

    def append(self, name, text):
        with (self.folder / name).open("a") as file:
            file.write(text)


class PrivateRegistry(Subject):
    example = "node-private-registry"
    source, comment, lock, secret = "src/server.ts", "//", "package-lock.json", "the token"
    images = ["node:22-slim"]
    fly = ["--arg-build=NPM_TOKEN:none"]
    fly_gets_argument = True

    def prepare(self):
        self.registry = self.run.registry()
        use_registry(self.folder / ".npmrc", self.registry.address)

    def secrets(self):
        return {"NPM_TOKEN": self.registry.token}

    def rotate(self):
        self.registry.rotate()


class Next(Subject):
    example = "nextjs-database-url"
    source, comment, lock = "app/page.js", "//", "package-lock.json"
    secret = "the password in `DATABASE_URL`"
    images = ["node:24-slim"]
    fly = ["--mount-secret=DATABASE_URL"]
    by_hand_gets_argument = True

    def prepare(self):
        self.postgres = self.run.postgres()
        self.postgres.sql("CREATE DATABASE reading_list")
        self.postgres.sql((self.folder / "db/schema.sql").read_text(), "reading_list")
        self.rotate()

    def secrets(self):
        return {"DATABASE_URL": self.postgres.url("reading_list_build", self.password, "reading_list")}

    def rotate(self):
        self.password = self.postgres.new_password("reading_list_build")


class Python(Subject):
    example = "python-uv"
    source, comment, lock = "main.py", "#", "uv.lock"
    images = ["ghcr.io/astral-sh/uv:python3.13-trixie-slim"]


SUBJECTS = [PrivateRegistry, Next, Python]


def measure(subject):
    """The section of an example."""
    builds = builders(subject)
    for build in builds.values():
        build()
    rows = [f"\n## `{subject.example}`\n\n", f"| change | {' | '.join(builds)} |\n", f"|---|{'---|' * len(builds)}\n"]

    def add(change, cells):
        rows.append(f"| {change} | {' | '.join(cells)} |\n")
        print(rows[-1], end="", flush=True)

    for change, make in subject.changes():
        make()
        results = [build() for build in builds.values()]
        # otherwise other builds filled the engine's cache, and no row can be right
        expect(change != NOTHING or not any(build.ran for build in results), "the engine dropped layers of the first build")
        add(change, [cell(build) for build in results])
    if subject.secrets():
        # other Dockerfiles have no such argument
        add("only `SECRETS_HASH`", [cell(subject.build_with_nonce()), *["—"] * (len(builds) - 1)])
    return "".join(rows)


def builders(subject):
    """The functions that build the example, by the name of the Dockerfile."""
    application = subject.application
    application.build_cold(subject.secrets())
    tools = by_hand.base(application, subject.secrets())

    def other(path, gets_argument):
        images = dict.fromkeys(subject.images, tools)
        given = {"arguments" if gets_argument else "secrets": subject.secrets()}
        return by_hand.build(application, images, path=path, **given)

    builders = {
        "railpack2docker": lambda: application.succeed(application.build(subject.secrets())),
        "by hand": lambda: other(None, subject.by_hand_gets_argument),
    }
    if subject.fly:
        path = generate(subject)
        builders["`@flydotio/dockerfile`"] = lambda: other(path, subject.fly_gets_argument)
    return builders


def generate(subject):
    """The Dockerfile of `@flydotio/dockerfile`, without its `# syntax` line, which needs Docker Hub."""
    copy = subject.folder.with_name(f"{subject.example}-fly")
    shutil.copytree(subject.folder, copy)
    subprocess.run(["npx", "--yes", FLY, "--force", "--skip", *subject.fly], cwd=copy, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    # its entry point, which it adds to the example
    for script in copy.glob("docker-entrypoint*"):
        shutil.copy(script, subject.folder)
    text = (copy / "Dockerfile").read_text()
    expect(text.startswith("# syntax"), f"unexpected Dockerfile of {FLY}")
    version = subject.images[0].removeprefix("node:").removesuffix("-slim")
    path = copy.with_suffix(".Dockerfile")
    path.write_text(re.sub(r"(?<=^ARG NODE_VERSION=).*$", version, text.partition("\n")[2], flags=re.MULTILINE))
    return path


def cell(build):
    """The time, and the commands that ran."""
    commands = ", ".join(f"`{short(command)}`" for command in build.ran)
    return f"{duration(build.seconds)}: {commands or 'no command'}"


def duration(seconds):
    """Seconds with the digits that are stable."""
    return f"{seconds:.0f} s" if seconds < 20 else f"{round(seconds, -1):.0f} s"


def short(command):
    """A command without the value that it reads, without its second part, and without options."""
    command = re.sub(r'^(\w+="[^"]*" (\\\n\s*)?)+', "", command).split(" && ")[0]
    return " ".join(word for word in command.split() if not word.startswith("-"))


if __name__ == "__main__":
    main()
