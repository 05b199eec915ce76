"""The normaliser of names: what is the same stays the same however it is written."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.duplicates import naming
from guanxi.platform.duplicates.scoring import FIRM, LIKELY

SAMPLES = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))
LIKELY_NAME = 100 * LIKELY / FIRM
#: Names made of the words that the normaliser knows, mixed with any other sign.
names = st.one_of(
    st.lists(
        st.sampled_from(sorted({*SAMPLES["letters"], *(one for pair in SAMPLES["same"] for one in pair)})), max_size=6
    ).map("".join),
    st.text(max_size=40),
)


@pytest.mark.parametrize(("one", "other"), SAMPLES["same"])
def test_ways_to_write_one_firm(one, other):
    assert naming.organisation(one).key == naming.organisation(other).key
    assert naming.likeness(naming.organisation(one), naming.organisation(other)) == 100


@pytest.mark.parametrize(("one", "other"), SAMPLES["alike"])
def test_firms_with_alike_names_meet_in_a_block_and_are_likely(one, other):
    left, right = naming.organisation(one), naming.organisation(other)
    assert left.key != right.key
    assert set(left.blocks) & set(right.blocks)
    assert naming.likeness(left, right) >= LIKELY_NAME


@pytest.mark.parametrize(("one", "other"), SAMPLES["different"])
def test_firms_of_other_places_branches_and_names_are_not_the_same(one, other):
    assert naming.likeness(naming.organisation(one), naming.organisation(other)) < LIKELY_NAME


@pytest.mark.parametrize(("one", "other"), SAMPLES["persons"])
def test_persons_in_other_writing(one, other):
    assert naming.person(one) == naming.person(other)


def _wide(text):
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


@given(names)
def test_width_spaces_and_marks_do_not_matter(text):
    text = text[:90]  # what is longer than a name is cut
    plain = naming.organisation(text)
    assert naming.organisation(_wide(text)) == plain
    assert naming.organisation(f"  {text}\u3000") == plain
    assert naming.organisation(text.translate({ord("("): "\uff08", ord(")"): "\uff09"})) == plain


@given(st.lists(st.sampled_from([one for pair in SAMPLES["same"] for one in pair]), min_size=1, max_size=2))
def test_a_core_is_its_own_core(parts):
    core = naming.organisation("".join(parts)).core
    assert naming.organisation(core).core == core


@given(names)
def test_a_persons_name_in_its_form_stays(text):
    assert naming.person(naming.person(text)) == naming.person(text)


@given(names, names)
def test_likeness_is_mutual_and_whole(one, other):
    left, right = naming.organisation(one), naming.organisation(other)
    assert naming.likeness(left, right) == naming.likeness(right, left)
    assert 0 <= naming.likeness(left, right) <= 100
    assert naming.likeness(left, left) == (100 if left.core else 0)
