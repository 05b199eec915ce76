"""What the REST interface of every entity must do. One subclass per entity inherits it all:

class TestCustomerApi(ApiContract):
    key = "customers.customer"
"""

from typing import Any, ClassVar

import orjson
import pytest

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands.command import commands_of
from guanxi.platform.entities import query, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.feel.operators import OPERATORS, PERIODS
from guanxi.platform.files.models import File
from tests.contract.digest import digest_of_tables
from tests.contract.factories import Factory, factory_for, sample
from tests.contract.people import ApiClient, person
from tests.queries import Statements

#: Fields that a record keeps once it is made, because records and codes of others follow from them.
KEPT = {
    "refdata.region": ("code", "parent"),
    "refdata.industry": ("code", "parent"),
    "customizing.customfield": ("entity", "kind", "key", "target"),
    "customizing.customchoice": ("field", "key"),
    "customizing.formrule": ("entity", "key"),
    "customizing.layout": ("entity", "role"),
    "records.customentity": ("key", "host"),
    "dossier.requirement": ("key",),
    "decisions.decision": ("key",),
    "decisions.decisionversion": ("decision",),
    "decisions.decisioncase": ("decision",),
}

EVERYTHING = {"all": ["*"]}
#: Looked at once a second, by whichever request comes first: not a query of the request that is counted.


