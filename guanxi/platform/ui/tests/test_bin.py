"""The recycle bin: reached from every list of records, and emptied of many at once."""

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import EntityKind
from tests.contract.people import person
from tests.fakes.models import Company

RECORDS = [
    entity.key
    for entity in registry.declared()
    if entity.kind is EntityKind.RECORD
    and entity.menu
    and "restore" in {command.name for command in commands.commands_of(entity)}
]


@pytest.fixture
def browser(db):
    client = Client()
    client.force_login(person({"all": ["*"]}))
    return client


@pytest.mark.parametrize("key", RECORDS)
def test_every_list_of_records_leads_to_its_recycle_bin(key, browser):
    page = browser.get(reverse("list", args=key.split("."))).context["page"]
    assert page.bin_url
    assert page.bin_url in browser.get(page.url).content.decode()
    assert browser.get(page.bin_url).status_code == 200


def test_many_come_back_at_once(organisation, browser):
    chief = organisation.everything()
    ids = [run(commands.get("fakes.company.create"), chief, inputs={"name": f"Firm {n}"}).ids[0] for n in range(3)]
    run(commands.get("fakes.company.delete"), chief, ids=ids)
    address = ["fakes", "company"]
    assert browser.get(reverse("list", args=address), {"deleted": "1"}).context["page"].bulk_url
    bar = browser.post(reverse("bulk", args=address), {"deleted": "1", "ids": ids[:2]})
    assert [command.id for command in bar.context["bar"].commands] == ["fakes.company.restore"]
    assert bar.context["bar"].count == 2
    everything = {"deleted": "1", "all": "1"}
    preview = browser.post(reverse("bulk_command", args=[*address, "restore"]), everything).context["preview"]
    assert preview.allowed == 3
    assert browser.post(reverse("bulk_run", args=[*address, "restore"]), {"token": preview.token}).status_code == 302
    assert sorted(Company.objects.values_list("pk", flat=True)) == sorted(ids)


def test_what_is_live_is_not_restored_and_what_is_deleted_not_edited(organisation, browser):
    pk = run(commands.get("fakes.company.create"), organisation.everything(), inputs={"name": "Live"}).ids[0]
    address = ["fakes", "company"]
    assert browser.post(reverse("bulk_command", args=[*address, "restore"]), {"ids": [pk]}).status_code == 404
    assert (
        browser.post(reverse("bulk_command", args=[*address, "restore"]), {"deleted": "1", "ids": [pk]}).status_code
        == 404
    )
    assert (
        browser.post(reverse("bulk_command", args=[*address, "edit"]), {"deleted": "1", "ids": [pk]}).status_code == 404
    )
