"""The census, on a small project of its own."""

from pathlib import Path

import pytest

from tools import census, measures

FILES = {
    "platform/engine/core.py": "def run(job: int) -> int:\n    # why\n\n    return job\n\n\ndef loose(job):\n    return System('x')\n",
    "modules/shop/models.py": "import x\n\nclass Basket(x.Model):\n    kind = x.Choice(BasketKind)\n\nclass BasketLine(x.Model):\n    a = 1\n",
    "modules/shop/choices.py": "class BasketKind(x.TextChoices):\n    A = 1\n    B = 2\n",
    "modules/shop/entities.py": "@entity\nclass BasketEntity(Entity):\n    model = Basket\n",
    "modules/shop/commands.py": "@command(Basket)\ndef pay(basket: object) -> None:\n    '''Pay.'''\n\n@pay.allowed\ndef _(basket: object) -> bool:\n    return True\n",
    "modules/shop/templates/shop/basket/row.html": "{# why #}\n<td>\n\n</td>\n",
    "modules/shop/tests/test_shop.py": "def test():\n    System('in a test')\n",
    "modules/shop/migrations/0001_initial.py": "x = 1\n",
}


@pytest.fixture
def root(tmp_path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / "guanxi" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for folder in {file.parent for file in tmp_path.rglob("*.py")} | {tmp_path / "guanxi"}:
        (folder / "__init__.py").touch()
    return tmp_path


def room(root: Path, name: str) -> measures.Room:
    return next(one for one in measures.rooms(root) if one.name == name)


def test_lines_functions_and_types_are_counted(root):
    engine = room(root, "guanxi.platform.engine")
    assert (engine.lines, engine.functions, engine.typed) == (4, 2, 1)
    assert engine.longest_file == (8, "guanxi/platform/engine/core.py")
    assert engine.longest_function == (4, "guanxi/platform/engine/core.py:1 run")


def test_uses_of_system_are_listed_but_not_those_of_tests(root):
    assert [use for one in measures.rooms(root) for use in one.system] == ["guanxi/platform/engine/core.py:8"]


def test_an_entity_costs_its_parts_in_all_files(root):
    (basket,) = room(root, "guanxi.modules.shop").entities
    # model 2 + its share of the import 1, enumeration 3, declaration 3, command and hook 6, template 2; the line model
    # is named after the entity and belongs to it.
    assert (basket.name, basket.lines) == ("Basket", 5 + 3 + 3 + 6 + 2)
    assert basket.files == 5 + 2
    assert not basket.plain


def test_a_small_entity_is_plain(root):
    for name in ("choices.py", "commands.py", "templates/shop/basket/row.html"):
        (root / "guanxi/modules/shop" / name).unlink()
    (basket,) = room(root, "guanxi.modules.shop").entities
    assert basket.plain
    assert basket.files == 4


def test_a_model_of_a_lower_room_counts_for_the_entity_declared_above(root):
    ground = root / "guanxi/platform/ground"
    ground.mkdir()
    (ground / "__init__.py").touch()
    (ground / "models.py").write_text(
        "class Region(x.Model):\n    a = 1\n    b = 2\n\nclass Other(x.Model):\n    a = 1\n"
    )
    entities = root / "guanxi/modules/shop/entities.py"
    entities.write_text(entities.read_text() + "\n@entity\nclass RegionEntity(Entity):\n    model = models.Region\n")
    _, region = room(root, "guanxi.modules.shop").entities
    assert (region.name, region.files, region.lines) == ("Region", 4, 3 + 3)


def test_cycles_between_rooms_are_found(root):
    assert measures.cycles(root) == []
    (root / "guanxi/platform/engine/up.py").write_text("from guanxi.modules.shop import models\n")
    (root / "guanxi/modules/shop/down.py").write_text("def late():\n    from guanxi.platform.engine import core\n")
    assert measures.cycles(root) == [["guanxi.modules.shop", "guanxi.platform.engine"]]


def test_the_report_is_aligned_and_names_everything(root):
    text = census.report(root)
    for part in ("modules.shop", "modules.shop.Basket", "Import cycles between rooms: none", "core.py:8"):
        assert part in text
    table = text.split("\n\n")[0].splitlines()
    column = table[0].index("entities") + len("entities") - 1
    assert [line[column] for line in table[2:]] == ["1", "0", "1"]
