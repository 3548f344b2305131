"""Packs the files of a release: pack.py OUT TOOL BINARIES

BINARIES holds a folder for each target, with the binary in it. TOOL is one of them, or another
build, that runs on this machine: it prints the manual and the completions. OUT gets an archive and a
bill of materials for each target, install.sh and SHA256SUMS. The same input gives the same bytes.

Environment:
  SOURCE_DATE_EPOCH  the time of the files in the archives, by default 1980-01-01
  BASE_URL           where the files will be downloaded from; install.sh is told
  REPOSITORY_URL     the address of the repository, for the bills of materials
"""

import gzip
import hashlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import time
import zipfile

import notices
import sbom

NAME = "railpack2docker"
ROOT = pathlib.Path(__file__).resolve().parent.parent
# the oldest time that a zip can say
OLDEST = 315532800

COMPLETIONS = {
    "bash": NAME,
    "elvish": f"{NAME}.elv",
    "fish": f"{NAME}.fish",
    "powershell": f"_{NAME}.ps1",
    "zsh": f"_{NAME}",
}


def printed(tool, *arguments):
    return subprocess.run([tool, *arguments], check=True, stdout=subprocess.PIPE).stdout


def pages(tool):
    """The names and texts of the manual's pages."""
    main = printed(tool, "man")
    commands = re.findall(rf"{NAME}-([a-z]+)\(1\)", main.decode().replace("\\-", "-"))
    yield f"{NAME}.1", main
    for command in sorted(set(commands)):
        yield f"{NAME}-{command}.1", printed(tool, "man", command)


def files_of_all(tool):
    """What every archive has beside its binary, by path."""
    files = {name: (ROOT / name).read_bytes() for name in ("README.md", "CHANGELOG.md", "LICENSE")}
    files |= {f"completions/{name}": printed(tool, "completions", shell) for shell, name in COMPLETIONS.items()}
    files |= {f"man/{name}": page for name, page in pages(tool)}
    return files


def mode(path):
    """Only the binary, which stands in no further folder, can be run."""
    _, *inside = path.split("/")
    return 0o755 if inside in ([NAME], [f"{NAME}.exe"]) else 0o644


def tar(files, when):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode, entry.mtime = len(content), mode(path), when
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), mtime=0)


def zipped(files, when):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, time.gmtime(when)[:6])
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = (0o100000 | mode(path)) << 16
            archive.writestr(entry, content)
    return raw.getvalue()


def installer(base_url):
    """install.sh, with the address that it downloads from."""
    text = (ROOT / "install.sh").read_text()
    if not base_url:
        return text
    # it becomes part of a script
    if not re.fullmatch(r"https://[A-Za-z0-9._/-]+", base_url):
        sys.exit(f"error: BASE_URL is not plain: {base_url}")
    said, unsaid = f'released_at="{base_url}"', 'released_at=""'
    if text.count(unsaid) != 1:
        sys.exit("error: install.sh has no place for the address")
    return text.replace(unsaid, said)


def main():
    out, tool, binaries = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    when = max(OLDEST, int(os.environ.get("SOURCE_DATE_EPOCH", OLDEST)))
    shared = files_of_all(tool)
    made = {"install.sh": installer(os.environ.get("BASE_URL", "")).encode()}
    for folder in sorted(binaries.iterdir()):
        target, is_windows = folder.name, "windows" in folder.name
        binary = f"{NAME}.exe" if is_windows else NAME
        files = shared | {binary: (folder / binary).read_bytes(), "THIRD-PARTY.txt": notices.text(target).encode()}
        files = {f"{NAME}-{target}/{path}": content for path, content in files.items()}
        made[f"{NAME}-{target}" + (".zip" if is_windows else ".tar.gz")] = (zipped if is_windows else tar)(files, when)
        made[f"{NAME}-{target}.cdx.json"] = sbom.text(target).encode()
    out.mkdir(parents=True, exist_ok=True)
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(made.items()))
    for name, content in (made | {"SHA256SUMS": sums.encode()}).items():
        (out / name).write_bytes(content)
        print(f"{len(content):>9}  {name}")


if __name__ == "__main__":
    main()
