"""The list of parts (SBOM): every package of the lock files with version and hashes, as CycloneDX JSON in build/."""

import base64
import json
import re
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.shell import Failure

TARGET = Path("build") / "sbom.cdx.json"
#: Lock files from what always runs to what only developers need; the first that names a package says its scope.
SCOPES = {
    "requirements.txt": "required",
    "requirements-ldap.txt": "optional",
    "requirements-dev.txt": "excluded",
    "requirements-node.txt": "excluded",
    "requirements-nightly.txt": "excluded",
}
FRONTEND = Path("frontend") / "package-lock.json"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=(sha\d+):([0-9a-f]+)")
_ALGORITHMS = {"sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}


@dataclass(frozen=True)
class Part:
    """One locked package. ``hashes``: (algorithm, hexadecimal digest) of every file that may be installed for it."""

    kind: str
    name: str
    version: str
    scope: str
    hashes: tuple[tuple[str, str], ...]

    @property
    def purl(self) -> str:
        return f"pkg:{self.kind}/{self.name.replace('@', '%40')}@{self.version}"


def python_parts(root: Path) -> Iterator[Part]:
    """The packages of every requirements*.txt. Raises Failure for a line that pins nothing and for a lock file without a
    scope."""
    for file in sorted(root.glob("requirements*.txt"), key=lambda one: list(SCOPES).index(_known(one.name))):
        joined = file.read_text().replace("\\\n", " ")
        for line in joined.splitlines():
            text = line.partition(" #")[0].strip()
            if not text or text.startswith("#"):
                continue
            found = _PINNED.match(text)
            if found is None:
                raise Failure(f"{file.name}: no version is pinned in “{text[:80]}”")
            yield Part("pypi", found[1].lower(), found[2], SCOPES[file.name], tuple(_HASH.findall(text)))


def _known(name: str) -> str:
    if name not in SCOPES:
        raise Failure(f"{name}: say in tools/sbom.py what its packages are for")
    return name


def npm_parts(root: Path) -> Iterator[Part]:
    """The packages of the front end."""
    for path, one in json.loads((root / FRONTEND).read_text())["packages"].items():
        if path:
            algorithm, _dash, digest = one.get("integrity", "").partition("-")
            hashes = ((algorithm, base64.b64decode(digest).hex()),) if digest else ()
            scope = "excluded" if one.get("dev") else "required"
            yield Part("npm", path.rpartition("node_modules/")[2], one["version"], scope, hashes)


def parts(root: Path) -> list[Part]:
    """Every package once, by its address."""
    found: dict[str, Part] = {}
    for one in (*python_parts(root), *npm_parts(root)):
        found.setdefault(one.purl, one)
    return [found[purl] for purl in sorted(found)]


def document(root: Path) -> dict[str, Any]:
    """The list as CycloneDX 1.6. It holds no time, so that it changes only with the lock files."""
    components = [
        {
            "type": "library", "bom-ref": one.purl, "name": one.name, "version": one.version, "scope": one.scope, "purl": one.purl,
            "hashes": [{"alg": _ALGORITHMS[algorithm], "content": digest} for algorithm, digest in one.hashes],
        }
        for one in parts(root)
    ]  # fmt: skip
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([project["version"], components]))
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{number}", "version": 1,
        "metadata": {"component": {"type": "application", "name": project["name"], "version": project["version"]}},
        "components": components,
    }  # fmt: skip


def write(root: Path) -> int:
    """Write the list and say where it is."""
    target = root / TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    found = document(root)
    target.write_text(json.dumps(found, indent=1) + "\n")
    print(f"{len(found['components'])} parts in {target}")
    return 0
