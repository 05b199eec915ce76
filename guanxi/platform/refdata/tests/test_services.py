import pytest
from django.core.exceptions import ValidationError

from guanxi.platform.refdata import services
from guanxi.platform.refdata.models import Code, Industry, Region
from guanxi.platform.refdata.services import Retired

pytestmark = pytest.mark.django_db


def industry(code, parent=None, **values):
    return services.save(Industry(code=code, parent=parent, labels={"en": f"Industry {code}"}, **values))


def test_moving_a_row_takes_its_subtree_along():
    first, second = industry("A"), industry("B")
    division = industry("01", first)
    group = industry("011", division)
    assert (group.level, group.path) == (3, "000100010011")
    services.save(division, parent=second)
    group.refresh_from_db()
    assert (group.path, group.version) == ("000200010011", 2)


def test_a_row_cannot_lie_in_itself_nor_too_deep():
    section = industry("A")
    division = industry("01", section)
    with pytest.raises(ValidationError) as problem:
        services.save(section, parent=division)
    assert "parent" in problem.value.message_dict
    division = Industry.objects.get(code="01")
    deepest = industry("0111", industry("011", division))
    with pytest.raises(ValidationError):
        industry("0112", deepest)


@pytest.mark.parametrize("labels", [{}, {"en": "  "}, {"en": 1}, ["x"]])
def test_a_label_is_required(labels):
    with pytest.raises(ValidationError):
        services.save(Code(table="t", key="k", labels=labels))


@pytest.mark.parametrize(("model", "code"), [(Region, "32010"), (Region, "abcdef"), (Industry, "a1"), (Industry, "1")])
def test_codes_have_their_form(model, code):
    with pytest.raises(ValidationError):
        services.save(model(code=code, labels={"en": "x"}, level=1))


def test_own_unused_rows_are_deleted_used_or_shipped_ones_deactivated(refdata):
    own = services.save(Code(table="t", key="k", labels={"en": "x"}))
    child = services.save(Code(table="t", key="child", labels={"en": "y"}, parent=own))
    assert services.in_use(own)
    assert services.retire(own) is Retired.DEACTIVATED
    assert services.retire(child) is Retired.DELETED
    assert services.retire(own) is Retired.DELETED
    shipped = Code.objects.get(key="CNY")
    assert services.retire(shipped) is Retired.DEACTIVATED
    assert not Code.objects.get(key="CNY").active


def test_renaming_writes_the_pinyin_along():
    code = services.save(Code(table="t", key="k", labels={"zh-hans": "\u91cd\u5e86"}))
    assert (code.pinyin, code.initials) == ("chong qing", "cq")
    code.labels = {"zh-hans": "\u957f\u6c99"}
    code.save(update_fields=["labels"])
    code.refresh_from_db()
    assert (code.pinyin, code.initials) == ("chang sha", "cs")
