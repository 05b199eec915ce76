import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.refdata.chinese import names
from guanxi.platform.refdata.chinese.pinyin import initials, pinyin_key, search_initials
from guanxi.platform.refdata.chinese.script import normalise_width, to_simplified, to_traditional
from guanxi.platform.refdata.tests.conftest import CASES

ANY_TEXT = st.text(max_size=60)
HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=20)


@pytest.mark.parametrize(("text", "key", "letters"), CASES["pinyin"])
def test_pinyin_of_names(text, key, letters):
    assert (pinyin_key(text), initials(text)) == (key, letters)


@pytest.mark.parametrize(("name", "key"), CASES["people"])
def test_surnames_have_their_own_readings(name, key):
    assert pinyin_key(name, person=True) == key
    assert initials(name, person=True) == "".join(syllable[0] for syllable in key.split())


@pytest.mark.parametrize(("name", "found"), CASES["search_initials"])
def test_ambiguous_surnames_are_found_under_both_initials(name, found):
    assert list(search_initials(name)) == found


@given(ANY_TEXT, st.booleans())
def test_pinyin_never_raises_and_is_deterministic(text, person):
    assert pinyin_key(text, person=person) == pinyin_key(text, person=person)
    assert re.fullmatch("[0-9a-z]*", initials(text, person=person))


@given(HAN)
def test_every_common_character_has_a_reading(text):
    assert len(initials(text)) == len(text) == len(pinyin_key(text).split())


@given(HAN, st.booleans())
def test_initials_are_the_first_letters_of_the_key(text, person):
    assert initials(text, person=person) == "".join(part[0] for part in pinyin_key(text, person=person).split())


@given(ANY_TEXT)
def test_width_is_idempotent_and_leaves_nothing_full_width(text):
    once = normalise_width(text)
    assert normalise_width(once) == once
    assert not re.search("[\uff01-\uff5e\u3000\u200b\ufeff]", once)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_scripts_never_raise(text):
    assert isinstance(to_traditional(text), str)
    assert isinstance(to_simplified(text), str)


@pytest.mark.parametrize(("text", "normal"), CASES["companies"])
def test_company_names_in_one_way_of_writing(text, normal):
    assert names.normalise_company(text) == normal
    assert names.normalise_company(normal) == normal


@pytest.mark.parametrize(("one", "other"), CASES["same_companies"])
def test_company_keys_ignore_form_script_and_punctuation(one, other):
    assert names.company_key(one) == names.company_key(other) != ""


@given(ANY_TEXT)
def test_company_names_never_raise(text):
    assert names.normalise_company(names.normalise_company(text)) == names.normalise_company(text)
    names.company_key(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Li.Wei@EXAMPLE.com", "Li.Wei@example.com"),
        (" mailto:a@b.cn ", "a@b.cn"),
        ("<a@b.cn>;", "a@b.cn"),
        ("\uff41\uff20\uff42.cn", "a@b.cn"),
    ],
)
def test_email(text, address):
    assert names.normalise_email(text) == address


@pytest.mark.parametrize("text", ["", "a", "a@b", "a@b.", "a b@c.cn", "a@b@c.cn", "a@b..cn", "x" * 250 + "@b.cn"])
def test_no_email(text):
    with pytest.raises(names.EmailProblem, match="name@example"):
        names.normalise_email(text)
