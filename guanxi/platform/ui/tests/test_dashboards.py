"""Dashboards: each reader's own numbers in each tile, an order that is kept, one for a role on its workbench."""

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Role
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.reports.models import Dashboard, Tile
from tests.fakes.models import Company
from tests.queries import Statements

LISTED = '/fakes/company/?filter=["eq","stage","new"]&columns=name,stage'
SEES = (("fakes.company", "view", "own"), ("reports.*", "view", "own"), ("calendar.task", "view", "own"))


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def companies(organisation, chief):
    own = organisation.user("north", organisation.north_one).pk
    records = [Company(name=f"Firm {n}", owner_id=own if n < 2 else chief.user_id) for n in range(5)]
    create_many(registry.get("fakes.company"), chief, records)


def browser(organisation, name, *grants):
    if grants:
        organisation.actor(name, *grants)
    user = organisation.users[name]
    user.language = "en"
    user.save()
    found = Client()
    found.force_login(user)
    return found


def make(actor, key, **inputs):
    return run(commands.get(f"{key}.create"), actor, inputs=inputs).ids[0]


@pytest.fixture
def dashboard(chief, companies):
    pk = make(chief, "reports.dashboard", name="All of us", audience="everybody", home=True)
    report = make(chief, "reports.report", name="By stage", subject="fakes.company", rows="stage", audience="everybody")
    for kind, more in (
        ("report", {"report": report}),
        ("list", {"address": f"https://crm.example.com{LISTED}"}),
        ("figure", {"address": LISTED, "title": "New ones"}),
        ("tasks", {}),
        ("text", {"text": "Call <b>three</b> customers a day."}),
    ):
        make(chief, "reports.tile", dashboard=pk, kind=kind, **more)
    return Dashboard.objects.get(pk=pk)


def tile(client, dashboard, kind):
    pk = dashboard.tiles.get(kind=kind).pk
    return client.get(reverse("dashboard_tile", args=[dashboard.pk, pk]), headers={"HX-Request": "true"})


@pytest.mark.parametrize(("reader", "number"), [("chief", 5), ("north", 2)])
def test_each_tile_shows_the_numbers_of_its_reader(organisation, dashboard, reader, number):
    client = browser(organisation, reader, *(SEES if reader == "north" else ()))
    assert tile(client, dashboard, "figure").context["tile"].figure == str(number)
    assert len(tile(client, dashboard, "list").context["tile"].rows) == number
    assert tile(client, dashboard, "report").context["tile"].chart.total == str(number)
    assert tile(client, dashboard, "tasks").context["tile"].empty == "Nothing is due today"
    assert "&lt;b&gt;three" in tile(client, dashboard, "text").content.decode()


def test_who_may_not_see_the_records_is_told_so(organisation, dashboard):
    client = browser(organisation, "clerk", ("reports.dashboard", "view", "own"))
    for kind in ("figure", "list", "tasks"):
        response = tile(client, dashboard, kind)
        assert response.status_code == 200
        assert response.context["tile"].empty
        assert "Firm" not in response.content.decode()
    assert tile(client, dashboard, "report").status_code == 404  # a report on what is closed to them does not exist


def test_a_dashboard_of_somebody_else_does_not_exist(organisation, chief, dashboard):
    run(commands.get("reports.dashboard.edit"), chief, ids=[dashboard.pk], inputs={"audience": "own"})
    client = browser(organisation, "north", *SEES)
    assert client.get(reverse("dashboard", args=[dashboard.pk])).status_code == 404
    assert tile(client, dashboard, "text").status_code == 404


def test_a_tile_belongs_to_its_dashboard(organisation, chief, dashboard):
    other = make(chief, "reports.dashboard", name="Another")
    pk = dashboard.tiles.first().pk
    assert browser(organisation, "chief").get(reverse("dashboard_tile", args=[other, pk])).status_code == 404


def test_the_order_is_kept_by_those_who_may(organisation, chief, dashboard):
    ids = [tile.pk for tile in dashboard.tiles.order_by("-pk")]
    sent = {"order": ",".join(map(str, ids)), "version": dashboard.version}
    client = browser(organisation, "chief")
    assert client.post(reverse("dashboard_order", args=[dashboard.pk]), sent).status_code == 204
    shown = client.get(reverse("dashboard", args=[dashboard.pk]), {"edit": "1"}).context["page"].board
    assert [one.id for one in shown.tiles] == ids
    assert shown.order_url
    assert client.post(reverse("dashboard_order", args=[dashboard.pk]), {"order": "1;drop"}).status_code == 409
    reader = browser(organisation, "north", *SEES)
    assert reader.post(reverse("dashboard_order", args=[dashboard.pk]), sent).status_code == 403
    assert not reader.get(reverse("dashboard", args=[dashboard.pk]), {"edit": "1"}).context["page"].board.order_url


def test_a_screen_asks_again_by_itself(organisation, dashboard):
    client = browser(organisation, "chief")
    assert "every 60s" in client.get(reverse("dashboard", args=[dashboard.pk]), {"screen": "1"}).content.decode()
    assert "every 60s" not in client.get(reverse("dashboard", args=[dashboard.pk])).content.decode()


def test_ones_own_dashboard_goes_before_that_of_a_role(organisation, chief, dashboard):
    client = browser(organisation, "north", SEES[0], ("reports.*", "*", "own"))
    assert client.get("/").context["board"].id == dashboard.pk
    role = Role.objects.filter(user_links__user=organisation.users["north"]).get()
    ours = make(chief, "reports.dashboard", name="Ours", audience="role", role=role.pk, home=True)
    assert client.get("/").context["board"].id == ours
    mine = make(Actor.for_user(organisation.users["north"]), "reports.dashboard", name="Mine", home=True)
    assert client.get("/").context["board"].id == mine
    nobody = browser(organisation, "clerk", ("fakes.company", "view", "own"))
    assert nobody.get("/").context["board"] is None


def test_the_page_asks_the_same_whatever_the_tiles(organisation, chief, dashboard):
    client, counts = browser(organisation, "chief"), set()
    client.get(reverse("dashboard", args=[dashboard.pk]))
    for _number in range(2):
        with Statements() as sent:
            client.get(reverse("dashboard", args=[dashboard.pk]), {"edit": "1"})
        counts.add(len(sent))
        for number in range(3):
            make(chief, "reports.tile", dashboard=dashboard.pk, kind="text", title=f"More {number}")
    assert len(counts) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "report"},
        {"kind": "list", "address": "https://example.com/"},
        {"kind": "figure", "address": "nowhere"},
        {"kind": "figure", "address": "http://[/"},
    ],
)
def test_a_tile_that_would_show_nothing_is_refused(chief, dashboard, wrong):
    with pytest.raises(Rejected):
        make(chief, "reports.tile", dashboard=dashboard.pk, **wrong)
    assert Tile.objects.count() == 5
