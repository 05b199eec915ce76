"""Searching through the selectors, on the fakes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.platform.access.models import FieldRule
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.events import followers, sealer
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.refdata.chinese.pinyin import initials
from guanxi.platform.search import documents, exact, jobs, selectors, services, store
from guanxi.platform.search.models import SearchDoc
from guanxi.platform.search.selectors import behind, search
from guanxi.platform.search.tests.names import CQ, HX, MIXED, PERSON, WRONG
from guanxi.platform.search.tokens import normalised
from tests.fakes.models import Company

KEY = "fakes.company"


@pytest.fixture
def chief(organisation):
    return organisation.everything()


def follow() -> None:
    """What the tick does every second."""
    while sealer.seal() or followers.advance("search"):
        pass


def company(actor, name: str, **inputs) -> Company:
    done = run(commands.get(f"{KEY}.create"), actor, inputs={"name": name, **inputs})
    return Company.objects.get(pk=done.ids[0])


def found(actor, text: str, **options) -> list[str]:
    groups = search(actor, text, only=KEY, **options).groups
    return [record.name for group in groups for record in group.records]


# --- what finds a record --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "hit"),
    [
        (HX[0], True), (HX[1], True), (HX[-1], True), (HX[:2], True), (HX[1:4], True), (HX, True), (HX[0] + HX[2], False),
        ("hxkj", True), ("hx", True), ("xk", True), ("kx", False), ("huaxin", True), ("xinke", True), ("huaxi", True),
        ("FC", True), ("138", True), ("4567", True), ("1381234", True), ("138 1234", True), ("sales@acme", True), ("acme", True),
        (f"{HX[:2]} 4567", True), (f"{HX[:2]} 9999", False), ("\uff21cme", True), ("", False), ("  -- ", False), ("\0", False),
    ],
)  # fmt: skip
def test_what_finds_a_company(chief, text, hit):
    company(chief, HX, phone="13812345678", email="sales@acme.example")
    company(chief, CQ)
    follow()
    assert (HX in found(chief, text)) is hit


@pytest.mark.parametrize("text", ["cqclxy", "cqcl", "changle", "lehang", "lx", "lh", "chongqing", "zqcl"])
def test_characters_with_several_readings(chief, text):
    company(chief, CQ)
    follow()
    assert found(chief, text) == [CQ]


def test_surnames_and_names_with_letters(chief):
    company(chief, PERSON)
    company(chief, MIXED)
    follow()
    assert found(chief, "sxm") == [PERSON] and found(chief, "shanxiaoming") == [PERSON]
    assert found(chief, "abc") == [MIXED] and found(chief, "jsabcxxnj") == [MIXED]


def test_a_pair_or_a_letter_may_be_wrong(chief):
    company(chief, HX)
    company(chief, "Lighthouse")
    follow()
    for text in (WRONG, "lghthouse", "lighthousse", "lightmouse", "lihgthouse", "lighthuose"):
        result = search(chief, text, only=KEY)
        assert result.nearly and len(result.groups) == 1, text
    assert not search(chief, "light", only=KEY).nearly
    for text in ("lightmousse", "ghthouse", "hgiltouse"):
        assert not search(chief, text, only=KEY).groups, text
    assert found(chief, HX[0] + HX[2]) == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=12), st.data())
def test_every_part_of_a_name_finds_it(chief, name, data):
    """From two characters on, by the initials of any part, and by its last four digits."""
    one = company(chief, name, phone=f"138{data.draw(st.integers(0, 99_999_999)):08d}")
    follow()
    begin = data.draw(st.integers(0, len(name) - 2))
    end = data.draw(st.integers(begin + 2, len(name)))
    assert name in found(chief, name[begin:end])
    letters = initials(normalised(name))
    if len(letters) == len(name):
        assert name in found(chief, letters[begin:end])
    assert name in found(chief, one.phone[-4:])


# --- in which order -------------------------------------------------------------------------------------
def test_order(chief):
    part = company(chief, f"{CQ}{HX}")
    begins = company(chief, f"{HX}{CQ}")
    exact = company(chief, HX)
    newest = company(chief, f"{PERSON}{HX}")
    follow()
    assert found(chief, HX) == [exact.name, begins.name, newest.name, part.name]
    code = company(chief, exact.code)
    follow()
    assert found(chief, exact.code) == [exact.name, code.name]


def test_more_than_are_shown(chief):
    for number in range(5):
        company(chief, f"{HX}{number}")
    follow()
    (group,) = search(chief, HX[:2], only=KEY, limit=3).groups
    assert [record.name for record in group.records] == [f"{HX}{number}" for number in (4, 3, 2)] and group.more
    assert not search(chief, HX[:2], only=KEY, limit=5).groups[0].more


def test_the_number_of_statements_does_not_follow_the_number_of_records(chief):
    company(chief, HX)
    follow()
    search(chief, HX[:2])
    with CaptureQueriesContext(connection) as few:
        search(chief, HX[:2])
    for number in range(30):
        company(chief, f"{HX}{number}")
    follow()
    with CaptureQueriesContext(connection) as many:
        search(chief, HX[:2])
    assert len(many) <= len(few) <= 12


# --- the index follows ----------------------------------------------------------------------------------
def test_changes_deletion_and_return(chief):
    one = company(chief, HX)
    follow()
    run(commands.get(f"{KEY}.edit"), chief, ids=[one.pk], inputs={"name": CQ})
    follow()
    assert found(chief, HX[:2]) == [] and found(chief, CQ[:2]) == [CQ]
    run(commands.get(f"{KEY}.delete"), chief, ids=[one.pk])
    assert found(chief, CQ[:2]) == []
    before = SearchDoc.objects.count()
    follow()
    assert SearchDoc.objects.count() == before - 1
    run(commands.get(f"{KEY}.restore"), chief, ids=[one.pk])
    follow()
    assert found(chief, CQ[:2]) == [CQ]


def test_exact_code_and_name_are_found_before_the_index_knows_them(chief):
    one = company(chief, HX)
    assert found(chief, HX) == [HX] and found(chief, one.code) == [HX] and found(chief, one.code.lower()) == [HX]
    assert found(chief, HX[:2]) == []
    sealer.seal()
    assert behind().events >= 1
    follow()
    assert behind().events == 0


def test_exact_code_and_name_are_each_looked_up_in_their_index(chief):
    entity = registry.get(KEY)
    plans = [
        entity.rows_of(chief, one).order_by().values_list("pk").explain() for one in exact.conditions(entity, chief, HX)
    ]
    assert len(plans) == 2
    if connection.vendor == "sqlite":  # PostgreSQL reads the whole of a table as small as this
        assert "fakes_company_code" in plans[0]
        assert "fakes_company_name" in plans[1]


def unheard_of(actor, name: str) -> None:
    """A record that no event tells of."""
    Company.objects.filter(pk=company(actor, "nameless").pk).update(name=name)
    Event.objects.filter(seq=None).delete()


def test_build(chief):
    """A kind whose declaration has changed is built anew, and what is gone is dropped."""
    one = company(chief, HX)
    follow()
    unheard_of(chief, CQ)
    gone = company(chief, MIXED)
    follow()
    Company.objects.filter(pk=gone.pk).delete()
    assert KEY in services.outdated()
    jobs.watch()
    jobs.watch()
    (job,) = [job for job in run_queued_jobs() if job.kind == jobs.BUILD]
    assert job.state == "done" and services.outdated() == []
    assert found(chief, CQ[:2]) == [CQ] and found(chief, one.name[:2]) == [HX]
    number = documents.numbers()[KEY]
    assert not SearchDoc.objects.filter(pk=documents.doc_id(number, gone.pk)).exists()
    jobs.watch()
    assert run_queued_jobs() == []


def test_build_in_pieces(chief, monkeypatch):
    monkeypatch.setattr(jobs, "BESIDE", 2)
    monkeypatch.setattr(jobs, "ALONE", 2)
    for number in range(5):
        unheard_of(chief, f"{HX}{number}")
    jobs.start(jobs.BUILD, anew=True)
    run_queued_jobs()
    assert len(found(chief, HX[:2])) == 5


def test_catching_up(chief, monkeypatch):
    for number in range(5):
        company(chief, f"{HX}{number}")
    sealer.seal()
    monkeypatch.setattr(jobs, "FAR_BEHIND", 3)
    jobs.watch()
    run_queued_jobs()
    assert behind().events == 0 and len(found(chief, HX[:2])) == 5


# --- who finds what -------------------------------------------------------------------------------------
def test_only_within_reach(chief, organisation, monkeypatch):
    north = organisation.actor("north", (KEY, "*", "own"), place=organisation.north_one)
    mine = company(north, HX)
    for number in range(6):
        company(chief, f"{HX}{number}")
    follow()
    assert found(north, HX[:2]) == [mine.name] and found(north, "hxkj") == [mine.name]
    assert found(organisation.actor("nobody"), HX) == []
    # Their own is older than all that is proposed.
    monkeypatch.setattr(selectors, "CANDIDATES", 3)
    monkeypatch.setattr(selectors, "BEGINNING", 1)
    assert found(north, HX[1:3]) == [mine.name]


@pytest.fixture
def masked(organisation):
    """Somebody for whom contact and financial data are masked."""
    actor = organisation.actor("masked", (KEY, "view", "all"))
    FieldRule.objects.filter(role__user_links__user=actor.user_id).delete()
    return organisation.actor("masked")


def test_a_masked_number_is_found_whole_and_by_its_last_four_alone(chief, masked):
    company(chief, HX, phone="13812345678", account="6222020200112233445")
    company(chief, CQ, phone="13987654321")
    follow()
    for text in ("138", "1381234", "3812345678", "12345678", "345678", "45678", "222020200112233445"):
        assert found(masked, text, whole_values=True) == [], text
    for text in ("5678", "13812345678", "138 1234 5678", "+86 138 1234 5678", "6222 0202 0011 2233 445", "3445"):
        assert found(masked, text, whole_values=True) == [HX], text
        assert found(masked, text) == [], "only when asked for"
    assert found(chief, "1381234") == [HX] and found(chief, "62220202") == []
    assert found(chief, "3445", whole_values=True) == [HX]


def test_nobody_spells_a_masked_number_out_by_search(chief, masked):
    """Digit by digit, from either end: as long as the number is not known whole, no answer differs from another's."""
    company(chief, HX, phone="13812345678")
    follow()
    known = ""
    for _place in range(11):
        hits = [digit for digit in "0123456789" if found(masked, known + digit, whole_values=True)]
        known += hits[0] if hits else "1"
        assert not hits or len(known) == 4
    known = "5678"
    for _place in range(6):
        assert not any(found(masked, digit + known, whole_values=True) for digit in "0123456789")
        known = f"1{known}"


