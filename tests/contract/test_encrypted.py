"""An encrypted field is a plain one at every door but these: found whole or by its last four, never sorted or compared;
moved elsewhere it cannot be read. In both suites."""

import base64
import json
import secrets
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.core.exceptions import FieldError
from django.db import connection
from django.urls import reverse

from guanxi.platform.access import keys, places
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.encrypted import Sealed, Unreadable, new_uid
from guanxi.platform.access.encrypting import encrypt_column
from guanxi.platform.access.models import EnvelopeKey, FieldRule
from guanxi.platform.audit.verifying import verify
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.sets import create_many
from guanxi.platform.commands.undo import undo_events
from guanxi.platform.entities import registry
from guanxi.platform.events import concealing
from guanxi.platform.events.models import Event
from guanxi.platform.events.sealer import seal
from guanxi.platform.events.selectors import history
from guanxi.platform.exchange.choices import Format
from guanxi.platform.exchange.exporting import Request, stream_csv
from tests.contract.people import ApiClient, browser_of, person
from tests.fakes.models import Company

pytestmark = pytest.mark.django_db(databases="__all__")
COMPANIES = "fakes/company/"
NUMBER, OTHER = "6222020200112233", "6222020200114455"


@pytest.fixture(autouse=True, params=["aes", "sm4"])
def suite(request, settings):
    settings.CIPHER_SUITE = request.param
    cache.clear()


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def api():
    return ApiClient(person({"all": ["*"]}))


@pytest.fixture
def clerk():
    """Somebody who sees what is sensitive masked."""
    user = person({"all": ["*"]})
    FieldRule.objects.all().delete()
    return user


def create(actor, **inputs):
    (pk,) = run(commands.get("fakes.company.create"), actor, inputs={"name": "Acme", **inputs}).ids
    return Company.objects.get(pk=pk)


def edit(actor, record, **inputs):
    run(commands.get("fakes.company.edit"), actor, ids=[record.pk], inputs=inputs)


