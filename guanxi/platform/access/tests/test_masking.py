"""Masks: what is left of a value, and that they are safe to apply again."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field, is_masked_text
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.masking import SHAPES, BlindField, MaskedField, mask, shape_of

HIDDEN_AT_LEAST = {"phone": 4, "identity": 7, "account": 4, "place": 0, "name": 0, "email": 0, "all": 1}


def field(kind=kinds.TEXT, shape="", **options):
    return Field("number", kind, "Number", mask=shape, sensitivity="contact", purpose="tests", **options)


@pytest.mark.parametrize(
    ("shape", "value", "masked"),
    [
        ("phone", "+8613812345678", "+86138****5678"),
        ("phone", "12345678", "****"),
        ("identity", "430104199003078888", "4301**********8888"),
        ("identity", "12345678", "****5678"),
        ("account", "6222020200011234567", "****4567"),
        ("account", "1234567", "****"),
        ("email", "zhang.san@example.com", "z***@example.com"),
        ("email", "none", "****"),
        ("name", "Zhang", "Z**"),
        ("place", "12 Long Street, Town", "12 Lon****"),
        ("place", "Town 1", "To****"),
        ("all", "anything", "****"),
    ],
)
def test_shapes(shape, value, masked):
    assert mask(field(shape=shape), value) == masked


@given(
    st.sampled_from(sorted(SHAPES)), st.text(string.ascii_letters + string.digits + "@.-+ ", min_size=1, max_size=60)
)
def test_a_mask_of_a_mask_is_the_mask_and_looks_like_one(shape, value):
    spec = field(shape=shape)
    once = mask(spec, value)
    assert mask(spec, once) == once
    assert is_masked_text(once)


@given(st.text(string.digits, min_size=9, max_size=30))
def test_the_middle_of_a_number_is_gone(value):
    for shape in ("phone", "identity", "account"):
        left = mask(field(shape=shape), value).replace("*", "")
        assert len(value) - len(left) >= 4 or left == value[-4:]
        assert value not in mask(field(shape=shape), value)


def test_values_that_are_no_texts_are_masked_whole():
    from datetime import date

    assert mask(field(kinds.DATE), date(1990, 3, 7)) == "****"
    assert mask(field(kinds.INTEGER), 5) == "****"
    assert mask(field(kinds.DATE), None) == ""


def test_the_shape_follows_the_kind_unless_declared():
    assert [shape_of(field(kind)) for kind in (kinds.PHONE, kinds.EMAIL, kinds.TEXT, kinds.DATE)] == [
        "phone",
        "email",
        "account",
        "all",
    ]
    assert shape_of(field(kinds.PHONE, "all")) == "all"


class Holder:
    number = "+8613812345678"


def described():
    return field(
        kinds.PHONE, lookup="number", get=lambda record: record.number, set=lambda record, value: None, required=True
    )


def test_a_masked_field_gives_nothing_but_the_mask():
    masked = MaskedField.over(described())
    told = [masked.get(Holder), masked.exported(Holder.number), masked.imported(Holder.number)]
    assert set(told) == {"+86138****5678"} == {masked.display(Holder.number, None)}
    assert (masked.lookup, masked.set, masked.operators, masked.is_masked) == ("", None, ("eq", "ends"), True)


def test_a_blind_field_shows_nothing_and_leaves_what_was_only_shown():
    blind = BlindField.over(described())
    assert (blind.get(Holder), blind.shown(Holder), blind.required) == ("", "+86138****5678", False)
    assert [blind.leaves(raw) for raw in (None, "", "+86138****5678", "+8613900001111")] == [True, True, True, False]


def test_nobody_can_store_a_mask():
    with pytest.raises(Invalid):
        described().parse("+86138****5678")
    assert Field("text", kinds.TEXT, "Text").parse("two ** stars") == "two ** stars"
