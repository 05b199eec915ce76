from collections import Counter

import pytest

from guanxi.platform.refdata.loading import Loaded, load, load_all
from guanxi.platform.refdata.models import Code, Industry, Region
from guanxi.platform.refdata.registry import code_tables
from guanxi.platform.refdata.shipped import ShippedRow, code_rows, industry_rows, region_rows

pytestmark = pytest.mark.django_db


def rows_of(model):
    return {row["id"]: row for row in model.objects.values()}


def test_exact_counts_of_what_is_in_force(refdata):
    active = Region.objects.filter(active=True)
    assert Counter(active.filter(grouping=False).values_list("level", flat=True)) == {1: 34, 2: 333, 3: 2975}
    assert active.filter(grouping=True).count() == 9
    assert set(active.filter(level=1).values_list("code", flat=True)) >= {
        "110000",
        "650000",
        "710000",
        "810000",
        "820000",
    }
    assert Industry.objects.filter(level=1).count() == 20
    assert Industry.objects.filter(level=2).count() == 97
    assert sorted(Industry.objects.filter(level=2).values_list("code", flat=True)) == [f"{n:02}" for n in range(1, 98)]
    assert (
        "".join(Industry.objects.filter(level=1).order_by("code").values_list("code", flat=True))
        == "ABCDEFGHIJKLMNOPQRST"
    )


def test_abolished_divisions_are_kept_inactive_with_their_year_and_successor(refdata):
    gone = Region.objects.filter(active=False)
    assert gone.count() == 3429
    assert not gone.filter(until=None).exists()
    assert not Region.objects.filter(active=True).exclude(until=None).exists()
    chongwen = Region.objects.get(code="110103")
    assert (chongwen.until, chongwen.successor.code) == (2010, "110101")
    assert gone.exclude(successor=None).count() > 3000


def test_tree_columns_agree_with_the_parents(refdata):
    by_id = {region.pk: region for region in Region.objects.all()}
    for region in by_id.values():
        parent = by_id.get(region.parent_id)
        assert region.path == (parent.path if parent else "") + region.code
        assert (region.r1, region.r2, region.r3)[region.level - 1] == region.pk
        if parent:
            assert region.r1 == parent.r1
            assert parent.level < region.level
    for industry in Industry.objects.select_related("parent"):
        assert industry.path.startswith(industry.parent.path if industry.parent else "")


def test_every_label_is_there_in_three_languages(refdata):
    for model in (Region, Industry, Code):
        for row in model.objects.all():
            assert set(row.labels) == {"zh-hans", "zh-hant", "en"}, row.labels
            assert row.pinyin and row.initials
            assert row.labels["en"].isprintable()


def test_loading_again_changes_nothing(refdata, django_assert_max_num_queries):
    before = {model: rows_of(model) for model in (Region, Industry, Code)}
    with django_assert_max_num_queries(12):
        counts = load_all()
    assert {name: (c.created, c.updated, c.kept) for name, c in counts.items()} == dict.fromkeys(counts, (0, 0, 0))
    for model, rows in before.items():
        after = rows_of(model)
        assert [pk for pk in rows if rows[pk] != after.get(pk)] == []
        assert len(after) == len(rows)


def test_users_edits_survive_and_the_rest_is_brought_up_to_date():
    first = ShippedRow("X", {"code": "X"}, {"labels": {"en": "Old"}, "active": True, "level": 1, "year": 2011})
    load(Industry, [first])
    row = Industry.objects.get(code="X")
    row.labels = {"en": "Mine"}
    row.save()
    assert row.edited
    newer = ShippedRow("X", {"code": "X"}, {"labels": {"en": "New"}, "active": True, "level": 1, "year": 2017})
    assert load(Industry, [newer]).updated == 1
    row.refresh_from_db()
    assert (row.labels, row.year, row.version) == ({"en": "Mine"}, 2017, 2)
    assert load(Industry, [newer]) == Loaded(kept=1)


def test_rows_no_longer_shipped_are_deactivated_and_own_rows_left_alone():
    rows = [
        ShippedRow(code, {"code": code}, {"labels": {"en": code}, "active": True, "level": 1, "year": 2017})
        for code in ("X", "Y")
    ]
    load(Industry, rows)
    Industry.objects.create(code="Z", labels={"en": "Own"}, level=1)
    load(Industry, rows[:1])
    assert dict(Industry.objects.values_list("code", "active")) == {"X": True, "Y": False, "Z": True}
    load(Industry, rows)
    assert Industry.objects.get(code="Y").active


def test_an_own_row_with_a_shipped_code_stays_the_users():
    Industry.objects.create(code="X", labels={"en": "Own"}, level=1)
    row = ShippedRow("X", {"code": "X"}, {"labels": {"en": "Shipped"}, "active": True, "level": 1, "year": 2017})
    assert load(Industry, [row]) == Loaded(unchanged=1)
    assert Industry.objects.get().labels == {"en": "Own"}


def test_links_are_updated_and_kept_like_values():
    def make(parent):
        values = {"labels": {"en": "x"}, "active": True, "year": 2017}
        yield ShippedRow("A", {"code": "A"}, values | {"level": 1})
        yield ShippedRow("B", {"code": "B"}, values | {"level": 1})
        yield ShippedRow("01", {"code": "01"}, values | {"level": 2}, {"parent": parent})

    load(Industry, make("A"))
    load(Industry, make("B"))
    division = Industry.objects.get(code="01")
    assert (division.parent.code, division.path) == ("B", "00020001")
    division.parent = Industry.objects.get(code="A")
    division.save()
    assert load(Industry, make("B")).kept == 1


def test_a_link_to_nothing_is_refused_and_nothing_is_written():
    row = ShippedRow("01", {"code": "01"}, {"labels": {"en": "x"}, "active": True, "level": 2}, {"parent": "A"})
    with pytest.raises(ValueError, match="01"):
        load(Industry, [row])
    assert not Industry.objects.exists()


def test_shipped_files_have_unique_references():
    for rows in (list(region_rows()), list(industry_rows()), list(code_rows(code_tables()))):
        references = [row.reference for row in rows]
        assert len(set(references)) == len(references) > 20