def stored():
    """What the database itself holds of every company."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, account_blind, account_tail FROM fakes_company ORDER BY id")
        return cursor.fetchall()


def put(pk, text):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fakes_company SET account = %s WHERE id = %s", [text, pk])


# --- the column -------------------------------------------------------------------------------------------
def test_a_record_shows_the_text_and_the_database_holds_none_of_it(chief):
    record = create(chief, account=NUMBER)
    assert record.account == NUMBER
    ((text, blind, tail),) = stored()
    assert text.startswith(keys.current_header())
    assert not any(NUMBER[-6:] in column for column in (text, blind, tail))
    edit(chief, record, account="")
    assert stored() == [("", "", "")]
    assert Company.objects.get().account == ""


def test_the_same_value_leaves_the_row_as_it_is(chief):
    record = create(chief, account=NUMBER)
    before = stored()
    edit(chief, record, account=NUMBER, name="Acme Two")
    assert stored() == before
    assert "account" not in history("fakes.company", record.pk)[0].diff


def test_querysets_find_whole_values_and_last_fours_and_nothing_else(chief):
    one, two = create(chief, account=NUMBER), create(chief, account=OTHER)
    rows = Company.objects
    assert rows.get(account=NUMBER) == one
    assert rows.get(account="6222 0202 0011 4455") == two
    assert set(rows.filter(account__in=[NUMBER, OTHER, ""])) == {one, two}
    assert rows.get(account__endswith="4455") == two
    assert not rows.filter(account__in=[]).exists()
    assert rows.exclude(account="").count() == 2
    for lookup in ("contains", "icontains", "startswith", "gt", "lt", "range", "regex", "iexact"):
        with pytest.raises(FieldError):
            rows.filter(**{f"account__{lookup}": NUMBER})
    with pytest.raises(ValueError, match="encrypted when it is set"):
        rows.update(account=NUMBER)


def test_sets_are_written_and_read_like_single_records(chief):
    entity = registry.get("fakes.company")
    records = [entity.source.new() for _number in range(60)]
    for number, record in enumerate(records):
        record.name, record.account = f"Firm {number}", f"62220202{number:08d}"
    create_many(entity, chief, records)
    assert [one.account for one in Company.objects.order_by("id")] == [f"62220202{number:08d}" for number in range(60)]
    assert Company.objects.get(account="6222020200000059").name == "Firm 59"
    assert len({text for text, _blind, _tail in stored()}) == 60


def test_deferred_and_reloaded_values(chief):
    record = create(chief, account=NUMBER)
    assert Company.objects.only("name").get().account == NUMBER
    other = Company.objects.get()
    edit(chief, record, account=OTHER)
    other.refresh_from_db()
    assert other.account == OTHER


def test_digests_differ_from_field_to_field_and_follow_the_suite(settings):
    field = Company._meta.get_field("account")
    digests = field.digests_of(NUMBER)
    assert digests["account_blind"] != keys.blind(NUMBER, "fakes.person.account")
    assert digests["account_tail"] != digests["account_blind"]
    settings.CIPHER_SUITE = {"aes": "sm4", "sm4": "aes"}[settings.CIPHER_SUITE]
    assert field.digests_of(NUMBER) != digests


def test_values_of_the_other_suite_are_found_while_it_changes(chief, settings):
    record = create(chief, account=NUMBER)
    settings.CIPHER_SUITE = {"aes": "sm4", "sm4": "aes"}[settings.CIPHER_SUITE]
    assert Company.objects.get(account=NUMBER) == record
    assert Company.objects.get(account__endswith="2233").account == NUMBER


def test_uids_are_of_version_seven_and_rise():
    uids = [new_uid() for _again in range(100)]
    assert {uid.version for uid in uids} == {7}
    assert {uid.variant for uid in uids} == {"specified in RFC 4122"}
    assert [uid.int >> 80 for uid in uids] == sorted(uid.int >> 80 for uid in uids)


def test_plain_texts_left_in_a_column_are_encrypted_and_a_second_run_finds_none(chief):
    record = create(chief)
    Company.objects.filter(pk=record.pk).update(uid=None)
    put(record.pk, NUMBER)
    assert encrypt_column(Company, "account") == 1
    assert Company.objects.get(account=NUMBER).account == NUMBER
    assert encrypt_column(Company, "account") == 0
    assert Company.objects.get().version == record.version


# --- the doors --------------------------------------------------------------------------------------------
def test_rest_reads_writes_and_filters_by_equality_only(api):
    created = api.post(COMPANIES, {"name": "Acme", "account": NUMBER})
    assert (created.status, created.body["account"]) == (201, NUMBER)
    pk = created.body["id"]
    api.post(COMPANIES, {"name": "Beta"})

    def found(*test):
        answer = api.get(COMPANIES, filter=json.dumps(list(test)))
        return answer.status, [row["id"] for row in answer.body.get("items", [])]

    assert found("eq", "account", NUMBER) == (200, [pk])
    assert found("in", "account", [NUMBER, OTHER]) == (200, [pk])
    assert found("ends", "account", "2233") == (200, [pk])
    assert found("filled", "account") == (200, [pk])
    assert found("not", ["empty", "account"]) == (200, [pk])
    assert found("ne", "account", NUMBER)[1] != [pk]
    for test in (
        ("contains", "account", "0200"),
        ("starts", "account", "6222"),
        ("lt", "account", "7"),
        ("between", "account", "1", "9"),
        ("ends", "account", "233"),
        ("ends", "account", "12233"),
    ):
        status, _rows = found(*test)
        assert status == 400, test
    assert api.get(COMPANIES, sort="account").status == 400
    assert api.get(f"{COMPANIES}groups/", by="account").status == 400
    assert api.get(COMPANIES, q="2233").body["items"] == []
    assert api.patch(f"{COMPANIES}{pk}/", {"account": OTHER}).body["account"] == OTHER
    assert (
        api.get(COMPANIES, fields="account", filter=json.dumps(["filled", "account"])).body["items"][0]["account"]
        == OTHER
    )
    assert NUMBER in api.get(f"{COMPANIES}{pk}/history/").text


def test_pages_show_edit_and_find_it(chief):
    user = person({"all": ["*"]})
    record = create(Actor.for_user(user), account=NUMBER)
    edit(Actor.for_user(user), record, account=OTHER)
    pages = browser_of(user)
    base = f"/fakes/company/{record.pk}/"
    for path in (base, f"{base}edit/", "/fakes/company/?columns=name,account", f"{base}print/"):
        assert OTHER in pages.get(path).content.decode(), path
    assert NUMBER in pages.get(f"{base}tab/history/").content.decode()
    tree = json.dumps(["eq", "account", OTHER])
    assert "Acme" in pages.get("/fakes/company/", {"filter": tree}).content.decode()
    assert pages.get("/fakes/company/", {"filter": json.dumps(["contains", "account", "62"])}).status_code == 400
    assert pages.get("/fakes/company/", {"sort": "account"}).status_code == 400


def test_masked_readers_see_the_mask_and_reveal_for_a_reason(clerk):
    record = create(Actor.for_user(clerk), account=NUMBER)
    api = ApiClient(clerk)
    assert api.get(f"{COMPANIES}{record.pk}/").body["account"] == "****2233"
    assert [row["id"] for row in api.get(COMPANIES, filter=json.dumps(["eq", "account", NUMBER])).body["items"]] == [
        record.pk
    ]
    assert api.get(COMPANIES, filter=json.dumps(["filled", "account"])).status == 400
    edit(Actor.for_user(clerk), record, account=OTHER)
    told = api.get(f"{COMPANIES}{record.pk}/history/").text
    assert NUMBER not in told and OTHER not in told and "****2233" in told
    url = reverse("reveal", args=["fakes", "company", record.pk, "account"])
    answer = browser_of(clerk).post(url, {"reason": "the customer asked for it"})
    assert OTHER in answer.content.decode()


def test_exports_hold_it_and_imports_find_records_by_it(chief):
    create(chief, account=NUMBER)
    wanted = Request(registry.get("fakes.company"), columns=("name", "account"), format=Format.CSV)
    text = b"".join(stream_csv(wanted, chief)).decode("utf-8-sig")
    assert NUMBER in text


# --- uniqueness -------------------------------------------------------------------------------------------
def test_what_is_unique_is_so_whatever_way_it_is_written(chief):
    create(chief, account=NUMBER)
    with pytest.raises(Rejected) as refused:
        create(chief, account="6222 0202 0011 2233")
    assert refused.value.errors.keys() == {"account"}
    assert "Account" in refused.value.errors["account"]
    other = create(chief, account=OTHER)
    with pytest.raises(Rejected):
        edit(chief, other, account=NUMBER)
    edit(chief, other, account="")
    create(chief)


# --- the memory -------------------------------------------------------------------------------------------
def test_the_memory_keeps_it_encrypted_and_the_chain_holds(chief):
    record = create(chief, account=NUMBER)
    edit(chief, record, account=OTHER)
    kept = json.dumps(list(Event.objects.filter(entity="fakes.company").values_list("diff", "payload", "note")))
    assert NUMBER not in kept and OTHER not in kept
    assert history("fakes.company", record.pk)[0].diff["account"] == [NUMBER, OTHER]
    while seal():
        pass
    assert verify().fault is None


def test_an_undo_brings_back_the_old_value(chief):
    record = create(chief, account=NUMBER)
    edit(chief, record, account=OTHER)
    assert undo_events(history("fakes.company", record.pk)[:1], chief).done == [record.pk]
    assert Company.objects.get().account == NUMBER
    assert Company.objects.get(account=NUMBER) == record


def test_an_event_opens_only_in_the_history_it_was_written_for(chief):
    one, two = create(chief, account=NUMBER), create(chief, account=OTHER)
    (event,) = history("fakes.company", one.pk)
    (other,) = history("fakes.company", two.pk)
    raw = Event.objects.get(pk=(event.at, event.id)).diff
    moved = concealing.opened([replace(other, diff=raw)])[0]
    assert isinstance(moved.diff["account"][1], Unreadable)


# --- what was tampered with -------------------------------------------------------------------------------
def test_two_cells_exchanged_cannot_be_read_and_the_page_still_works(chief, django_capture_on_commit_callbacks):
    user = person({"all": ["*"]})
    one, two = create(chief, account=NUMBER), create(chief, name="Beta", account=OTHER)
    (first, *_digests), (second, *_digests) = stored()
    put(one.pk, second)
    put(two.pk, first)
    pages = browser_of(user)
    with django_capture_on_commit_callbacks(execute=True):
        text = pages.get(f"/fakes/company/{one.pk}/").content.decode()
    assert "Acme" in text and "cannot be read" in text and OTHER not in text
    assert "cannot be read" in pages.get("/fakes/company/?columns=name,account").content.decode()
    told = Event.objects.filter(kind="access.field.unreadable", record_id=one.pk)
    assert [event.payload["field"] for event in told] == ["account"]
    pages.get(f"/fakes/company/{one.pk}/")
    assert told.count() == 1


def test_saving_beside_an_unreadable_value_keeps_it_and_a_new_value_replaces_it(chief):
    one, _two = create(chief, account=NUMBER), create(chief, name="Beta", account=OTHER)
    _first, (second, *_digests) = stored()
    put(one.pk, second)
    edit(chief, one, name="Acme Two", account="")
    assert stored()[0][0] == second
    assert isinstance(Company.objects.get(pk=one.pk).account, Unreadable)
    edit(chief, one, account="6222020200999999")
    assert Company.objects.get(pk=one.pk).account == "6222020200999999"


def test_a_missing_key_is_said(chief, settings):
    create(chief, account=NUMBER)
    assert places.missing() == []
    fresh = [base64.b64encode(secrets.token_bytes(32)).decode() for _n in range(2)]
    settings.DATA_KEYS = f"index {fresh[0]},1 {fresh[1]}"
    assert {line.split(" need ")[1] for line in places.missing()} == {"data key 1, which is not here"}
    assert Company.objects.get().account == ""


def test_nothing_shows_the_value_by_accident(chief):
    record = create(chief, account=NUMBER)
    assert repr(record.__dict__["account"]) == "<sealed>"
    assert isinstance(record.__dict__["account"], Sealed)
    assert EnvelopeKey.objects.count() == 1
