"""How callers are told apart, limited, answered and protected from their own repetitions."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from guanxi.platform.access import tokens
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.gate import Forbidden, NotFound
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.models import ApiToken, FieldRule, Role
from guanxi.platform.api import limits
from guanxi.platform.jobs import testing as jobs
from tests.contract.digest import digest_of_tables
from tests.contract.factories import factory_for
from tests.contract.people import ApiClient, person
from tests.fakes.models import Company

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.once]
COMPANIES = "fakes/company/"
EVERYTHING = {"all": ["*"]}


@pytest.fixture
def api():
    return ApiClient(person(EVERYTHING))


@pytest.fixture
def companies():
    return factory_for("fakes.company")


# --- who calls ----------------------------------------------------------------------------------------
def test_without_a_token_every_address_answers_401(client, companies):
    record = companies.create()
    for path in ("", "schema.json", COMPANIES, f"{COMPANIES}{record.pk}/", "undo/", "jobs/1/", "nowhere/at/all"):
        answer = client.get(f"/api/{path}")
        assert answer.status_code == 401, path
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("spoil", [
    {"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(seconds=1)}, {"digest": "0" * 64},
])  # fmt: skip
def test_an_ended_token_opens_nothing(api, spoil):
    assert api.get("").status == 200
    ApiToken.objects.update(**spoil)
    assert api.get("").status == 401


def test_a_deactivated_account_opens_nothing(api):
    api.user.is_active = False
    api.user.save()
    assert api.get("").status == 401


def test_only_a_digest_of_the_secret_is_kept(api):
    token = ApiToken.objects.get()
    assert api.secret.startswith(f"gx_{token.prefix}_")
    kept = json.dumps([str(value) for value in vars(token).values()])
    assert api.secret not in kept
    assert api.secret.removeprefix(f"gx_{token.prefix}_") not in kept


def test_the_day_of_use_is_written_once(api, django_assert_num_queries):
    assert ApiToken.objects.get().last_used_on == api.actor.today()
    before = digest_of_tables()
    api.get(COMPANIES)
    assert digest_of_tables() == before


def test_tokens_are_bounded_and_belong_to_one_person():
    actor, other = Actor.for_user(person()), Actor.for_user(person())
    for name, days in (("", 10), ("x" * 101, 10), ("mine", 0), ("mine", 366)):
        with pytest.raises(Invalid):
            tokens.create(actor, name, days)
    tokens.create(actor, "mine", 365)
    token = tokens.tokens_of(actor).get()
    with pytest.raises(NotFound):
        tokens.revoke(other, token.pk)
    tokens.revoke(actor, token.pk)
    assert tokens.tokens_of(actor).get().revoked_at is not None
    with pytest.raises(Forbidden):
        tokens.create(tokens.actor_of(token), "more", 10)


def test_a_read_only_token_reads_and_nothing_else(companies):
    record = companies.create()
    api = ApiClient(person(EVERYTHING), read_only=True)
    before = digest_of_tables()
    assert api.get(f"{COMPANIES}{record.pk}/").status == 200
    refused = [
        api.post(COMPANIES, {"name": "New"}), api.patch(f"{COMPANIES}{record.pk}/", {"name": "Other"}), api.delete(f"{COMPANIES}{record.pk}/"),
        api.post(f"{COMPANIES}{record.pk}/commands/win/", {"inputs": {"reason": "x"}}), api.post(f"{COMPANIES}commands/edit/", {"ids": [record.pk]}),
    ]  # fmt: skip
    assert [answer.status for answer in refused] == [403] * 5
    assert digest_of_tables() == before


def test_a_token_for_some_entities_opens_no_others(companies):
    companies.create()
    api = ApiClient(person(EVERYTHING), entities=("fakes.company",))
    assert api.get(COMPANIES).status == 200
    assert api.get("fakes/thing/").status == 403
    assert [entity["key"] for entity in api.get("").body["entities"]] == ["fakes.company"]


def test_a_session_needs_the_csrf_token_for_writing(companies):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person(EVERYTHING), backend="allauth.account.auth_backends.AuthenticationBackend")
    body = {"data": json.dumps({"name": "New"}), "content_type": "application/json"}
    assert browser.get(f"/api/{COMPANIES}").status_code == 200
    assert browser.post(f"/api/{COMPANIES}", **body).status_code == 403
    browser.cookies["csrftoken"] = "a" * 32
    assert browser.post(f"/api/{COMPANIES}", headers={"X-CSRFToken": "a" * 32}, **body).status_code == 201


def test_answers_speak_the_users_language_and_are_not_cached(companies):
    record = companies.create()
    for language, label in (("en", "Name"), ("zh-hans", None)):
        api = ApiClient(person(EVERYTHING, language=language))
        answer = api.call("GET", "access/user/fields/", Accept_Language="en")
        found = next(field["label"] for field in answer.body["items"] if field["key"] == "name")
        assert (found == label) is (language == "en")
        assert answer.headers["Cache-Control"] == "no-store"
    assert record.pk


# --- limits and wrong requests ------------------------------------------------------------------------
def test_too_many_requests_are_told_to_wait(settings, companies):
    settings.API = {"rate": 0.5, "burst": 4, "draw": 2}
    limits.forget()
    cache.clear()
    api = ApiClient(person(EVERYTHING))
    statuses = [api.get(COMPANIES).status for _ in range(4)]
    refused = api.get(COMPANIES)
    assert statuses == [200, 200, 200, 429]
    assert refused.status == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 2
    assert ApiClient(person(EVERYTHING)).get(COMPANIES).status == 200


@pytest.mark.parametrize(("status", "arguments"), [
    (400, {"data": b"{", "content_type": "application/json"}),
    (400, {"data": b"[1]", "content_type": "application/json"}),
    (400, {"data": b"\xff\xfe", "content_type": "application/json"}),
    (400, {"data": b"[" * 5000, "content_type": "application/json"}),
    (400, {"data": json.dumps({"name": {"deep": [1]}}).encode(), "content_type": "application/json"}),
    (400, {"data": json.dumps({"name": "x\u0000"}).encode(), "content_type": "application/json"}),
    (413, {"data": b" " * (5 * 2**20 + 1), "content_type": "application/json"}),
    (415, {"data": b"name=x", "content_type": "text/plain"}),
])  # fmt: skip
def test_unusable_bodies_are_refused_and_change_nothing(api, status, arguments):
    before = digest_of_tables()
    answer = api.client.post(f"/api/{COMPANIES}", headers={"authorization": f"Bearer {api.secret}"}, **arguments)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert digest_of_tables() == before


@pytest.mark.parametrize("params", [
    {"filter": "{"}, {"filter": '{"a":1}'}, {"filter": '["eq","name",[[1]]]'}, {"filter": '["contains","name",null]'},
    {"filter": '["eq","name",""]'}, {"filter": '["contains","name","a\\u0000"]'}, {"filter": "[" * 500 + "]" * 500},
    {"filter": json.dumps(["and", *[["eq", "name", "x"]] * 201])}, {"filter": '["exact","name","x"]'}, {"filter": '["eq","owner__password","x"]'},
    {"sort": "' ); --"}, {"sort": "owner__password"}, {"fields": "password"}, {"limit": "0"}, {"limit": "201"}, {"limit": "x"},
    {"cursor": "next-nonsense"}, {"cursor": "nonsense"}, {"q": "a\u0000b"}, {"filter": '["eq","employees",99999999999999999999]'},
])  # fmt: skip
def test_unusable_parameters_are_refused(api, companies, params):
    companies.create()
    assert api.get(COMPANIES, **params).status == 400, params


def test_a_cursor_of_another_sort_is_refused(api, companies):
    companies.create_many(3)
    cursor = api.get(COMPANIES, sort="name", limit=1).body["next"].partition("cursor=")[2].partition("&")[0]
    assert api.call("GET", f"/api/{COMPANIES}?sort=capital&limit=1&cursor={cursor}").status == 400


def test_strange_addresses_leave_the_server_healthy(api):
    for path in (
        "/api//",
        "/api/fakes//company/",
        "/api/fakes/company/;x/",
        "/api/%ff/",
        f"/api/{'x' * 5000}/",
        "/api/fakes/company/abc/",
    ):
        assert api.call("GET", path).status in (301, 302, 404)
    assert api.get("").status == 200
    assert api.call("PUT", COMPANIES).status == 405


# --- records ------------------------------------------------------------------------------------------
def test_hidden_fields_do_not_exist(companies):
    user = person(EVERYTHING)
    FieldRule.objects.create(
        role=Role.objects.get(user_links__user=user), entity="fakes.company", field="capital", rule="hide"
    )
    api, record = ApiClient(user), companies.create()
    unknown = api.get(COMPANIES, filter='["gt","nonsense",1]')
    hidden = api.get(COMPANIES, filter='["gt","capital",1]')
    assert (hidden.status, hidden.text) == (400, unknown.text.replace("nonsense", "capital"))
    assert "capital" not in api.get(f"{COMPANIES}{record.pk}/").body
    assert "capital" not in api.get(f"{COMPANIES}{record.pk}/history/").text
    assert '"capital"' not in api.get("schema.json").text
    assert [api.get(COMPANIES, **{name: "capital"}).status for name in ("sort", "fields")] == [400, 400]
    assert api.get(f"{COMPANIES}groups/", by="stage", total="capital").status == 400
    assert api.patch(f"{COMPANIES}{record.pk}/", {"capital": "1"}).status == 400


def test_a_repeated_request_is_carried_out_once(api):
    body = {"name": "Once", "code": "ONCE"}
    first = api.post(COMPANIES, body, Idempotency_Key="k1")
    again = api.post(COMPANIES, body, Idempotency_Key="k1")
    assert (first.status, again.status) == (201, 201)
    assert first.body["id"] == again.body["id"]
    assert Company.objects.filter(name="Once").count() == 1
    other = api.post(COMPANIES, {"name": "Other"}, Idempotency_Key="k1")
    assert other.status == 400
    assert api.post(COMPANIES, body, Idempotency_Key="x" * 81).status == 400


def test_links_are_given_by_id_or_code(api, companies):
    parent = companies.create(code="HEAD")
    for value in (parent.pk, {"id": parent.pk}, {"code": "HEAD"}):
        answer = api.post(COMPANIES, {"name": "Branch", "parent": value})
        assert answer.status == 201, answer.text
        assert answer.body["parent"] == {"id": parent.pk, "label": parent.name}
    for value in (True, [parent.pk], {"code": "NONE"}, {"name": "x"}, "x", 999_999):
        answer = api.post(COMPANIES, {"name": "Branch", "parent": value})
        assert (answer.status, list(answer.body["errors"])) == (400, ["parent"]), value


def test_notes_hang_on_a_record(api, companies):
    company = companies.create()
    made = api.post("directory/note/", {"entity": "fakes.company", "record_id": company.pk, "text": "Called"})
    assert made.status == 201, made.text
    assert (made.body["entity"], made.body["record_id"]) == ("fakes.company", company.pk)
    listed = api.get("directory/note/", filter=json.dumps(["eq", "entity", "fakes.company"]))
    assert [row["text"] for row in listed.body["items"]] == ["Called"]
    before = digest_of_tables()
    for host in (
        {"entity": "fakes.company", "record_id": 999},
        {"entity": "access.user", "record_id": 1},
        {"entity": "nonsense", "record_id": 1},
    ):
        assert api.post("directory/note/", {"text": "x", **host}).status == 404
    assert digest_of_tables() == before


# --- commands -----------------------------------------------------------------------------------------
def test_a_command_says_why_not(api, companies):
    company = companies.create(stage="lost")
    blocked = {
        command["name"]: command["blocked"] for command in api.get(f"{COMPANIES}{company.pk}/commands/").body["items"]
    }
    assert blocked["win"] == "Only a new company can be won."
    answer = api.post(f"{COMPANIES}{company.pk}/commands/win/", {"inputs": {"reason": "x"}})
    assert (answer.status, answer.body["reasons"]) == (422, {str(company.pk): "Only a new company can be won."})
    Company.objects.update(stage="new")
    won = api.post(f"{COMPANIES}{company.pk}/commands/win/", {"inputs": {"reason": "good"}})
    assert (won.status, won.body["stage"], won.body["remarks"]) == (200, "active", "good")


def test_a_held_command_is_accepted_but_not_done(api, companies):
    company = companies.create(capital="5000")
    answer = api.post(f"{COMPANIES}{company.pk}/commands/write_off/", {"inputs": {"amount": "1000"}})
    assert answer.status == 202
    assert answer.body["held"]
    assert api.get(f"{COMPANIES}{company.pk}/").body["capital"] == "5000.00"


def test_a_selection_is_frozen_confirmed_and_undone(api, companies):
    new, lost = companies.create_many(3, stage="new"), companies.create(stage="lost")
    body = {"filter": ["filled", "name"], "inputs": {"reason": "bulk"}}
    at_once = api.post(f"{COMPANIES}commands/win/", {**body, "confirm": True})
    assert at_once.status == 422
    assert Company.objects.filter(stage="active").count() == 0
    preview = api.post(f"{COMPANIES}commands/win/", body).body
    assert (preview["total"], preview["refused"]) == (3, [{"reason": "Only a new company can be won.", "count": 1}])
    late = companies.create(stage="new")
    done = api.post(
        f"{COMPANIES}commands/win/", {"selection": preview["selection"], "inputs": body["inputs"], "confirm": True}
    )
    assert done.status == 200, done.text
    assert set(done.body["done"]) == {record.pk for record in new}
    assert list(done.body["left"]) == [str(lost.pk)]
    assert Company.objects.get(pk=late.pk).stage == "new"
    undone = api.post("undo/", {"batch": done.body["batch"]})
    assert set(undone.body["done"]) == {record.pk for record in new}
    assert Company.objects.filter(stage="active").count() == 0


def test_another_persons_selection_and_batch_do_not_exist(api, companies):
    companies.create(stage="new")
    preview = api.post(f"{COMPANIES}commands/edit/", {"filter": [], "inputs": {"name": "Same"}}).body
    other = ApiClient(person({"own": ["*"]}))
    before = digest_of_tables()
    assert (
        other.post(
            f"{COMPANIES}commands/edit/",
            {"selection": preview["selection"], "inputs": {"name": "Same"}, "confirm": True},
        ).status
        == 404
    )
    assert digest_of_tables() == before
    done = api.post(
        f"{COMPANIES}commands/edit/", {"selection": preview["selection"], "inputs": {"name": "Same"}, "confirm": True}
    )
    before = digest_of_tables()
    assert other.post("undo/", {"batch": done.body["batch"]}).status == 404
    assert [api.post("undo/", {"batch": value}).status for value in (str(uuid.uuid4()), "x", 1)] == [404, 400, 400]
    assert digest_of_tables() == before


def test_many_records_are_changed_by_a_job(api, companies, monkeypatch):
    monkeypatch.setattr("guanxi.platform.commands.selection.JOB_ABOVE", 2)
    records = companies.create_many(3)
    inputs = {"tags": ["bulk"]}
    preview = api.post(f"{COMPANIES}commands/edit/", {"ids": [record.pk for record in records]}).body
    assert preview["needs_job"]
    started = api.post(
        f"{COMPANIES}commands/edit/", {"selection": preview["selection"], "inputs": inputs, "confirm": True}
    )
    assert started.status == 202
    address = f"jobs/{started.body['job']}/"
    assert api.get(address).body["state"] == "queued"
    assert ApiClient(person(EVERYTHING)).get(address).status == 404
    jobs.run_queued_jobs()
    assert api.get(address).body["state"] == "done"
    assert all(api.get(f"{COMPANIES}{record.pk}/").body["tags"] == ["bulk"] for record in records)
