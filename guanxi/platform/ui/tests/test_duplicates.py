"""Pages of duplicates: while typing, side by side, and the address of a merged record."""

import json
import re
from pathlib import Path

import pytest

from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.duplicates.models import Merge
from guanxi.platform.jobs.models import Job
from tests.fakes.models import Company

SAMPLES = json.loads((Path(__file__).parents[2] / "duplicates" / "tests" / "samples.json").read_text(encoding="utf-8"))
NAME, SAME = SAMPLES["same"][0]


def make(actor, **inputs):
    return Company.objects.get(pk=run(commands.get("fakes.company.create"), actor, inputs=inputs).ids[0])


@pytest.fixture
def chief(organisation, client):
    actor = organisation.everything()
    client.force_login(organisation.users["chief"])
    return actor


def test_the_form_tells_what_may_be_the_same(chief, client, organisation, settings):
    one = make(chief, name=NAME, phone="025-86801234")
    form = client.get("/fakes/company/new/").content.decode()
    assert 'hx-post="/fakes/company/similar/"' in form
    found = client.post("/fakes/company/similar/", {"name": SAME, "phone": ""}).content.decode()
    assert f"/fakes/company/{one.pk}/" in found
    assert client.post("/fakes/company/similar/", {"name": "Else"}).content.decode().strip() == ""
    theirs = organisation.actor("theirs", ("fakes.*", "*", "own"))
    client.force_login(organisation.users["theirs"])
    assert theirs.user_id
    told = client.post("/fakes/company/similar/", {"name": SAME, "phone": "02586801234"}).content.decode()
    assert "gx-alert" in told
    assert NAME not in told
    settings.DUPLICATES = {"beyond": "nothing"}
    assert client.post("/fakes/company/similar/", {"name": SAME}).content.decode().strip() == ""
    assert client.post("/fakes/person/similar/", {"name": SAME}).status_code == 404