@pytest.mark.django_db(databases="__all__")
class ApiContract:
    key: ClassVar[str]

    @pytest.fixture(autouse=True)
    def _no_limit(self, settings):
        """Draws on the shared bucket would add queries to some of the requests that are counted."""
        settings.API = {"rate": 0}

    @pytest.fixture
    def entity(self) -> Entity:
        return registry.get(self.key)

    @pytest.fixture
    def factory(self) -> Factory:
        return factory_for(self.key)

    @pytest.fixture
    def api(self) -> ApiClient:
        return ApiClient(person(EVERYTHING))

    @property
    def base(self) -> str:
        return self.key.replace(".", "/") + "/"

    def has(self, entity: Entity, name: str) -> bool:
        return name in {command.name for command in commands_of(entity)}

    # --- reading --------------------------------------------------------------------------------------
    def test_the_list_goes_through_every_record_once_in_both_directions(self, entity, factory, api):
        factory.create_many(5)
        wanted = set(entity.base_rows().values_list("pk", flat=True))
        pages, address = [], f"/api/{self.base}?limit=2&sort=-id"
        while address:
            answer = api.call("GET", address)
            assert answer.status == 200
            pages.append([row["id"] for row in answer.body["items"]])
            assert len(pages) <= len(wanted), "the pages go round in a circle"
            address = answer.body["next"]
        seen = [pk for page in pages for pk in page]
        assert seen == sorted(wanted, reverse=True)
        back = [row["id"] for row in api.call("GET", answer.body["previous"]).body["items"]]
        assert back == pages[-2]

    @pytest.mark.once
    def test_a_record_reads_alike_alone_and_in_the_list(self, factory, api):
        record = factory.create()
        alone = api.get(f"{self.base}{record.pk}/")
        listed = api.get(self.base, sort="-id", limit=1).body["items"][0]
        assert alone.status == 200
        assert alone.body == listed
        assert alone.body["id"] == record.pk

    def test_every_settable_field_is_filled_and_reads_back(self, entity, factory, api):
        factory.create_many(2)
        values = factory.values()
        record = factory.create(**values)
        row = api.get(f"{self.base}{record.pk}/").body
        for key, field in factory.fields().items():
            if key in values and not (field.is_link and values[key] is None):
                assert same(field, row[key], values[key]), key

    @pytest.mark.once
    def test_fields_are_chosen_by_name(self, entity, factory, api):
        factory.create()
        key = next(iter(entity.fields()))
        row = api.get(self.base, fields=key).body["items"][0]
        assert row.keys() - {"version", "record_id"} == {"id", key}

    def test_every_field_filters_by_every_operator(self, entity, factory, api):
        """One operator of each field by a request, all of them by what answers it."""
        record = factory.create()
        factory.create()
        actor = api.actor
        for field in entity.fields().values():
            for place, operator in enumerate(field.operators):
                tree = [operator, field.key, *operands(entity, factory, field, operator, record)]
                ids = found(entity, actor, tree)
                if operator in ("eq", "in", "under", "ge", "le") and not field.is_empty(field.get(record)):
                    assert record.pk in ids, tree
                if operator == "filled":
                    assert (record.pk in ids) != field.is_empty(field.get(record)), tree
                assert not ids & found(entity, actor, ["not", tree]), tree
                if place == 0:
                    answer = api.get(self.base, filter=json_of(tree), fields=field.key)
                    assert answer.status == 200, (tree, answer.text)
                    assert {row["id"] for row in answer.body["items"]} == ids, tree

    def test_every_stored_field_sorts_in_both_directions(self, entity, factory, api):
        factory.create_many(3)
        wanted = sorted(entity.base_rows().values_list("pk", flat=True))
        for field in entity.fields().values():
            if not field.sortable:
                assert api.get(self.base, sort=field.key).status == 400
                continue
            for sort in (field.key, f"-{field.key}"):
                seen, page = [], None
                while page is None or page.after:
                    by = query.Query(sort=query.Sort.parse(sort))
                    page = query.page(entity, api.actor, by, limit=2, after=page.after if page else "")
                    seen += [record.pk for record in page.records]
                    assert len(seen) <= len(wanted), f"{sort}: the pages go round in a circle"
                assert sorted(seen) == wanted, sort
            answer = api.get(self.base, sort=sort, fields=field.key, limit=200)
            assert [row["id"] for row in answer.body["items"]] == seen, sort

    def test_counts_and_groups_agree_with_the_list(self, entity, factory, api):
        factory.create_many(3)
        number = entity.base_rows().count()
        assert api.get(f"{self.base}count/", count="exact").body == {"count": number, "exact": True}
        for field in entity.fields().values():
            answer = api.get(f"{self.base}groups/", by=field.key)
            assert answer.status in (200, 400), (field.key, answer.text)
            if answer.status == 200:
                assert sum(group["count"] for group in answer.body["items"]) == number, field.key

    @pytest.mark.once
    def test_fields_describe_what_may_be_set(self, entity, factory, api):
        described = {field["key"]: field for field in api.get(f"{self.base}fields/").body["items"]}
        assert described.keys() == entity.fields().keys()
        assert {key for key, field in described.items() if not field["readonly"]} == factory.fields().keys()

    @pytest.mark.once
    def test_lists_and_records_ask_the_database_the_same_with_many_rows_as_with_few(self, factory, api):
        records = factory.create_many(3)
        few = self._queries(api, records[0].pk)
        factory.create_many(12)
        assert self._queries(api, records[0].pk) == few

    def _queries(self, api: ApiClient, pk: int) -> dict[str, int]:
        found = {}
        for path in (f"{self.base}?limit=200", f"{self.base}count/", f"{self.base}{pk}/", f"{self.base}{pk}/history/"):
            address = f"/api/{path}"
            api.call("GET", address)
            with Statements() as sent:
                api.call("GET", address)
            found[path] = len(sent)
        return found

    # --- writing --------------------------------------------------------------------------------------
    def test_what_was_read_can_be_created_again(self, entity, factory, api):
        if not self.has(entity, "create"):
            assert api.post(self.base, {}).status == 405
            return
        original = factory.create()
        row = api.get(f"{self.base}{original.pk}/").body
        body = {key: row[key] for key in factory.fields() if key in row}
        body |= {key: value for key, value in factory.values().items() if key not in factory.fields()}
        answer = api.post(self.base, body)
        if answer.status == 400:  # what must be unique is given anew
            fresh = factory.values()
            File.objects.filter(entity=None).update(created_by_id=api.user.pk)  # one takes one's own uploads
            assert answer.body["errors"].keys() <= fresh.keys(), answer.text
            body |= {key: fresh[key] for key in answer.body["errors"]}
            answer = api.post(self.base, body)
            if answer.status == 400:  # several fields that must be unique together
                body = fresh
                answer = api.post(self.base, body)
        assert answer.status == 201, answer.text
        assert answer.headers["Location"].endswith(f"/api/{self.base}{answer.body['id']}/")
        for key, field in factory.fields().items():
            assert key not in body or same(field, answer.body[key], body[key]), key

    def test_every_field_can_be_changed_alone(self, entity, factory, api):
        if not self.has(entity, "edit"):
            return
        factory.create_many(2)
        record = factory.create()
        fresh, others = factory.values(), factory.values()
        for key, field in factory.fields().items():
            if key in KEPT.get(entity.key, ()):
                continue
            for value in (values[key] for values in (fresh, others) if key in values):
                if field.kind is kinds.FILE:  # one takes one's own uploads only
                    File.objects.filter(pk=value).update(created_by_id=api.actor.user_id)
                answer = api.patch(f"{self.base}{record.pk}/", {key: value})
                if answer.status == 200:  # one of two links may be the one that the rules forbid
                    assert same(field, answer.body[key], value), key
                    break
            else:
                assert key not in fresh, (key, answer.text)

    def test_a_record_is_deleted_and_restored(self, entity, factory, api):
        record = factory.create()
        if not self.has(entity, "delete"):
            assert api.delete(f"{self.base}{record.pk}/").status == 405
            return
        assert api.delete(f"{self.base}{record.pk}/").status == 204
        assert api.get(f"{self.base}{record.pk}/").status == 404
        if self.has(entity, "restore"):
            assert api.post(f"{self.base}{record.pk}/commands/restore/").status == 200
            assert api.get(f"{self.base}{record.pk}/").status == 200

    def test_history_tells_what_was_changed_page_by_page(self, entity, factory, api):
        record = factory.create()
        address = f"{self.base}{record.pk}/history/"
        if not self.has(entity, "edit") or api.get(address).status == 404:
            return
        change = one_change(entity, factory)
        assert api.patch(f"{self.base}{record.pk}/", change).status == 200
        first = api.get(address, limit=1)
        assert [item["kind"] for item in first.body["items"]] == [f"{self.key}.edited"]
        assert change.keys() <= first.body["items"][0]["changes"].keys()
        if not self.has(entity, "create"):  # it came with the program
            assert first.body["next"] is None
            return
        second = api.call("GET", first.body["next"])
        assert [item["kind"] for item in second.body["items"]] == [f"{self.key}.created"]
        assert second.body["next"] is None

    def test_commands_say_why_not_and_bulk_commands_preview_first(self, entity, factory, api):
        record = factory.create()
        answer = api.get(f"{self.base}{record.pk}/commands/")
        assert answer.status == 200
        if not self.has(entity, "edit"):
            return
        change = one_change(entity, factory)
        before = api.get(f"{self.base}{record.pk}/").body
        preview = api.post(f"{self.base}commands/edit/", {"ids": [record.pk], "inputs": change})
        assert (preview.status, preview.body["total"]) == (200, 1), preview.text
        assert api.get(f"{self.base}{record.pk}/").body == before
        done = api.post(
            f"{self.base}commands/edit/", {"selection": preview.body["selection"], "inputs": change, "confirm": True}
        )
        assert (done.status, done.body["done"]) == (200, [record.pk]), done.text
        after = api.get(f"{self.base}{record.pk}/").body
        assert all(same(entity.fields()[key], after[key], value) for key, value in change.items())

    # --- refusals -------------------------------------------------------------------------------------
    def refused(self, answer: Any, status: int, before: dict[str, str], *keys: str) -> None:
        assert answer.status == status, answer.text
        assert answer.body["code"]
        assert answer.body["message"]
        for key in keys:
            assert key in answer.body["errors"], answer.text
        after = digest_of_tables()
        assert {table for table in after if after[table] != before.get(table)} == set()

    @pytest.mark.once
    def test_unknown_names_are_refused_everywhere(self, entity, factory, api):
        record, body = factory.create(), factory.values()
        before = digest_of_tables()
        for name in ("nonsense", "_connector", "pk__in", f"{next(iter(entity.fields()))}__startswith"):
            self.refused(api.get(self.base, filter=json_of(["eq", name, "1"])), 400, before, "filter")
            self.refused(api.get(self.base, sort=name), 400, before, "sort")
            self.refused(api.get(self.base, fields=name), 400, before, "fields")
            self.refused(api.get(f"{self.base}groups/", by=name), 400, before)
            self.refused(api.get(self.base, **{name: "1"}), 400, before, name)
            if self.has(entity, "create"):
                self.refused(api.post(self.base, body | {name: 1}), 400, before, name)
            if self.has(entity, "edit"):
                self.refused(api.patch(f"{self.base}{record.pk}/", {name: 1}), 400, before, name)

    @pytest.mark.once
    def test_what_may_not_be_set_is_refused(self, entity, factory, api):
        if not self.has(entity, "edit"):
            return
        record = factory.create()
        before = digest_of_tables()
        fixed = [key for key in entity.fields() if key not in factory.fields()]
        for key in (*fixed, "id", "is_superuser", "deleted_at", "balance", "ignore_permissions"):
            if key not in factory.fields():
                self.refused(api.patch(f"{self.base}{record.pk}/", {key: "1"}), 400, before, key)

    @pytest.mark.once
    def test_an_outdated_version_is_refused_with_both_values(self, entity, factory, api):
        if not self.has(entity, "edit"):
            return
        record = factory.create()
        theirs = one_change(entity, factory)
        assert api.patch(f"{self.base}{record.pk}/", theirs).status == 200
        ((key, _value),) = theirs.items()
        mine = one_change(entity, factory)
        before = digest_of_tables()
        for answer in (
            api.patch(f"{self.base}{record.pk}/", mine | {"version": record.version}),
            api.patch(f"{self.base}{record.pk}/", mine, If_Match=f'"{record.version}"'),
        ):
            self.refused(answer, 409, before, key)
            both = answer.body["conflict"][key]
            assert same(entity.fields()[key], both["theirs"], theirs[key])
            assert same(entity.fields()[key], both["mine"], mine[key])

    def test_a_missing_record_is_not_found_and_nothing_changes(self, entity, factory, api):
        factory.create()
        before = digest_of_tables()
        for pk in (0, 999_999_999, 2**63, 10**30):
            self.refused(api.get(f"{self.base}{pk}/"), 404, before)
            if self.has(entity, "edit"):
                self.refused(api.patch(f"{self.base}{pk}/", {}), 404, before)


