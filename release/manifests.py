"""Writes the manifests of package managers for a release: manifests.py OUT ARCHIVES VERSION

ARCHIVES has the archives that pack.py wrote. OUT gets a directory for each package manager. All of
them install the files of the release, and verify their checksums.

Environment:
  BASE_URL        where the files of the release are downloaded from
  REPOSITORY_URL  the address of the repository: https://HOST/OWNER/NAME
"""

import base64
import json
import os
import pathlib
import re
import sys

import archives

NAME = "railpack2docker"
SUMMARY = "Turns a Railpack build plan into a Dockerfile that builds the same image"

LINUX_X64, LINUX_ARM64 = "x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"
MAC_X64, MAC_ARM64 = "x86_64-apple-darwin", "aarch64-apple-darwin"
WINDOWS_X64 = "x86_64-pc-windows-msvc"


class Release:
    """The addresses and checksums of a release. All of its texts are safe to put into a manifest."""

    def __init__(self, source, version):
        self.version = plain(version, r"\d+\.\d+\.\d+")
        self.base = plain(os.environ["BASE_URL"], r"https?://[A-Za-z0-9.:/_-]+").rstrip("/")
        self.home = plain(os.environ["REPOSITORY_URL"], r"https://[A-Za-z0-9.-]+/[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
        self.owner, self.repository = self.home.split("/")[-2:]
        self.paths = archives.packaged(source)

    def url(self, target):
        return f"{self.base}/{self.path(target).name}"

    def sha256(self, target):
        return archives.sha256(self.path(target))

    def path(self, target):
        return self.paths.get(target) or sys.exit(f"error: there is no archive for {target}")


def plain(text, pattern):
    if not re.fullmatch(pattern, text):
        sys.exit(f"error: `{text}` does not match `{pattern}`")
    return text


def homebrew(release):
    """A formula for a tap."""
    source = lambda target: f'url "{release.url(target)}"\n      sha256 "{release.sha256(target)}"'
    return f'''class Railpack2docker < Formula
  desc "Turn a Railpack build plan into a Dockerfile that builds the same image"
  homepage "{release.home}"
  version "{release.version}"
  license "MIT"

  on_macos do
    on_arm do
      {source(MAC_ARM64)}
    end
    on_intel do
      {source(MAC_X64)}
    end
  end

  on_linux do
    on_arm do
      {source(LINUX_ARM64)}
    end
    on_intel do
      {source(LINUX_X64)}
    end
  end

  def install
    bin.install "{NAME}"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/{NAME}"
    fish_completion.install "completions/{NAME}.fish"
    zsh_completion.install "completions/_{NAME}"
  end

  test do
    assert_match version.to_s, shell_output("#{{bin}}/{NAME} --version")
  end
end
'''


def scoop(release):
    """A manifest for a bucket. `autoupdate` lets the bucket find later releases."""
    folder, latest = f"{NAME}-{WINDOWS_X64}", f"{release.home}/releases/download/v$version"
    about = {
        "version": release.version,
        "description": SUMMARY,
        "homepage": release.home,
        "license": "MIT",
        "architecture": {"64bit": {"url": release.url(WINDOWS_X64), "hash": release.sha256(WINDOWS_X64)}},
        "extract_dir": folder,
        "bin": f"{NAME}.exe",
        "checkver": {"github": release.home},
        "autoupdate": {
            "architecture": {"64bit": {"url": f"{latest}/{folder}.zip"}},
            "hash": {"url": "$baseurl/SHA256SUMS"},
        },
    }
    return json.dumps(about, indent=4) + "\n"


def winget(release):
    """The three manifests of a version. JSON strings are YAML strings."""
    identifier = f"{release.owner}.{NAME}"
    shared = {"PackageIdentifier": identifier, "PackageVersion": release.version}
    yield f"{identifier}.yaml", "version", shared | {"DefaultLocale": "en-US"}
    yield f"{identifier}.installer.yaml", "installer", shared | {
        "InstallerType": "zip",
        "NestedInstallerType": "portable",
        "NestedInstallerFiles": [
            {"RelativeFilePath": f"{NAME}-{WINDOWS_X64}\\{NAME}.exe", "PortableCommandAlias": NAME}
        ],
        "Installers": [
            {
                "Architecture": "x64",
                "InstallerUrl": release.url(WINDOWS_X64),
                "InstallerSha256": release.sha256(WINDOWS_X64).upper(),
            }
        ],
    }
    yield f"{identifier}.locale.en-US.yaml", "defaultLocale", shared | {
        "PackageLocale": "en-US",
        "Publisher": release.owner,
        "PackageName": NAME,
        "PackageUrl": release.home,
        "License": "MIT",
        "ShortDescription": SUMMARY,
        "Tags": ["docker", "dockerfile", "railpack"],
    }


def yaml(values, indent=""):
    """A mapping as YAML, in its own order."""
    lines = []
    for key, value in values.items():
        if isinstance(value, list) and isinstance(value[0], dict):
            lines.append(f"{indent}{key}:")
            for item in value:
                first, *more = yaml(item, indent + "    ").splitlines()
                lines += [f"{indent}  - {first.strip()}", *more]
        elif isinstance(value, list):
            lines += [f"{indent}{key}:", *(f"{indent}  - {json.dumps(item)}" for item in value)]
        else:
            lines.append(f"{indent}{key}: {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def aqua(release):
    """An entry of aqua's registry, which mise can use, too. It works for all later versions."""
    return f"""packages:
  - type: github_release
    repo_owner: {release.owner}
    repo_name: {release.repository}
    description: {SUMMARY}
    asset: {NAME}-{{{{.Arch}}}}-{{{{.OS}}}}.{{{{.Format}}}}
    format: tar.gz
    files:
      - name: {NAME}
        src: "{{{{.AssetWithoutExt}}}}/{NAME}"
    replacements:
      amd64: x86_64
      arm64: aarch64
      darwin: apple-darwin
      linux: unknown-linux-musl
      windows: pc-windows-msvc
    overrides:
      - goos: windows
        format: zip
    supported_envs:
      - linux
      - darwin
      - windows/amd64
    checksum:
      type: github_release
      asset: SHA256SUMS
      algorithm: sha256
    github_artifact_attestations:
      signer_workflow: {release.owner}/{release.repository}/.github/workflows/release.yml
"""


def mise(release):
    """The lines of a mise.toml that pins this release with its checksums."""
    platforms = {
        "linux-x64": LINUX_X64,
        "linux-arm64": LINUX_ARM64,
        "macos-x64": MAC_X64,
        "macos-arm64": MAC_ARM64,
        "windows-x64": WINDOWS_X64,
    }
    lines = [
        f'{name} = {{ url = "{release.url(target)}", checksum = "sha256:{release.sha256(target)}" }}\n'
        for name, target in platforms.items()
    ]
    return f'[tools."http:{NAME}"]\nversion = "{release.version}"\n\n[tools."http:{NAME}".platforms]\n{"".join(lines)}'


def nix(release):
    """A flake whose package is the binary of the release."""
    systems = {
        "x86_64-linux": LINUX_X64,
        "aarch64-linux": LINUX_ARM64,
        # nixpkgs has dropped Intel Macs
        "aarch64-darwin": MAC_ARM64,
    }
    sources = "\n".join(
        f'        {system} = {{ url = "{release.url(target)}"; hash = "{subresource(release.sha256(target))}"; }};'
        for system, target in systems.items()
    )
    return f'''{{
  description = "{SUMMARY}";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs = {{ self, nixpkgs }}:
    let
      archives = {{
{sources}
      }};
      package = pkgs: archive: pkgs.stdenvNoCC.mkDerivation {{
        pname = "{NAME}";
        version = "{release.version}";
        src = pkgs.fetchurl archive;
        nativeBuildInputs = [ pkgs.installShellFiles ];
        dontConfigure = true;
        dontBuild = true;
        # the binary stays as it was released
        dontFixup = true;
        installPhase = ''
          install -Dm755 {NAME} -t $out/bin
          installManPage man/*.1
          installShellCompletion --cmd {NAME} --bash completions/{NAME} --fish completions/{NAME}.fish --zsh completions/_{NAME}
        '';
        meta = {{
          description = "{SUMMARY}";
          homepage = "{release.home}";
          license = pkgs.lib.licenses.mit;
          mainProgram = "{NAME}";
          platforms = builtins.attrNames archives;
        }};
      }};
    in {{
      packages = builtins.mapAttrs
        (system: archive: {{ default = package nixpkgs.legacyPackages.${{system}} archive; }})
        archives;
    }};
}}
'''


def subresource(sha256):
    """A checksum as Nix and browsers spell it."""
    return "sha256-" + base64.b64encode(bytes.fromhex(sha256)).decode()


def manifests(release):
    """The path and the text of each file."""
    yield f"homebrew/{NAME}.rb", homebrew(release)
    yield f"scoop/{NAME}.json", scoop(release)
    for name, kind, values in winget(release):
        yield f"winget/{name}", yaml(values | {"ManifestType": kind, "ManifestVersion": "1.10.0"})
    yield "aqua/registry.yaml", aqua(release)
    yield "mise/mise.toml", mise(release)
    yield "nix/flake.nix", nix(release)


def main():
    out, source, version = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    for path, text in manifests(Release(source, version)):
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text)
        print(path)


if __name__ == "__main__":
    main()
