"""The look keeps its rules: escaping in one place, small parts, nothing inline, every sentence translated."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from guanxi.platform.ui.contexts import Badge, Cell, Row
from guanxi.platform.ui.present import ago
from guanxi.platform.ui.templatetags.cells import card_html, cell_html, row_html

ROOM = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOM / "templates").rglob("*.html"))
STATIC = ROOM.parent.parent / "static" / "guanxi"
NASTY = '"><script>alert(1)</script>'


@pytest.mark.parametrize("kind", ["text", "name", "money", "user", "date_time", "boolean", "link", "code"])
def test_every_kind_of_cell_escapes_its_texts(kind: str) -> None:
    cell = Cell(kind=kind, display=NASTY, title=NASTY, href=NASTY, iso=NASTY, note=NASTY)
    assert "<script" not in row_html(Row(id=1, url=NASTY, label=NASTY, cells=(cell, cell)), "%(name)s")
    assert "<script" not in card_html(Row(id=1, url=NASTY, cells=(cell,)), "", "%(name)s")


def test_a_row_of_which_every_column_is_hidden_is_still_a_row() -> None:
    assert 'id="row-7"' in row_html(Row(id=7, url="/x/", label="Seven", cells=()), "%(name)s")


def test_badges_escape_and_an_empty_cell_shows_a_dash() -> None:
    assert "<script" not in cell_html(Cell(badges=(Badge(label=NASTY, url=NASTY),)))
    assert "—" in cell_html(Cell())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOM / "templates")))
def test_a_part_is_small_and_has_nothing_inline(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 60
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script>|javascript:|hx-on|https?://(?!www\.w3\.org)", text)


def test_style_sheets_and_scripts_stay_short() -> None:
    for path in [*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js")]:
        assert path.read_text().count("\n") < (400 if path.suffix == ".css" else 300), path


def test_every_line_can_be_read_at_a_glance() -> None:
    """A drawing within a style sheet is one line by necessity."""
    for path in [*TEMPLATES, *STATIC.glob("css/*.css"), *STATIC.glob("js/*.js")]:
        long = [line for line in path.read_text().splitlines() if len(line) > 160 and "data:image" not in line]
        assert long == [], path


@pytest.mark.parametrize("name", ["403.html", "404.html", "500.html", "503.html"])
def test_error_pages_render_without_any_context(name: str) -> None:
    assert name.removesuffix(".html") in render_to_string(name)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "just now"),
        (-5, "5 minutes ago"),
        (-60 * 5, "5 hours ago"),
        (-60 * 24, "1 day ago"),
        (30, "in 30 minutes"),
        (60 * 30, "in 1 day"),
        (60 * 24 * 40, "2026-04-10"),
        (-60 * 24 * 40, "2026-01-20"),
    ],
)
def test_a_time_near_now_is_told_by_its_distance_else_by_its_day_where_the_reader_is(minutes, words):
    now = datetime(2026, 2, 28, 20, 0, tzinfo=UTC)
    with override("en"):
        assert ago(now + timedelta(minutes=minutes), now, ZoneInfo("Asia/Shanghai")) == words