def test_looking_up_masked_values_is_counted_and_remembered(chief, masked, settings):
    settings.ACCESS = {"hourly": {"lookup": 2}}
    company(chief, HX, phone="13812345678")
    follow()
    for text in ("1111", "5678", "5678"):
        assert not search(masked, text, whole_values=True).refused
    result = search(masked, "2222", whole_values=True)
    assert result.refused and not result.groups
    told = Event.objects.filter(kind="access.field.looked_up")
    assert [event.payload["operator"] for event in told] == ["ends", "ends"]
    assert not any("5678" in str(event.payload) for event in told)
    search(chief, "3333", whole_values=True)
    assert told.count() == 2


@pytest.mark.parametrize("rule", ["hide", "mask"])
def test_a_rule_for_a_field_that_is_not_sensitive(chief, organisation, rule):
    reader = organisation.actor("reader", (KEY, "view", "all"))
    company(chief, HX)
    follow()
    assert found(reader, HX[:2]) == [HX]
    role = reader.grants and FieldRule.objects.get(role__user_links__user=reader.user_id).role
    FieldRule.objects.create(role=role, entity=KEY, field="name", rule=rule)
    again = organisation.actor("reader")
    for text in (HX[:2], HX, "hxkj", "huaxin"):
        assert search(again, text, only=KEY).groups == [], text


