"""Checks the manifests of Scoop and WinGet: windows.py MANIFESTS ARCHIVES

Their linters need Windows. This checks that the files can be read, that they have the required keys of
the schemas (Scoop's schema.json; WinGet's 1.10.0), and that the paths and the checksum are those of the
archive.
"""

import hashlib
import json
import pathlib
import sys
import zipfile

import yaml

ARCHIVE = "railpack2docker-x86_64-pc-windows-msvc.zip"

REQUIRED = {
    "version": ["DefaultLocale"],
    "installer": ["InstallerType", "NestedInstallerType", "NestedInstallerFiles", "Installers"],
    "defaultLocale": ["PackageLocale", "Publisher", "PackageName", "License", "ShortDescription"],
}


def require(about, keys, path):
    if missing := [key for key in keys if not about.get(key)]:
        sys.exit(f"error: {path} has no {missing}")


def equal(found, expected, what):
    if found != expected:
        sys.exit(f"error: {what} is {found}, expected {expected}")


def scoop(path, sha256, inside):
    about = json.loads(path.read_text())
    require(about, ["version", "description", "homepage", "license"], path)
    equal(about["architecture"]["64bit"]["hash"], sha256, "the hash of Scoop")
    equal(f"{about['extract_dir']}/{about['bin']}" in inside, True, "the program of Scoop in the archive")


def winget(folder, sha256, inside):
    files = {about["ManifestType"]: about for about in (yaml.safe_load(path.read_text()) for path in folder.iterdir())}
    equal(sorted(files), sorted(REQUIRED), "the manifests of WinGet")
    for kind, keys in REQUIRED.items():
        require(files[kind], ["PackageIdentifier", "PackageVersion", "ManifestVersion", *keys], kind)
        equal(files[kind]["PackageIdentifier"], files["version"]["PackageIdentifier"], "the identifier")
    installer = files["installer"]["Installers"][0]
    require(installer, ["Architecture", "InstallerUrl"], "the installer")
    equal(installer["InstallerSha256"].lower(), sha256, "the hash of WinGet")
    program = files["installer"]["NestedInstallerFiles"][0]["RelativeFilePath"]
    equal(program.replace("\\", "/") in inside, True, "the program of WinGet in the archive")


def main():
    manifests, archives = map(pathlib.Path, sys.argv[1:])
    archive = archives / ARCHIVE
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    inside = zipfile.ZipFile(archive).namelist()
    scoop(manifests / "scoop" / "railpack2docker.json", sha256, inside)
    winget(manifests / "winget", sha256, inside)


main()