def test_two_records_are_merged_and_taken_apart(chief, client):
    one, two = (
        make(chief, name=NAME, email="a@example.com"),
        make(chief, name=SAME, email="b@example.com", website="https://b.example.com"),
    )
    page = client.get(f"/fakes/company/{one.pk}/merge/{two.pk}/")
    assert page.status_code == 200
    assert 'name="value:email"' in page.content.decode()
    assert 'name="value:website"' not in page.content.decode()  # a gap is filled anyway
    sent = {"value:name": "mine", "value:email": "theirs", "version": one.version}
    answer = client.post(f"/fakes/company/{one.pk}/merge/{two.pk}/", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/fakes/company/{one.pk}/")
    one.refresh_from_db()
    assert (one.name, one.email, one.website) == (NAME, "b@example.com", "https://b.example.com")
    assert client.get(f"/fakes/company/{two.pk}/")["Location"] == f"/fakes/company/{one.pk}/"
    panel = client.get(f"/fakes/company/{one.pk}/panel/merges/").content.decode()
    made = Merge.objects.get()
    assert f"/duplicates/merges/{made.pk}/unmerge/" in panel
    assert SAME in panel
    back = client.post(f"/duplicates/merges/{made.pk}/unmerge/")
    assert back["Location"] == f"/fakes/company/{two.pk}/"
    assert client.get(f"/fakes/company/{two.pk}/").status_code == 200


def test_an_old_version_is_not_merged_over(chief, client):
    one, two = make(chief, name=NAME), make(chief, name=SAME)
    run(commands.get("fakes.company.edit"), chief, ids=[one.pk], inputs={"phone": "13912345678"})
    answer = client.post(f"/fakes/company/{one.pk}/merge/{two.pk}/", {"value:name": "theirs", "version": one.version})
    assert answer.status_code == 422
    assert Company.objects.count() == 2


def test_the_list_begins_the_search_and_judges(chief, client):
    make(chief, name=NAME)
    make(chief, name=SAME)
    begun = client.post("/duplicates/find/")
    assert begun["Location"] == f"/jobs/{Job.objects.get(kind='duplicates.find').pk}/"
    assert client.get("/duplicates/").status_code == 200


def test_the_pages_are_closed_to_whoever_lacks_the_right(organisation, client, chief):
    one, two = make(chief, name=NAME), make(chief, name=SAME)
    organisation.actor("reader", ("fakes.*", "view create", "all"))
    client.force_login(organisation.users["reader"])
    assert client.get("/duplicates/").status_code == 403
    assert client.post("/duplicates/find/").status_code == 403
    assert client.get(f"/fakes/company/{one.pk}/merge/{two.pk}/").status_code == 403
    organisation.actor("other", ("fakes.*", "*", "own"))
    client.force_login(organisation.users["other"])
    assert client.get(f"/fakes/company/{one.pk}/merge/{two.pk}/").status_code == 404
    assert client.get(f"/fakes/company/{one.pk}/merge/{one.pk}/").status_code == 404


# --- the past of a merged record --------------------------------------------------------------------------
def merged(actor, survivor: Company, other: Company) -> None:
    User.objects.update(language="en")
    inputs = {"other": other.pk, "take": []}
    run(commands.get("fakes.company.merge"), actor, ids=[survivor.pk], inputs=inputs)


def timeline(client, record: Company, tab: str = "timeline") -> list[str]:
    """The entries of the timeline, page after page."""
    found, address = [], f"/fakes/company/{record.pk}/tab/{tab}/"
    while address:
        text = client.get(address).content.decode()
        found += re.findall(r'<(?:li|tr) class="gx-entry.*?</(?:li|tr)>', text, re.DOTALL) or [text]
        more = re.search(r'class="gx-more" hx-get="([^"]*)"', text)
        address = more.group(1).replace("&amp;", "&") if more else ""
    return found


def numbers(entries: list[str]) -> list[int]:
    """The ids of the events, in their order."""
    return [int(number) for entry in entries for number in re.findall(r'id="entry-event-(\d+)"', entry)]


def test_the_past_of_a_merged_record_stands_in_the_timeline_of_the_one_that_stays(chief, client, monkeypatch):
    first, second, last = make(chief, name="Oldest"), make(chief, name="Middle"), make(chief, name="Stays")
    for number in range(2):
        for one in (first, second, last):
            run(commands.get("fakes.company.edit"), chief, ids=[one.pk], inputs={"employees": number + one.pk})
    own = set(numbers(timeline(client, first)) + numbers(timeline(client, second)) + numbers(timeline(client, last)))
    merged(chief, second, first)
    merged(chief, last, second)
    whole = timeline(client, last)
    told = numbers(whole)
    assert own <= set(told) and len(told) == len(set(told)) and told == sorted(told, reverse=True)
    origins = [found.group(1) for entry in whole for found in [re.search(r"Merged from (\w+)", entry)] if found]
    assert set(origins) == {"Oldest", "Middle"} and len(origins) == 3 + 3 + 2 + 1, "with their merges, but for its own"
    monkeypatch.setattr("guanxi.platform.ui.timeline.PAGE", 4)
    assert numbers(timeline(client, last)) == told, "page by page, none twice and none left out"
    assert not any("Merged from" in entry for entry in timeline(client, last, "history"))
    made = Merge.objects.get(record_id=last.pk)
    run(commands.get("duplicates.merge.unmerge"), chief, ids=[made.pk])
    assert not any("Merged from" in entry for entry in timeline(client, last))
    assert "Merged from Oldest" in "".join(timeline(client, second))


def test_the_past_of_a_record_out_of_reach_stays_closed(chief, client, organisation):
    mine = organisation.actor("mine", ("fakes.*", "*", "own"))
    stays, hidden = make(mine, name="Stays"), make(chief, name="Hidden")
    merged(chief, stays, hidden)
    assert "Merged from Hidden" in "".join(timeline(client, stays))
    client.force_login(organisation.users["mine"])
    text = "".join(timeline(client, stays))
    assert "Stays" in text and "Hidden" not in text and "Merged from" not in text
