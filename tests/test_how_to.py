"""The code of docs/how-to/add-an-entity.md, carried out in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tools.measures import PLAIN_FILES, PLAIN_LINES, code_lines
from tools.shell import ROOT

pytestmark = [pytest.mark.long, pytest.mark.once]
PAGE = ROOT / "docs" / "how-to" / "add-an-entity.md"
FLEET = "guanxi/modules/fleet"
EMPTY = (f"{FLEET}/__init__.py", f"{FLEET}/migrations/__init__.py", f"{FLEET}/tests/__init__.py")
LEFT_OUT = (".*_cache", ".git", ".hypothesis", ".venv", "__pycache__", "build", "node_modules", "var")
BLOCK = re.compile(r"^`(?P<path>[^`\n]+)`:\n\n```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> dict[str, tuple[str, str]]:
    """Path → (language, text) of every block of the page that names a file."""
    return {found["path"]: (found["language"], found["text"]) for found in BLOCK.finditer(PAGE.read_text())}


def patched(text: str, diff: str) -> str:
    """The text with the change made; the lines it stands between must be there exactly once."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(before) == 1, before
    return text.replace(before, after)


def carry_out(copy: Path) -> None:
    """Do what the page says, but for the migration."""
    for path in EMPTY:
        assert f"`{path}`" in PAGE.read_text()
        file = copy / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for path, (language, text) in blocks().items():
        file = copy / path
        file.write_text(patched(file.read_text(), text) if language == "diff" else text)


def environment(data: Path) -> dict[str, str]:
    """As in these tests, with data of its own and, on a server, a database of its own."""
    data.mkdir()
    found = {**os.environ, "GUANXI_DATA_DIR": str(data), "PYTHONDONTWRITEBYTECODE": "1"}
    for name in [name for name in found if name.startswith(("PYTEST_", "DJANGO_SETTINGS"))]:
        del found[name]
    if url := os.environ.get("DATABASE_URL"):
        found["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/how_to_{os.getpid()}"))
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """The copy with the page carried out and the migration made, and the environment for its processes."""
    folder = tmp_path_factory.mktemp("how-to")
    copy = Path(shutil.copytree(ROOT, folder / "guanxi", ignore=shutil.ignore_patterns(*LEFT_OUT)))
    carry_out(copy)
    variables = environment(folder / "data")
    call(copy, variables | {"DATABASE_URL": ""}, "manage.py", "makemigrations", "fleet")
    return copy, variables


def call(copy: Path, variables: dict[str, str], *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=copy, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, f"{arguments}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def test_a_plain_entity_costs_four_files_and_ninety_lines(project):
    copy, _variables = project
    own = ["models.py", "entities.py", "tests/test_vehicle.py"]
    migrations = [file for file in (copy / FLEET / "migrations").iterdir() if file.name[0].isdigit()]
    assert len(own) + len(migrations) <= PLAIN_FILES
    assert (
        sum(code_lines((copy / FLEET / name).read_text().splitlines()) for name in [*own, "commands.py"]) <= PLAIN_LINES
    )


def test_the_module_keeps_the_layers(project):
    copy, variables = project
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=copy, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_derived_path_opens_and_the_tests_of_the_page_and_of_the_contract_pass(project):
    copy, variables = project
    said = call(
        copy,
        variables,
        "-m",
        "pytest",
        "-k",
        "vehicle or Vehicle or walk",
        FLEET,
        "tests/how_to_walk.py",
        "tests/contract",
    )
    assert re.search(r"\d+ passed", said)
    assert "skipped" not in said


def test_links_between_pages_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("guanxi/**/README.md")]:
        for target in re.findall(r"(?<!!)\[[^\]]*\]\((?!https?:|#)([^)#\s]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} points to {target}"
