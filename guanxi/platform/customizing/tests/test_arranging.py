"""Differences of layouts: as few as possible, and applied they give what was wanted, whatever has come or gone since."""

from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.customizing.arranging import arranged, differences

ITEMS = [f"f{n}" for n in range(9)]


@st.composite
def layouts(draw: st.DrawFn) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """A usual and a wanted arrangement over the same containers."""
    containers = draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True))

    def spread() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {container: [] for container in containers}
        for item in draw(st.lists(st.sampled_from(ITEMS), unique=True)):
            found[draw(st.sampled_from(containers))].append(item)
        return found

    return spread(), spread()


@given(layouts())
def test_what_was_wanted_comes_out(pair):
    usual, wanted = pair
    stored = differences(usual, wanted, known=ITEMS)
    assert arranged(usual, stored, known=ITEMS) == wanted


@given(layouts())
def test_what_is_as_usual_needs_no_difference(pair):
    usual, _wanted = pair
    assert differences(usual, usual, known=ITEMS) == {}


@given(layouts(), st.sampled_from(ITEMS))
def test_a_part_that_has_gone_takes_nothing_with_it(pair, gone):
    usual, wanted = pair
    stored = differences(usual, wanted, known=ITEMS)
    left = {container: [item for item in items if item != gone] for container, items in usual.items()}
    found = arranged(left, stored, known=set(ITEMS) - {gone})
    assert {item for items in found.values() for item in items} == {
        item for items in wanted.values() for item in items if item != gone
    }


def test_one_part_moved_is_one_difference():
    usual = {"": ["a", "b", "c", "d"]}
    assert differences(usual, {"": ["d", "a", "b", "c"]}, known="abcd") == {"moves": [["d", "", ""]]}


def test_a_new_part_of_a_later_version_appears_and_unknown_differences_are_kept():
    stored = differences({"": ["a", "b"]}, {"": ["b", "a"]}, known="ab")
    assert arranged({"": ["a", "b", "new"]}, stored, known=["a", "b", "new"]) == {"": ["b", "a", "new"]}
    before = {"moves": [["gone", "", "a"]], "hidden": ["lost"]}
    again = differences({"": ["a", "b"]}, {"": ["a", "b"]}, known="ab", before=before)
    assert again == before
    assert arranged({"": ["a", "b"]}, again, known="ab") == {"": ["a", "b"]}


def test_what_must_stay_is_never_left_out():
    assert arranged({"": ["a", "b"]}, {"hidden": ["a", "b"]}, known="ab", fixed={"a"}) == {"": ["a"]}
