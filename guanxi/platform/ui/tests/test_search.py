"""The page of the search, the palette and REST."""

import pytest
from django.test import Client

from guanxi.platform.access.models import FieldRule, User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.events import followers, sealer
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.search import jobs
from guanxi.platform.search.models import SearchKind
from tests.contract.people import ApiClient
from tests.fakes.models import Company


@pytest.fixture
def chief(organisation):
    actor = organisation.everything()
    User.objects.filter(pk=actor.user_id).update(language="en")
    return actor


@pytest.fixture
def browser(chief) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=chief.user_id))
    return client


def make(key: str, actor, **inputs) -> int:
    return run(commands.get(f"{key}.create"), actor, inputs=inputs).ids[0]


def follow() -> None:
    while sealer.seal() or followers.advance("search"):
        pass


def shown(browser, **query) -> str:
    response = browser.get("/search/", query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_records_of_all_kinds(chief, browser):
    acme = make("fakes.company", chief, name="Acme Works", phone="13812345678")
    person = make("fakes.person", chief, name="Anna Acme", company=acme)
    for number in range(9):
        make("fakes.company", chief, name=f"Acme {number}")
    follow()
    text = shown(browser, q="acme")
    assert "Companies" in text and f"/fakes/company/{acme + 9}/" in text and "Show more" in text
    assert f"/fakes/person/{person}/" not in text, "it stands in no menu and says nothing of a search"
    text = shown(browser, q="acme", kind="fakes.company")
    assert f"/fakes/company/{acme}/" in text and "Show more" not in text and "Everything" in text
    assert "Nothing found" in shown(browser, q="nowhere") and "Nothing found" in shown(
        browser, q="acme", kind="no.such"
    )
    assert "Acme 8" in shown(browser), "the records that one worked on last"
    assert "These come close" in shown(browser, q="acmee works")


def built() -> None:
    """The index, as an installation has it after its first minute."""
    jobs.start(jobs.BUILD)
    run_queued_jobs()


def indexing(browser) -> str:
    response = browser.get("/search/indexing/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_says_what_is_not_indexed_yet(chief, browser):
    built()
    assert "still to be indexed" not in shown(browser)
    one = make("fakes.company", chief, name="Acme Works")
    code = Company.objects.get(pk=one).code
    sealer.seal()
    for exact in ("Acme Works", code):
        text = shown(browser, q=exact)
        assert "1 change is still to be indexed" in text and f"/fakes/company/{one}/" in text
    assert f"/fakes/company/{one}/" not in shown(browser, q="Acme")
    assert "1 change is" in indexing(browser) and "every 2s" in indexing(browser), "it goes on by itself"
    follow()
    assert "still to be indexed" not in shown(browser, q="Acme Works")
    assert "Everything is indexed now" in indexing(browser) and "every 2s" not in indexing(browser), "and it ends"


def test_the_page_counts_the_records_of_a_build(chief, browser, monkeypatch):
    built()
    for number in range(3):
        make("fakes.company", chief, name=f"Acme {number}")
    follow()
    SearchKind.objects.filter(entity="fakes.company").update(signature="")
    assert "3 records are still to be indexed" in shown(browser, q="Acme 1")
    monkeypatch.setattr("guanxi.platform.search.selectors.COUNTED", 2)
    assert "2+ records are still to be indexed" in indexing(browser), "no more are counted than that"
    jobs.start(jobs.BUILD)
    Job.objects.filter(kind=jobs.BUILD, state="queued").update(state="running", stage="build", done=1, total=3)
    text = indexing(browser)
    assert "2 records are still to be indexed" in text and 'value="33"' in text and "33%" in text


def test_masked_numbers_are_searched_by_the_page_and_not_while_typing(organisation, chief):
    pk = make("fakes.company", chief, name="Acme Works", phone="13812345678")
    follow()
    reader = organisation.actor("reader", ("fakes.company", "view", "all"))
    FieldRule.objects.filter(role__user_links__user=reader.user_id).delete()
    client = Client()
    client.force_login(User.objects.get(pk=reader.user_id))
    assert f"/fakes/company/{pk}/" in shown(client, q="5678")
    assert f"/fakes/company/{pk}/" not in shown(client, q="345678")
    assert f"/fakes/company/{pk}/" not in client.get("/palette/", {"q": "5678"}).content.decode()


def test_the_palette_shows_records_first(chief, browser):
    pk = make("fakes.company", chief, name="Acme Works")
    follow()
    records, everything, *_others = browser.get("/palette/", {"q": "acme"}).json()["groups"]
    assert records["label"] == "companies" and records["items"][0]["url"] == f"/fakes/company/{pk}/"
    assert everything["items"][0]["url"] == "/search/?q=acme"


def test_rest(chief):
    pk = make("fakes.company", chief, name="Acme Works")
    follow()
    client = ApiClient(User.objects.get(pk=chief.user_id))
    answer = client.call("GET", "search/", params={"q": "acme", "limit": 5})
    assert answer.body == {
        "items": [
            {
                "entity": "fakes.company", "id": pk, "label": "Acme Works", "hint": Company.objects.get(pk=pk).code,
                "url": f"/api/fakes/company/{pk}/",
            }
        ],
        "nearly": False, "refused": "", "behind": 0,
    }  # fmt: skip
    assert client.call("GET", "search/", params={"q": "acme", "limit": 0}).status == 400
    assert client.call("GET", "search/", params={"words": "acme"}).status == 400
    only = ApiClient(User.objects.get(pk=chief.user_id), entities=("fakes.person",))
    assert only.call("GET", "search/", params={"q": "acme"}).body["items"] == []