def test_numbers_that_are_encrypted_leave_digests_only(chief):
    company(chief, HX, account="6222020200112233445")
    follow()
    if connection.vendor == "sqlite":
        (tokens,) = SearchDoc.objects.filter(pk__gt=0).values_list("tokens", flat=True) or [""]
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tokens::text FROM search_searchdoc")
            tokens = " ".join(row[0] for row in cursor.fetchall())
    assert "3445" not in tokens and "6222" not in tokens


def test_fields_of_administrators_are_searched_when_they_say_so(chief):
    values = {"entity": KEY, "label": "Alias", "kind": "text"}
    pk = run(commands.get("customizing.customfield.create"), chief, inputs=values).ids[0]
    registry.look_again()
    company(chief, HX, x_alias=CQ)
    follow()
    assert found(chief, CQ[:2]) == []
    run(commands.get("customizing.customfield.edit"), chief, ids=[pk], inputs={"searched": True})
    registry.look_again()
    jobs.watch()
    run_queued_jobs()
    assert found(chief, CQ[:2]) == [HX]
    with pytest.raises(Rejected):
        run(
            commands.get("customizing.customfield.create"), chief, inputs=values | {"kind": "integer", "searched": True}
        )


def test_an_erased_person_leaves_the_index_with_the_record(chief):
    one = company(chief, HX, phone="13812345678")
    follow()
    services.forget(registry.get(KEY), [one.pk])
    store.forget()
    assert not SearchDoc.objects.filter(pk=documents.doc_id(documents.numbers()[KEY], one.pk)).exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT block FROM search_fts_data")
            assert not any(b"13812345678" in bytes(row[0]) for row in cursor.fetchall())
