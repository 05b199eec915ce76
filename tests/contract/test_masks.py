"""A masked field at every door: what is shown, searched, sorted, written, exported, printed and revealed."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import FieldRule, Role, RoleGrant, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.query import Query, read_filter
from guanxi.platform.entities.query import page as rows_of
from guanxi.platform.events.models import Event
from guanxi.platform.events.selectors import history
from guanxi.platform.exchange.choices import Format, LinkText
from guanxi.platform.exchange.exporting import Request, stream_csv
from guanxi.platform.exchange.rows import FetchPlan
from tests.contract.digest import digest_of_tables
from tests.contract.factories import factory_for
from tests.contract.people import ApiClient, person
from tests.fakes.models import Company

pytestmark = pytest.mark.django_db(databases="__all__")
COMPANIES = "fakes/company/"
SECRET, MASK = "+8613812345678", "+86138****5678"
EMAIL, EMAIL_MASK = "zhang.san@example.com", "z***@example.com"
EVERYTHING = {"all": ["*"]}


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def clerk():
    """Somebody who may do everything but sees what is sensitive masked: what a role without rules gives."""
    user = person(EVERYTHING)
    FieldRule.objects.all().delete()
    return user


@pytest.fixture
def record():
    return factory_for("fakes.company").create(name="Acme", phone=SECRET, email=EMAIL)


@pytest.fixture
def api(clerk, record):
    return ApiClient(clerk)


def browser(client, user):
    client.force_login(user)
    return client


def test_pages_show_the_mask_and_never_the_value(client, clerk, record):
    pages = browser(client, clerk)
    base = f"/fakes/company/{record.pk}/"
    run(
        commands.get("fakes.company.edit"),
        Actor.for_user(clerk),
        ids=[record.pk],
        inputs={"email": "other.name@example.org"},
    )
    columns = "columns=name,phone,email"
    for path in (
        f"/fakes/company/?{columns}",
        f"/fakes/company/?layout=kanban&{columns}",
        f"/fakes/company/?layout=tree&{columns}",
        f"/fakes/company/print/?{columns}",
        base,
        f"{base}?tab=history",
        f"{base}tab/history/",
        f"{base}tab/timeline/",
        f"{base}peek/",
        f"{base}edit/",
        f"{base}print/",
        f"{base}property/phone/",
        f"{base}cell/?column=phone",
    ):
        answer = pages.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        text = answer.content.decode()
        assert "13812345678" not in text and "1234" not in text and "zhang.san" not in text, path
        assert "other.name" not in text, path
    assert MASK in pages.get(base).content.decode()


def test_rest_gives_the_mask(api, record):
    row = api.get(f"{COMPANIES}{record.pk}/").body
    assert (row["phone"], row["email"]) == (MASK, EMAIL_MASK)
    (listed,) = api.get(COMPANIES, fields="phone,email").body["items"]
    assert (listed["phone"], listed["email"]) == (MASK, EMAIL_MASK)
    api.patch(f"{COMPANIES}{record.pk}/", {"phone": "+8613900001111"})
    history = api.get(f"{COMPANIES}{record.pk}/history/").text
    assert "13812345678" not in history and "13900001111" not in history and MASK in history


def test_only_equality_and_the_last_four_are_left_of_the_filters(api, record):
    other = factory_for("fakes.company").create(phone="+8613999999999")

    def found(*test):
        answer = api.get(COMPANIES, filter=json.dumps(list(test)))
        return answer.status, [row["id"] for row in answer.body.get("items", [])]

    assert found("eq", "phone", SECRET) == (200, [record.pk])
    assert found("ends", "phone", "5678") == (200, [record.pk])
    assert found("ends", "phone", "9999") == (200, [other.pk])
    for test in (
        ("ends", "phone", "678"),
        ("ends", "phone", "45678"),
        ("starts", "phone", "+86138"),
        ("contains", "phone", "345"),
        ("ne", "phone", SECRET),
        ("in", "phone", [SECRET]),
        ("filled", "phone"),
    ):
        assert found(*test)[0] == 400, test
    assert [api.get(COMPANIES, **{name: "phone"}).status for name in ("sort",)] == [400]
    assert api.get(f"{COMPANIES}groups/", by="phone").status == 400
    assert api.get(COMPANIES, q="5678").body["items"] == []


def test_searches_of_masked_fields_are_remembered_and_limited(api, record, settings):
    settings.ACCESS = {"hourly": {"reveal": 30, "lookup": 3}}
    for _again in range(3):
        assert api.get(COMPANIES, filter=json.dumps(["ends", "phone", "5678"])).status == 200
    (event,) = Event.objects.filter(kind="access.field.looked_up")
    assert (event.payload["field"], event.payload["value"], event.actor_id) == ("phone", "****", api.user.pk)
    assert [api.get(COMPANIES, filter=json.dumps(["ends", "phone", f"000{n}"])).status for n in range(4)] == [
        200,
        200,
        429,
        429,
    ]
    assert Event.objects.filter(kind="access.field.looked_up").count() == 3


def test_what_was_only_shown_never_comes_back(api, record):
    before = Company.objects.get(pk=record.pk)
    shown = {
        key: value
        for key, value in api.get(f"{COMPANIES}{record.pk}/").body.items()
        if key in ("name", "phone", "email")
    }
    assert api.patch(f"{COMPANIES}{record.pk}/", shown).status == 200
    assert api.patch(f"{COMPANIES}{record.pk}/", {"phone": "", "email": None}).status == 200
    after = Company.objects.get(pk=record.pk)
    assert (after.phone, after.email, after.version) == (SECRET, EMAIL, before.version)
    assert api.patch(f"{COMPANIES}{record.pk}/", {"phone": "+8613900001111"}).status == 200
    assert Company.objects.get(pk=record.pk).phone == "+8613900001111"


def test_the_form_saved_as_it_was_opened_changes_nothing(client, clerk, record):
    pages = browser(client, clerk)
    path = f"/fakes/company/{record.pk}/edit/"
    assert MASK in pages.get(path).content.decode()
    sent = {"name": record.name, "version": record.version, "phone": "", "email": "", "stage": record.stage}
    assert pages.post(path, sent).status_code in (302, 204)
    now = Company.objects.get(pk=record.pk)
    assert (now.phone, now.email) == (SECRET, EMAIL)


def test_a_mask_from_elsewhere_is_refused_where_the_value_is_seen_in_full(record):
    api = ApiClient(person(EVERYTHING))
    answer = api.patch(f"{COMPANIES}{record.pk}/", {"phone": MASK})
    assert (answer.status, set(answer.body["errors"])) == (400, {"phone"})
    assert Company.objects.get(pk=record.pk).phone == SECRET


def test_a_conflict_tells_neither_value(api, record):
    version = record.version
    run(
        commands.get("fakes.company.edit"),
        Actor.for_user(api.user),
        ids=[record.pk],
        inputs={"phone": "+8613700007777"},
    )
    answer = api.patch(f"{COMPANIES}{record.pk}/", {"phone": "+8613900001111", "version": version})
    assert answer.status == 409
    assert "13700007777" not in answer.text


def test_exports_hold_the_mask(clerk, record):
    entity, actor = registry.get("fakes.company"), Actor.for_user(clerk)
    wanted = Request(entity, ("name", "phone", "email"), Format.CSV)
    text = b"".join(stream_csv(wanted, actor)).decode("utf-8-sig")
    assert MASK in text and EMAIL_MASK in text and "13812345678" not in text


def test_an_import_fills_masked_fields_blindly(clerk, record):
    """It may replace a number; a mask in the file leaves it; a masked field recognises no records."""
    from guanxi.platform.exchange.plan import importable, key_choices

    entity, actor = registry.get("fakes.company"), Actor.for_user(clerk)
    fields = importable(entity, actor)
    assert fields["phone"].is_masked and fields["phone"].get(record) == ""
    assert "phone" not in {one.key for one in key_choices(entity, fields)}


def test_pickers_do_not_spell_out_a_masked_name(clerk, record):
    FieldRule.objects.create(role=Role.objects.get(), entity="fakes.company", field="name", rule="mask")
    actor = Actor.for_user(clerk)
    assert links.labels("fakes.company", [record.pk], actor) == {record.pk: "****"}
    assert links.options("fakes.company", "Ac", actor) == []


# --- revealing ----------------------------------------------------------------------------------------
def test_revealing_needs_right_reason_and_leaves_a_trace(api, record):
    path = f"{COMPANIES}{record.pk}/reveal/"
    for body in ({"field": "phone"}, {"field": "phone", "reason": "why"}):
        assert api.post(path, body).status == 400
    assert api.post(path, {"field": "name", "reason": "calling back"}).status == 404
    answer = api.post(path, {"field": "phone", "reason": "calling back about 4711"})
    assert (answer.status, answer.body) == (200, {"field": "phone", "value": SECRET})
    (event,) = Event.objects.filter(kind="access.field.revealed")
    assert (event.record_id, event.actor_id, event.note) == (record.pk, api.user.pk, "calling back about 4711")
    assert SECRET not in json.dumps(event.payload)


def test_without_the_right_nothing_is_revealed_and_nothing_written(record):
    user = person({"all": ["view"]})
    FieldRule.objects.all().delete()
    api, before = ApiClient(user), digest_of_tables()
    assert api.post(f"{COMPANIES}{record.pk}/reveal/", {"field": "phone", "reason": "calling back"}).status == 403
    assert digest_of_tables() == before


def test_a_record_out_of_reach_is_not_found(record):
    user = person({"own": ["*"]})
    FieldRule.objects.all().delete()
    answer = ApiClient(user).post(f"{COMPANIES}{record.pk}/reveal/", {"field": "phone", "reason": "calling back"})
    assert (answer.status, "13812345678" in answer.text) == (404, False)


def test_the_limit_of_the_hour(api, record, settings):
    settings.ACCESS = {"hourly": {"reveal": 2, "lookup": 60}}
    asked = {"field": "phone", "reason": "calling back"}
    assert [api.post(f"{COMPANIES}{record.pk}/reveal/", asked).status for _n in range(3)] == [200, 200, 429]
    assert Event.objects.filter(kind="access.field.revealed").count() == 2
    later = Actor.for_user(api.user).at(api.actor.now() + timedelta(hours=1))
    from guanxi.platform.commands.revealing import reveal

    assert reveal(registry.get("fakes.company"), later, record.pk, "phone", "calling back") == SECRET


def test_the_page_asks_for_the_reason_and_shows_the_value_once(client, clerk, record):
    pages, url = browser(client, clerk), reverse("reveal", args=["fakes", "company", record.pk, "phone"])
    assert url in pages.get(f"/fakes/company/{record.pk}/").content.decode()
    assert "13812345678" not in pages.get(url).content.decode()
    assert pages.post(url, {"reason": "no"}, headers={"HX-Request": "true"}).status_code == 422
    shown = pages.post(url, {"reason": "calling back"}, headers={"HX-Request": "true"})
    assert (shown.status_code, "138 1234 5678" in shown.content.decode()) == (200, True)


# --- rules --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rules", "seen"),
    [
        ([], MASK),
        ([("*", "@", "show")], SECRET),
        ([("fakes.*", "@contact", "show")], SECRET),
        ([("fakes.company", "phone", "show")], SECRET),
        ([("*", "@", "show"), ("fakes.company", "phone", "mask")], MASK),
        ([("*", "@contact", "show"), ("fakes.*", "@contact", "hide")], None),
        ([("*", "@identity", "show")], MASK),
        ([("fakes.company", "phone", "read")], SECRET),
    ],
)
def test_the_most_exact_rule_counts(clerk, record, rules, seen):
    for entity, field, rule in rules:
        FieldRule.objects.create(role=Role.objects.get(), entity=entity, field=field, rule=rule)
    fields = registry.get("fakes.company").readable(Actor.for_user(clerk))
    assert (fields["phone"].get(record) if "phone" in fields else None) == seen


def test_of_several_roles_the_one_that_shows_most_counts(clerk, record):
    role = Role.objects.create(key="second", labels={"en": "second"})
    RoleGrant.objects.create(role=role, entity="fakes.*", actions=["view"], scope="own")
    FieldRule.objects.create(role=role, entity="fakes.*", field="@", rule="show")
    UserRole.objects.create(user=clerk, role=role)
    assert registry.get("fakes.company").readable(Actor.for_user(clerk))["phone"].get(record) == SECRET


def test_a_list_of_masked_fields_costs_no_further_query(clerk, record, django_assert_num_queries):
    entity, actor = registry.get("fakes.company"), Actor.for_user(clerk)
    assert actor.grants
    with django_assert_num_queries(1):
        found = rows_of(entity, actor, Query(filter=read_filter(entity, actor, None)))
        assert [entity.readable(actor)["phone"].get(one) for one in found.records] == [MASK]


def test_a_field_called_note_is_no_note_of_the_event(clerk):
    """Field rules reach the difference of an event, but not what was said about it."""
    record = factory_for("fakes.thing").create(note="between us")
    (made,) = history("fakes.thing", record.pk)
    assert (made.note, made.diff["note"]) == ("", [None, "between us"])
    run(
        commands.get("fakes.thing.assign"),
        Actor.for_user(clerk),
        ids=[record.pk],
        inputs={"owner": clerk.pk, "note": "yours"},
    )
    assert history("fakes.thing", record.pk)[0].note == "yours"


@pytest.mark.parametrize("rule", ["hide", "mask"])
def test_a_name_that_is_not_open_leaves_by_no_link(clerk, rule):
    """Names in several languages stand in a column of their own, and regions are named by their whole path in exports."""
    region = factory_for("refdata.region").create(label="Hidden Valley", code="931234")
    company = factory_for("fakes.company").create(region=region.pk)
    for field in ("label", "code"):
        FieldRule.objects.create(role=Role.objects.get(), entity="refdata.region", field=field, rule=rule)
    entity, actor = registry.get("fakes.company"), Actor.for_user(clerk)
    texts = [str(links.labels("refdata.region", [region.pk], actor))]
    texts += [
        str(list(FetchPlan(entity, actor, ["region"], links_as=one).rows(entity.rows(actor)))) for one in LinkText
    ]
    regions = registry.get("refdata.region")
    if rule == "mask":
        texts.append(str(list(FetchPlan(regions, actor, ["label", "code"]).rows(regions.rows(actor)))))
    assert company.region_id == region.pk
    assert [text for text in texts if "Valley" in text or "931234" in text] == []
