import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import override

from guanxi.platform.refdata import freshness, registry, selectors, services
from guanxi.platform.refdata.errors import AmbiguousReference, RetiredReference, UnknownReference
from guanxi.platform.refdata.models import Code, Industry, Region
from guanxi.platform.refdata.tests.conftest import CASES

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_tables(monkeypatch):
    monkeypatch.setattr(registry, "_tables", dict(registry._tables))


def test_industries_by_code_label_and_beginning(refdata):
    resolver = selectors.industry_resolver()
    assert [resolver.resolve(text).code for text, _code in CASES["industry"]] == [
        code for _text, code in CASES["industry"]
    ]


def test_industry_problems(refdata):
    with pytest.raises(AmbiguousReference) as problem:
        selectors.resolve_industry(CASES["industry_ambiguous"][0])
    assert len(problem.value.candidates) > 2
    for text in ("", "Z99", "A65", CASES["industry_ambiguous"][1]):
        with pytest.raises(UnknownReference):
            selectors.resolve_industry(text)


def test_subtrees_are_ranges(refdata):
    section = Industry.objects.get(code="I")
    assert list(selectors.industry_subtree(section).values_list("code", flat=True)) == ["I", "63", "64", "65"]
    nanjing = Region.objects.get(code="320100")
    codes = selectors.region_subtree(nanjing).filter(active=True).values_list("code", flat=True)
    assert all(code.startswith("3201") for code in codes)
    assert len(codes) == 12


def test_codes_by_key_and_label_in_any_language(refdata):
    for text in ("CNY", "cny", "Chinese Yuan", Code.objects.get(key="CNY").labels["zh-hant"]):
        assert selectors.resolve_code("refdata.currency", text).code == "CNY"
    assert selectors.codes_of("refdata.salutation")[0].key == "mr"
    with pytest.raises(LookupError, match="currency"):
        selectors.code_resolver("no.such")


def test_resolvers_notice_every_change(refdata):
    before = selectors.code_resolver("refdata.currency")
    assert selectors.code_resolver("refdata.currency") is before
    code = Code.objects.get(table="refdata.currency", key="USD")
    services.save(code, labels={"en": "Greenback"})
    assert selectors.resolve_code("refdata.currency", "greenback").id == code.pk
    services.retire(code)
    with pytest.raises(RetiredReference):
        selectors.resolve_code("refdata.currency", "USD")
    regions = selectors.region_resolver()
    assert selectors.region_resolver() is regions
    services.save(Region.objects.get(code="320106"), short="Drum")
    assert selectors.region_resolver() is not regions


def test_a_process_looks_for_changes_once_a_second(refdata, monkeypatch, django_assert_num_queries):
    clock = iter([10.0, 10.5, 11.5, 11.6])
    monkeypatch.setattr(freshness.time, "monotonic", lambda: next(clock))
    before = selectors.codes_of("refdata.currency")
    Code.objects.filter(key="USD").update(active=False, version=2)
    with django_assert_num_queries(0):
        assert selectors.codes_of("refdata.currency") is before
    assert "USD" not in {code.key for code in selectors.codes_of("refdata.currency")}
    with django_assert_num_queries(0):
        selectors.codes_of("refdata.currency")


def test_a_region_made_by_a_user_is_found_at_once(refdata):
    parent = Region.objects.get(code="320100")
    made = services.save(Region(code="320199", parent=parent, labels={"en": "Riverside Park"}))
    assert (made.level, made.path, made.r1, made.r2, made.r3) == (
        3,
        "320000320100320199",
        parent.r1,
        parent.pk,
        made.pk,
    )
    made.refresh_from_db()
    assert made.r3 == made.pk
    assert selectors.resolve_region("Riverside Park").region.id == made.pk


def test_declarations_are_checked(own_tables, tmp_path):
    table = registry.code_table("tests.color", label="Colours", defaults=[{"key": "red", "labels": {"en": "Red"}}])
    assert registry.get_code_table("tests.color") is table
    with pytest.raises(ImproperlyConfigured, match="twice"):
        registry.code_table("tests.color", label="Colours")
    for number, entries in enumerate(
        (
            [{"key": "", "labels": {"en": "x"}}],
            [{"key": "a"}],
            [{"key": "a", "labels": {"en": "x"}}, {"key": "a", "labels": {"en": "y"}}],
            [{"key": "a", "labels": {"en": "x"}, "parent": "b"}],
        )
    ):
        with pytest.raises(ImproperlyConfigured, match=f"tests.bad{number}"):
            registry.code_table(f"tests.bad{number}", label="", defaults=entries).shipped()
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        registry.code_table("tests.file", label="", defaults=tmp_path / "none.json").shipped()


def test_labels_fall_back_and_get_a_traditional_form(refdata):
    with override("en"):
        assert str(Region.objects.get(code="320100")) == "Nanjing"
    code = Code.objects.create(table="t", key="k", labels={"en": " Only English "})
    with override("zh-hant"):
        assert code.label == "Only English"
    currency = Code.objects.get(key="CNY")
    with override("zh-hant"):
        assert currency.label == currency.labels["zh-hant"] != currency.labels["zh-hans"]
