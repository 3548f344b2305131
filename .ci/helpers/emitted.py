"""Checks what `railpack2docker emit` writes against the schemas of the tools that read it.

    emitted.py BINARY WORK

Writes projects with awkward names and all kinds of options to the directory WORK, and checks each file of each kind.
"""

import json
import os
import pathlib
import subprocess
import sys
import tomllib

SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci", "compose": "vendor.compose-spec"}

FILES = {"bake": "docker-bake.hcl", "compose": "compose.yaml", "github": "images.yml", "gitlab": "gitlab-ci.yml",
         "fly": "fly.toml", "sh": "build.sh", "kubernetes": "job.yaml"}

# directories whose names are syntax somewhere; Compose refuses the last one
NAMES = ["web", "we ird $(touch pwned) `x` \"q\" 'a'", "a: b # c", "-dash", "UPPER", "no", "${{ secrets.X }}"]

# options of the Dockerfiles, and options of emit
OPTIONS = {
    "plain": ([], []),
    "platforms": (["--platforms=linux/amd64,linux/arm64"], ["--image=registry.example.com/shop", "--tag=1", "--push",
                                                            "--cache-registry=registry.example.com/cache"]),
    "hash": (["--secrets-hash=arg", "--secrets-scope=step", "--label-arg=a.b=REVISION"], ["--platform=linux/amd64"]),
    "file": (["--secret-mount=file", "--secrets-hash-key=HASH_KEY", "--optional-secrets", "--github-token"], ["--push",
             "--image=shop"]),
    "ssh": (["--ssh", "--secret-id=NPM_TOKEN=npm"], []),
    "reproducible": (["--reproducible"], []),
    "reproducible-push": (["--reproducible"], ["--push", "--image=localhost:5000/shop"]),
    "buildah": (["--builder=buildah@1.43", "--platforms=linux/amd64,linux/arm64"], ["--push",
                "--cache-registry=registry.example.com/cache"]),
    "podman": (["--builder=podman@5.8"], []),
}

# kinds that refuse options
REFUSED = {
    "ssh": {"fly", "kubernetes"}, "reproducible": {"fly", "compose"}, "reproducible-push": {"fly", "compose"},
    "platforms": {"fly"}, "file": {"fly"}, "hash": set(),
    "buildah": {"bake", "compose", "github", "fly", "kubernetes"},
    "podman": {"bake", "compose", "github", "fly", "kubernetes"},
}

# kinds that need a name for what they push
IMAGES = {"kubernetes"}


def plan(number):
    step = {"name": "build", "inputs": [{"image": "debian:13"}], "secrets": ["NPM_TOKEN"],
            "commands": [{"cmd": "make"}]}
    return {"secrets": ["NPM_TOKEN", f"OTHER_{number}"], "steps": [step], "exclude": ["*.md"] if number else [],
            "deploy": {"base": {"step": "build"}, "startCommand": "./app"}}


def run(*command, within, expected=0):
    ran = subprocess.run(command, cwd=within, capture_output=True, text=True)
    if ran.returncode != expected:
        sys.exit(f"{within}: {' '.join(command)}: {ran.returncode}\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def check(kind, path, within):
    if kind in SCHEMAS:
        run("check-jsonschema", "--builtin-schema", SCHEMAS[kind], path, within=within)
    elif kind == "kubernetes":
        # the validator names a resource by its name in messages, and fails without one
        named = (within / path).read_text().replace("  generateName: ", "  name: ")
        (within / "named.yaml").write_text(named)
        run("kubernetes-validate", "--strict", "named.yaml", within=within)
    elif kind == "fly":
        document = tomllib.loads((within / path).read_text())
        if set(document) != {"build"}:
            sys.exit(f"{within}: {path}: {document}")
    elif kind == "sh":
        run("sh", "-n", path, within=within)


def main():
    binary, work = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    count = 0
    for name, (options, more) in OPTIONS.items():
        root = work / name
        directories = [root / "apps" / directory for directory in NAMES]
        for number, directory in enumerate(directories):
            directory.mkdir(parents=True)
            (directory / "railpack-plan.json").write_text(json.dumps(plan(number)))
            run(binary, "railpack-plan.json", "-o", "Dockerfile", "-q", *options, within=directory)
        (root / ".git").mkdir()
        for kind, file in FILES.items():
            plans = [f"apps/{directory}" for directory in NAMES]
            given = list(more)
            if kind == "compose":
                plans.pop()
            if kind == "fly":
                plans = plans[:1]
            if kind == "kubernetes":
                given += ["--repository=https://example.com/shop.git#main"]
                given += [] if any(option.startswith("--image") for option in more) else ["--image=example.com/shop"]
            is_refused = kind in REFUSED.get(name, ())
            if name == "buildah" and kind == "sh":
                given.append("--image=registry.example.com/shop")
            arguments = [binary, "emit", kind, *plans, "-o", file, "-q", *given]
            run(*arguments, within=root, expected=2 if is_refused else 0)
            if is_refused:
                continue
            run(binary, "emit", kind, "--check", "-o", file, within=root)
            check(kind, file, root)
            count += 1
    if list(work.glob("**/pwned")):
        sys.exit("a name was run as a command")
    print(f"{count} files match their schemas")


main()
