"""The layering checks hold for the project, and fail for a forbidden import in a copy of it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import layers
from tools.shell import ROOT

pytestmark = [pytest.mark.long, pytest.mark.once]
LINTER = Path(sys.executable).with_name("lint-imports")


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layers")
    shutil.copy(ROOT / ".importlinter", folder)
    skipped = shutil.ignore_patterns("static", "*.po", "*.mo", "data", "__pycache__")
    shutil.copytree(ROOT / "guanxi", folder / "guanxi", ignore=skipped)
    return folder


@pytest.fixture
def copy(original, tmp_path):
    return Path(shutil.copytree(original, tmp_path / "copy"))


def lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run([LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def add(folder: Path, module: str, text: str) -> None:
    file = folder.joinpath(*module.split(".")).with_suffix(".py")
    for parent in reversed(file.parents):
        if parent.is_relative_to(folder / "guanxi") and not parent.exists():
            parent.mkdir()
            (parent / "__init__.py").touch()
    file.write_text(text)


def test_the_project_keeps_its_layers(original):
    status, output = lint(original)
    assert status == 0, output
    assert list(layers.problems(ROOT)) == []


FORBIDDEN = [
    ("guanxi.platform.jobs.intruder", "guanxi.modules.customers.services"),
    ("guanxi.modules.customers.selectors", "guanxi.analytics.engine"),
    ("guanxi.analytics.intruder", "guanxi.integrations.sms"),
    ("guanxi.integrations.mail", "guanxi.integrations.sms"),
    ("guanxi.packs.telecom", "guanxi.packs.gas"),
    ("guanxi.platform.access.intruder", "guanxi.platform.entities.door"),
    ("guanxi.platform.entities.intruder", "guanxi.platform.commands.door"),
    ("guanxi.platform.audit.intruder", "guanxi.platform.exchange.door"),
    ("guanxi.platform.ui.intruder", "guanxi.platform.api.door"),
    ("guanxi.modules.customers.choices", "guanxi.modules.customers.policies"),
]
PLACELESS = ["guanxi.drawer", "guanxi.platform.drawer", "guanxi.modules.drawer", "guanxi.modules.customers.drawer"]


def test_forbidden_imports_and_packages_without_a_place_fail(copy):
    for module in PLACELESS:
        add(copy, f"{module}.part", "")
    for _source, target in FORBIDDEN:
        add(copy, target, "")
    for source, target in FORBIDDEN:
        add(copy, source, f"import {target}\n")
    status, output = lint(copy)
    assert status == 1
    for module in PLACELESS:
        assert f"- {module} " in output
    for source, target in FORBIDDEN:
        assert f"- {source} -> {target} (l.1)" in output


def test_a_folder_that_the_contracts_cannot_see_is_reported(copy):
    hidden = copy / "guanxi" / "platform" / "hidden"
    hidden.mkdir()
    (hidden / "part.py").touch()
    assert [problem for problem in layers.problems(copy) if "guanxi/platform/hidden" in problem]


def test_a_module_is_entered_by_its_doors_only(copy):
    add(copy, "guanxi.modules.customers.policies", "")
    add(copy, "guanxi.modules.customers.services", "from guanxi.modules.customers import policies\n")
    add(copy, "guanxi.packs.telecom.tariffs", "from guanxi.modules.customers import policies, services\n")
    found = [problem for problem in layers.problems(copy) if "guanxi.packs" in problem]
    assert len(found) == 1
    assert found[0].startswith("guanxi.packs.telecom.tariffs:1 imports guanxi.modules.customers.policies")
