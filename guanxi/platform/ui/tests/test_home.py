"""The workbench, the palette and what a person prefers."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.messages import services
from guanxi.platform.messages.choices import Kind
from guanxi.platform.ui import home_page
from tests.queries import Statements

OWN = (("fakes.*", "*", "own"), ("calendar.task", "*", "all"), ("access.user", "view", "all"))


@pytest.fixture
def ann(organisation):
    actor = organisation.actor("ann", *OWN)
    User.objects.filter(pk=actor.user_id).update(language="en")
    return actor


@pytest.fixture
def client(ann):
    signed_in = Client()
    signed_in.force_login(User.objects.get(pk=ann.user_id))
    return signed_in


def make(key, actor, **inputs):
    return run(commands.get(f"{key}.create"), actor, inputs=inputs).ids[0]


def test_an_empty_workbench_teaches(client):
    text = client.get("/").content.decode()
    assert "Nothing is due today" in text
    assert "Nothing changed by you yet" in text


def test_the_workbench_shows_what_is_mine(organisation, ann, client):
    bob = organisation.actor("bob", *OWN)
    company = make("fakes.company", ann, name="Acme")
    make("fakes.company", bob, name="Not mine")
    make(
        "calendar.task",
        ann,
        subject="Call them back",
        entity="fakes.company",
        record_id=company,
        due_at=(timezone.now() - timedelta(days=1)).isoformat(),
    )
    make("calendar.task", bob, subject="Bob's own")
    services.notify(
        [ann.user_id], services.Notice(key="n", kind=Kind.JOB, sentence={"text": "Tea is ready"}), at=timezone.now()
    )
    page = home_page.build(ann)
    (task,) = page.tasks
    assert (task.title, task.text, task.tone) == ("Call them back", "Acme", "danger")
    assert {(tile.value, tile.hint) for tile in page.tiles} >= {("fakes.company", "1"), ("calendar.task", "1")}
    assert [card.title for card in page.recent] == ["Call them back", "Acme"]
    text = client.get("/").content.decode()
    assert "Tea is ready" in text
    assert "Not mine" not in text
    assert "Bob&#x27;s own" not in text


def test_what_is_no_longer_open_is_not_among_the_recent(organisation, ann):
    company = make("fakes.company", ann, name="Acme")
    assert [card.title for card in home_page.recent(ann)] == ["Acme"]
    run(
        commands.get("fakes.company.assign"),
        organisation.everything(),
        ids=[company],
        inputs={"owner": organisation.user("bob").pk},
    )
    assert home_page.recent(ann) == []


def test_more_rows_cost_no_more_queries(ann, django_assert_max_num_queries):

    def fill(count):
        for number in range(count):
            company = make("fakes.company", ann, name=f"Acme {number}")
            make("calendar.task", ann, subject=f"Call {number}", entity="fakes.company", record_id=company)
            services.notify(
                [ann.user_id],
                services.Notice(key=f"n{company}", kind=Kind.JOB, sentence={"text": "Tea"}),
                at=timezone.now(),
            )

    fill(1)
    with Statements() as few:
        home_page.build(ann)
    fill(5)
    with django_assert_max_num_queries(len(few)):
        assert len(home_page.build(ann).tasks) == 6


def test_first_steps_are_for_those_who_may_take_them_and_end(organisation, ann):
    assert home_page.build(ann).steps == () or all(step.url for step in home_page.build(ann).steps)
    chief = organisation.everything()
    steps = {step.url: step.done for step in home_page.build(chief).steps}
    assert steps[reverse("list", args=["access", "department"])] is True
    assert False in steps.values()


def test_the_palette_finds_what_can_be_made_and_opened(ann, client):
    make("fakes.company", ann, name="Acme")
    groups = {
        group["label"]: [item["label"] for item in group["items"]]
        for group in client.get("/palette/?q=").json()["groups"]
    }
    assert groups["Recent"] == ["Acme"]
    assert "New company" in groups["Create"]
    assert "New task" in groups["Create"]
    assert "New note" not in groups["Create"]
    found = client.get("/palette/?q=new+comp").json()["groups"]
    assert [(group["label"], [item["label"] for item in group["items"]]) for group in found] == [
        ("Search", ["Search everything for “new comp”"]),
        ("Create", ["New company"]),
    ]
    assert set(found[0]["items"][0]) == {"label", "hint", "icon", "url", "key"}
    (group,) = client.get("/palette/?q=nothing+like+this").json()["groups"]
    assert [item["url"] for item in group["items"]] == ["/search/?q=nothing+like+this"]


@pytest.mark.parametrize(
    ("sent", "column", "kept"),
    [
        ({"theme": "dark"}, "theme", "dark"),
        ({"density": "comfortable"}, "density", "comfortable"),
        ({"tour": "done"}, "toured", True),
    ],
)
def test_preferences_are_kept(ann, client, sent, column, kept):
    assert client.post("/preferences/", sent).status_code == 204
    assert getattr(User.objects.get(pk=ann.user_id), column) == kept


def test_the_folded_menu_is_kept_in_a_cookie(client):
    assert client.post("/preferences/", {"sidebar": "closed"}).cookies["gx_sidebar"].value == "closed"


@pytest.mark.parametrize(
    "sent", [{}, {"theme": "pink"}, {"theme": "dark", "density": "none"}, {"sidebar": "x"}, {"tour": "undone"}]
)
def test_values_that_do_not_exist_are_refused_whole(ann, client, sent):
    assert client.post("/preferences/", sent).status_code == 400
    assert User.objects.get(pk=ann.user_id).theme == "auto"


def test_the_language_is_kept_and_leads_back(ann, client):
    answer = client.post("/language/", {"language": "zh-hant"}, headers={"Referer": "http://testserver/inbox/"})
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/inbox/")
    assert User.objects.get(pk=ann.user_id).language == "zh-hant"
    assert (
        client.post("/language/", {"language": "en"}, headers={"Referer": "https://evil.example/"})["Location"] == "/"
    )
    assert client.post("/language/", {"language": "tlh"}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/inbox/",
        "/jobs/",
        "/jobs/1/",
        "/palette/",
        "/account/profile/",
        "/account/sessions/",
        "/account/tokens/",
        "/help/",
        "/help/ask/",
    ],
)
def test_without_a_session_everything_leads_to_the_sign_in(db, path):
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "path",
    [
        "/preferences/",
        "/language/",
        "/inbox/read/",
        "/inbox/1/read/",
        "/jobs/1/cancel/",
        "/account/sessions/end/",
        "/account/tokens/1/revoke/",
    ],
)
def test_nothing_is_changed_by_reading(client, path):
    assert client.get(path).status_code == 405
