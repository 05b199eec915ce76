"""Copying front-end files and drawing the icon sprite."""

import json
import re
from xml.etree import ElementTree

import pytest

from tools import assets, sprite
from tools.shell import ROOT, Failure

NAMED = re.compile(r"vendor/[\w.-]+\.(?:js|css|svg)")

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
    '<path d="M8 21l8 0"/></svg>'
)


@pytest.fixture
def root(tmp_path):
    packages = tmp_path / "frontend" / "node_modules"
    for kind in ("outline", "filled"):
        (packages / "@tabler/icons/icons" / kind).mkdir(parents=True)
        (packages / "@tabler/icons/icons" / kind / "star.svg").write_text(ICON)
    (packages / "shelf").mkdir()
    (packages / "shelf" / "shelf.min.js").write_text("let a = 1;\n//# sourceMappingURL=shelf.min.js.map\n")
    (tmp_path / "frontend" / "assets.json").write_text('{"shelf/shelf.min.js": "guanxi/static/vendor/shelf.js"}')
    (tmp_path / "frontend" / "icons.txt").write_text("# icons\nstar-filled\nstar # twice\nstar\n")
    (tmp_path / "frontend" / "package-lock.json").write_text("{}")
    return tmp_path


def test_files_are_copied_without_the_pointer_to_a_map(root):
    assets.copy(root)
    assert (root / "guanxi/static/vendor/shelf.js").read_text() == "let a = 1;"


def test_modules_import_the_files_beside_them(root):
    (root / "frontend/node_modules/shelf/shelf.min.js").write_text(
        "import { a, b } from '@wood/board';\nimport { Temporal } from 'temporal-polyfill';\nimport { c } from './own.js';\n"
    )
    (root / "frontend/assets.json").write_text('{"shelf/shelf.min.js": "guanxi/static/vendor/modules/shelf.js"}')
    assets.copy(root)
    assert (root / "guanxi/static/vendor/modules/shelf.js").read_text() == (
        'import { a, b } from "./wood-board.js";\nimport "./temporal-polyfill.js";\nimport { c } from \'./own.js\';\n'
    )


def test_the_sprite_has_one_symbol_per_icon_in_the_colour_of_the_text(root):
    assets.copy(root)
    symbols = list(ElementTree.parse(root / assets.SPRITE).getroot())
    assert [symbol.get("id") for symbol in symbols] == ["star", "star-filled"]
    assert symbols[0].get("stroke") == "currentColor"
    assert symbols[0].get("viewBox") == "0 0 24 24"
    assert symbols[1].get("fill") == "currentColor"
    assert [part.get("d") for part in symbols[0]] == ["M8 21l8 0"]


def test_all_unknown_icons_are_named_at_once(root):
    folder = root / "frontend/node_modules/@tabler/icons/icons"
    with pytest.raises(Failure, match=r"nosuch, \.\./\.\./x"):
        sprite.draw(["star", "nosuch", "../../x"], folder)


def test_a_file_that_a_package_does_not_have_is_named(root):
    (root / "frontend" / "assets.json").write_text('{"shelf/gone.js": "guanxi/static/vendor/gone.js"}')
    with pytest.raises(Failure, match=r"shelf/gone\.js"):
        assets.copy(root)


def test_nothing_is_done_twice_and_a_missing_file_comes_back(root, monkeypatch):
    fetched = []
    monkeypatch.setattr(assets, "_fetch", lambda root: fetched.append(root))
    assets.ready(root)
    target = root / "guanxi/static/vendor/shelf.js"
    target.write_text("changed")
    assets.ready(root)
    assert target.read_text() == "changed"
    target.unlink()
    assets.ready(root)
    assert target.read_text() == "let a = 1;"
    assert fetched == [root]


def test_a_new_lock_file_fetches_again(root, monkeypatch):
    fetched = []
    monkeypatch.setattr(assets, "_fetch", lambda root: fetched.append(root))
    assets.ready(root)
    (root / "frontend" / "package-lock.json").write_text(json.dumps({"new": True}))
    assets.ready(root)
    assert len(fetched) == 2


def test_everything_that_the_project_copies_exists():
    assets.copy()


def test_every_file_that_a_page_names_is_copied():
    sources = [file for file in (ROOT / "guanxi").rglob("*") if file.suffix in {".html", ".py", ".js", ".css"}]
    named = {name for file in sources if "vendor" not in file.parts for name in NAMED.findall(file.read_text())}
    copied = {*json.loads((ROOT / "frontend" / "assets.json").read_text()).values(), str(assets.SPRITE)}
    assert {f"guanxi/static/{name}" for name in named} <= copied
