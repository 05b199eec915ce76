import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.refdata.errors import AmbiguousReference, RetiredReference, UnknownReference
from guanxi.platform.refdata.models import Region
from guanxi.platform.refdata.regions import RegionResolver
from guanxi.platform.refdata.tests.conftest import CASES


@pytest.mark.parametrize(("text", "code"), CASES["resolve"])
def test_resolves_without_a_note(regions, text, code):
    found = regions.resolve(text)
    assert (found.region.code, found.note) == (code, "")


@pytest.mark.parametrize(("text", "code"), CASES["renamed"])
def test_old_names_and_codes_lead_to_todays_region_with_a_note(regions, text, code):
    found = regions.resolve(text)
    assert found.region.code == code
    assert found.region.active
    assert regions.full_label(found.region) in found.note


@pytest.mark.parametrize(("text", "count"), CASES["ambiguous"])
def test_ambiguous_names_list_what_they_may_mean(regions, text, count):
    with pytest.raises(AmbiguousReference) as problem:
        regions.resolve(text)
    assert len(problem.value.candidates) == count
    assert all(candidate in str(problem.value) for candidate in problem.value.candidates)


@pytest.mark.parametrize("text", CASES["unknown"])
def test_unknown_names_are_refused(regions, text):
    with pytest.raises(UnknownReference):
        regions.resolve(text)


@pytest.mark.parametrize("text", CASES["retired"])
def test_abolished_without_single_successor_is_refused_with_its_year(regions, text):
    with pytest.raises(RetiredReference) as problem:
        regions.resolve(text)
    assert str(problem.value.year) in str(problem.value)


@pytest.mark.parametrize(("text", "code", "rest"), CASES["address"])
def test_addresses_are_cut_as_far_as_certain(regions, text, code, rest):
    found = regions.parse_address(text)
    assert (found.region.code if found.region else None, found.rest) == (code, rest)


def test_an_uncertain_part_of_an_address_names_its_candidates(regions):
    text = next(text for text, code, _rest in CASES["address"] if code == "320000")
    assert len(regions.parse_address(text).candidates) == 2


@pytest.mark.parametrize(("code", "label"), CASES["full_label"])
def test_full_labels_leave_grouping_rows_out(regions, code, label):
    assert regions.full_label(regions.by_code(code), "zh-hans") == label


def test_full_label_in_english_goes_from_small_to_large(regions):
    assert regions.full_label(regions.by_code("320106"), "en") == "Gulou District, Nanjing, Jiangsu"
    with override("en"):
        assert regions.full_label(regions.by_code("110105")) == "Chaoyang District, Beijing"


@pytest.mark.parametrize(("code", "name"), CASES["english"])
def test_english_names(regions, code, name):
    assert regions.by_code(code).labels["en"] == name


@pytest.mark.parametrize(("code", "name"), CASES["traditional"])
def test_traditional_names(regions, code, name):
    assert regions.by_code(code).labels["zh-hant"] == name


def test_every_full_label_in_force_resolves_to_its_own_region(regions):
    wrong = []
    for code in regions._by_code:
        entry = regions.by_code(code)
        if entry.active and not entry.grouping and code != "620201":
            found = regions.resolve(regions.full_label(entry, "zh-hans")).region
            if found is not entry:
                wrong.append((code, found.code))
    assert wrong == []


@given(st.text(max_size=40))
def test_addresses_of_any_text_never_raise_and_lose_nothing_but_the_front(regions, text):
    found = regions.parse_address(text)
    assert regions.parse_address(text) == found
    assert found.region is None or found.region.active


@given(st.text(alphabet=CASES["alphabet"], max_size=20))
def test_resolving_fails_only_in_its_three_ways(regions, text):
    try:
        assert regions.resolve(text).region.active
    except (UnknownReference, AmbiguousReference, RetiredReference) as problem:
        assert str(problem)


def test_successors_in_a_circle_end(regions):
    one, two = regions.by_code("110103"), regions.by_code("110104")
    replaced = [
        type(one)(**{name: getattr(entry, name) for name in one.__slots__} | {"successor_id": other.id})
        for entry, other in ((one, two), (two, one))
    ]
    with pytest.raises(RetiredReference):
        RegionResolver(replaced).resolve("110103")


@pytest.mark.django_db
def test_reading_costs_one_query(refdata, django_assert_num_queries):
    with django_assert_num_queries(1):
        resolver = RegionResolver.load()
    with django_assert_num_queries(0):
        resolver.resolve("320106")
    assert resolver.by_id(Region.objects.get(code="320106").pk).scopes == tuple(
        Region.objects.get(code=code).pk for code in ("320000", "320100", "320106")
    )
