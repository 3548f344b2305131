"""Runs a binary of a release for another machine, and expects what the binary for this machine does:

    same.py BINARY COMMAND…

COMMAND is the other binary, after the program that runs it here. Both run the same commands, each in a directory of its
own: they must print the same bytes, return the same status, and write the same files. For a Windows binary, the paths
in the arguments have backslashes.
"""

import difflib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
PLANS = {path.parent.name: path.read_bytes() for path in sorted(ROOT.glob("examples/*/plan.json"))}
MISSPELT = b"""{
  "steps": [{ "name": "install" }, { "name": "build", "inputs": [{ "step": "instal" }] }],
  "deploy": { "base": { "step": "build" } }
}
"""

# what prints messages instead of a result
MESSAGES = {"--check", "build", "lint", "where"}

# an argument that is a path has this in front
PATH = "path:"


def cases():
    """The arguments, the standard input and the expected status of each command, in an order: later ones read what
    earlier ones wrote."""
    yield ["--version"], b"", 0
    for name, plan in PLANS.items():
        path, dockerfile = f"{PATH}apps/{name}/railpack-plan.json", f"{PATH}apps/{name}/Dockerfile"
        yield [path], b"", 0
        yield ["-"], plan, 0
        yield [path, "-o", dockerfile, "--source-map", f"{PATH}apps/{name}/map.json"], b"", 0
        yield ["--check", "-o", dockerfile], b"", 0
        yield ["where", f"{dockerfile}:20"], b"", 0
        yield ["lint", path, "--message-format", "json"], b"", 0
        # the layout is calculated with floating-point numbers
        for format in ("text", "mermaid", "svg", "json"):
            yield ["explain", path, "--format", format], b"", 0
        yield ["hash", path, "--env-file", f"{PATH}.env"], b"", 0
        yield ["bundle", path, "--env-file", f"{PATH}.env"], b"", 0
    yield ["build", "--env-file", f"{PATH}.env", "--dry-run"], b"", 0
    first, second, *_ = PLANS
    yield ["diff", f"{PATH}apps/{first}/railpack-plan.json", f"{PATH}apps/{second}/railpack-plan.json"], b"", 1
    yield ["-o", "Dockerfile"], b"", 0
    yield ["--check", "--all"], b"", 0
    yield ["lint", "--all"], b"", 0
    for kind in ("bake", "compose", "github", "gitlab", "sh"):
        yield ["emit", kind, "--all", "-o", f"{PATH}emitted.{kind}"], b"", 0
    # in another directory than the plan
    yield [f"{PATH}apps/{first}/railpack-plan.json", "-o", f"{PATH}other/Dockerfile"], b"", 0
    yield [f"{PATH}apps/{first}/railpack-plan.json", "--user", "1001", "-o", f"{PATH}other/Dockerfile"], b"", 0
    yield [f"{PATH}apps/{second}/railpack-plan.json", "--check", "-o", f"{PATH}other/Dockerfile"], b"", 1
    for topic in (["man"], ["man", "build"], ["schema", "plan"], ["completions", "bash"], ["completions", "powershell"], ["--help"]):
        yield topic, b"", 0
    yield ["-"], MISSPELT, 2
    yield [f"{PATH}misspelt.json"], b"", 2
    yield [f"{PATH}apps/none.json"], b"", 2
    yield ["-o", f"{PATH}foreign/Dockerfile", f"{PATH}apps/{first}/railpack-plan.json"], b"", 2
    yield ["--no-such-option"], b"", 2


def prepare(folder):
    """Writes the files that the commands read."""
    texts = {f"apps/{name}/railpack-plan.json": plan for name, plan in PLANS.items()}
    texts["railpack-plan.json"] = PLANS["secrets"]
    texts |= {"misspelt.json": MISSPELT, "foreign/Dockerfile": b"FROM scratch\n", "other/empty": b""}
    secrets = sorted({secret for plan in PLANS.values() for secret in json.loads(plan).get("secrets") or []})
    texts[".env"] = "".join(f"{secret}='value of {secret}'\n" for secret in secrets).encode()
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


def spelled(argument, separator):
    """An argument as the other machine writes it."""
    return argument.removeprefix(PATH).replace("/", separator) if argument.startswith(PATH) else argument


def neutral(message):
    """A message without what depends on how the machine writes paths: a backslash is quoted in a command."""
    return message.replace(b"\\", b"/").replace(b"'", b"")


def run(command, arguments, text, folder):
    # no pipes: the services that Wine starts inherit them, and keep them open
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as error:
        given.write(text)
        given.seek(0)
        ran = subprocess.run([*command, *arguments], stdin=given, stdout=output, stderr=error, cwd=folder)
        output.seek(0)
        error.seek(0)
        return {"status": ran.returncode, "standard output": output.read(), "standard error": error.read()}


def written(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def differ(arguments, what, expected, found):
    """Prints the difference of two texts, and exits."""
    lines = [str(text, errors="replace").splitlines(keepends=True) if isinstance(text, bytes) else [str(text)] for text in (expected, found)]
    shown = list(difflib.unified_diff(*lines, "expected", "found"))[:40]
    sys.exit("\n".join([f"error: {' '.join(arguments)}: other {what}", *(repr(line) for line in shown)]))


def main():
    native, *other = sys.argv[1:]
    # both run in other directories
    native, other[-1] = os.path.abspath(native), os.path.abspath(other[-1])
    separator = "\\" if other[-1].endswith(".exe") else "/"
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
        here, there = pathlib.Path(here), pathlib.Path(there)
        prepare(here)
        prepare(there)
        count = 0
        for arguments, text, status in cases():
            local = [argument.removeprefix(PATH) for argument in arguments]
            foreign = [spelled(argument, separator) for argument in arguments]
            expected, found = run([native], local, text, here), run(other, foreign, text, there)
            if expected["status"] != status:
                sys.exit(f"error: {' '.join(local)}: {expected}")
            for what, value in expected.items():
                is_message = what == "standard error" or (MESSAGES & set(local) and "json" not in local)
                if found[what] != value and not (is_message and neutral(found[what]) == neutral(value)):
                    differ(foreign, what, value, found[what])
            count += 1
        expected, found = written(here), written(there)
        for name in sorted(expected.keys() | found.keys()):
            if found.get(name) != expected.get(name):
                differ(other, f"file {name}", expected.get(name), found.get(name))
        print(f"{count} commands, {len(expected)} files: the same bytes")


main()
