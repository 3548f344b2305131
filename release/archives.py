"""Reads the archives that pack.py wrote. The scripts that write packages and manifests share this module."""

import hashlib
import re
import tarfile
import zipfile

NAME = "railpack2docker"


def target(path):
    """The target of an archive, or None for any other file."""
    found = re.fullmatch(rf"{NAME}-(.+)\.(?:tar\.gz|zip)", path.name)
    return found and found[1]


def packaged(folder):
    """The archives whose binaries go into packages and manifests, by target: all but those for glibc. The static binary
    runs there, too."""
    found = {target(path): path for path in sorted(folder.iterdir()) if target(path)}
    return {name: path for name, path in found.items() if not name.endswith("-linux-gnu")}


def files(path):
    """The path in the top directory, the content and the mode of each file of an archive."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                yield inside(entry.filename), archive.read(entry), entry.external_attr >> 16 & 0o777
    else:
        with tarfile.open(path) as archive:
            for entry in filter(tarfile.TarInfo.isfile, archive):
                yield inside(entry.name), archive.extractfile(entry).read(), entry.mode


def inside(path):
    return path.split("/", 1)[1]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