def found(entity: Entity, actor: Actor, tree: Any) -> set[int]:
    """The records that a filter finds, of a few."""
    by = query.Query(filter=query.read_filter(entity, actor, tree))
    return {record.pk for record in query.page(entity, actor, by, limit=query.PAGE_LIMIT).records}


def json_of(tree: Any) -> str:
    return orjson.dumps(tree).decode()


def same(field: Field, read: Any, sent: Any) -> bool:
    """Whether a value read back is the one that was sent: links by id, numbers by value."""
    if field.is_link:
        return (read["id"] if isinstance(read, dict) else read) == (sent["id"] if isinstance(sent, dict) else sent)
    return field.imported(read) == field.parse(sent)


def one_change(entity: Entity, factory: Factory) -> dict[str, Any]:
    """A fresh value for one field of the entity, a plain one if there is one."""
    fields = factory.fields()
    plain = (
        kinds.TEXT,
        kinds.LONGTEXT,
        kinds.CODE,
        kinds.INTEGER,
        kinds.DATE,
        kinds.TAGS,
        kinds.MULTICHOICE,
        kinds.LINK,
        kinds.CHOICE,
    )
    key = next(key for kind in plain for key, field in fields.items() if field.kind is kind and key != entity.parent)
    return {key: factory.values()[key]}


def operands(entity: Entity, factory: Factory, field: Field, operator: str, record: Any) -> list[Any]:
    """Values for an operator, taken from the record where it has one."""
    low, many, typed = OPERATORS[operator].low, OPERATORS[operator].many, OPERATORS[operator].typed
    if operator == "period":
        return [next(iter(PERIODS))]
    if operator in ("last", "next"):
        return [30]
    value = field.get(record)
    if field.is_empty(value):
        value = sample(field, 1)
    elif field.kind is kinds.DATETIME:
        value = value.astimezone().date().isoformat()
    else:
        value = field.exported(value)
    if isinstance(value, list):
        value = value[0]
    if many:
        return [[value]]
    if operator == "ends" and field.sealed:
        return [str(value)[-4:]]
    return [value if typed else str(value)[:10]] * low
