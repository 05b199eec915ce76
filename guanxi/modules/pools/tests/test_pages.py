"""The derived pages of pools: what those who take part find there, and the button that claims."""

import json
import re
from html import unescape

import pytest
from django.utils.html import escape

from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.tests.factories import actor_of, user
from guanxi.modules.pools.models import Placement
from guanxi.modules.pools.tests.scene import Scene, claim
from guanxi.platform.access.models import FieldRule, Role, User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.refdata.models import Region
from tests.queries import Statements

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("roles", "codes")]


@pytest.fixture
def scene():
    return Scene()


def test_the_menu_leads_to_those_who_wait_and_their_pages_claim(scene, client):
    pool = scene.make_pool("Daily", most_a_day=5)
    stay, other = scene.put_in(*[scene.customer(phone="13912345678") for _turn in range(2)], pool=pool)
    User.objects.update(language="en")
    client.force_login(scene.bert)
    home = client.get("/").content.decode()
    waiting = "/pools/placement/?filter=%5B%22eq%22%2C%22state%22%2C%22waiting%22%5D"
    assert waiting in home
    rows = client.get(waiting).content.decode()
    assert escape(stay.name) in rows and escape(other.name) in rows
    page = client.get(f"/pools/placement/{stay.pk}/").content.decode()
    assert f"/pools/placement/{stay.pk}/do/claim/" in page and "13912345678" not in page
    assert client.get(f"/customers/customer/{stay.customer_id}/").status_code == 404
    assert client.post(f"/pools/placement/{stay.pk}/do/claim/").status_code in (200, 204, 302)
    assert Customer.objects.get(pk=stay.customer_id).owner == scene.bert
    assert client.get(f"/customers/customer/{stay.customer_id}/").status_code == 200
    left = client.get(waiting).content.decode()
    assert escape(stay.name) not in left and escape(other.name) in left
    assert "1 of 5" in client.get(f"/pools/pool/{pool.pk}/").content.decode()


def test_a_field_that_is_hidden_of_customers_is_hidden_of_their_stays(scene, client):
    (stay,) = scene.put_in(scene.customer(employees=98765))
    User.objects.update(language="en")
    client.force_login(scene.bert)

    def shown():
        pages = (f"/pools/placement/{stay.pk}/", "/pools/placement/?columns=name,employees")
        return ["98765" in client.get(page).content.decode().replace(",", "") for page in pages]

    assert shown() == [True, True]
    role = Role.objects.get(key="account_manager")
    FieldRule.objects.create(role=role, entity="customers.customer", field="employees", rule="hide")
    assert shown() == [False, False]
    assert Placement.objects.get(pk=stay.pk).employees == 98765


def test_nobody_opens_more_pages_a_day_than_the_pool_allows(scene, client):
    pool = scene.make_pool("Shy", most_seen=2)
    stays = scene.put_in(*[scene.customer() for _turn in range(3)], pool=pool)
    (other,) = scene.put_in(scene.customer())
    User.objects.update(language="en")
    pages = [f"/pools/placement/{one.pk}/" for one in stays]
    client.force_login(scene.bert)
    assert [client.get(page).status_code for page in (pages[0], pages[1], pages[0], pages[2])] == [200, 200, 200, 403]
    assert "You may look at 2 customers a day in this pool" in client.get(pages[2]).content.decode()
    assert client.get(f"/pools/placement/{other.pk}/").status_code == 200
    assert client.get(f"/api{pages[2]}").status_code == 403
    client.force_login(scene.lead)
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]


def test_who_returns_a_customer_is_led_to_what_is_still_theirs_with_the_way_back(scene, client):
    customer = scene.customer()
    User.objects.update(language="en")
    client.force_login(scene.anna)
    inputs = {"pool": scene.pool.pk, "reason": "no_capacity", "note": "Too much at present."}
    answer = client.post(f"/customers/customer/{customer.pk}/do/to_pool/", inputs)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/customers/customer/")
    undo = re.search(r"/undo/[-0-9a-f]+/", client.get("/customers/customer/").content.decode())
    assert undo and client.post(undo.group()).status_code == 204
    assert Customer.objects.get(pk=customer.pk).owner == scene.anna


def test_who_was_slower_than_somebody_else_is_told_so(scene, client):
    (stay,) = scene.put_in(scene.customer(scene.lead))
    User.objects.update(language="en")
    client.force_login(scene.bert)
    page = f"/pools/placement/{stay.pk}/"
    assert client.get(page).status_code == 200
    claim(scene.anna, stay)
    assert client.get(page).status_code == 404

    def answers():
        asked = client.post(f"{page}do/claim/", headers={"HX-Request": "true"}), client.get(f"/api{page}")
        return [(one.status_code, "Somebody has already taken it over." in one.content.decode()) for one in asked]

    assert answers() == [(404, True), (404, True)]
    client.force_login(scene.zoe)
    assert answers() == [(404, False), (404, False)]


def region_named(name):
    return Region.objects.create(code=f"T{Region.objects.count()}", labels={"en": name})


def test_a_pool_says_in_words_whom_it_takes_who_takes_part_and_what_was_added_to_it(scene, client):
    region = region_named("Riverside")
    kept = ["and", ["in", "tier", ["A", "B"]], ["eq", "region", region.pk]]
    pool = scene.make_pool("Worded", belonging='["eq","key_account",false]', kept=json.dumps(kept))
    keeper = user("keeper", "data_administrator", department=scene.head)
    lead = Role.objects.get(key="key_account_manager")
    for kind, inputs in (
        ("participant", {"role": lead.pk, "permission": "lead"}),
        ("recyclerule", {"counts_from": "contact", "days": 90, "warn_days": 7, "only": '["eq","lifecycle","lost"]'}),
    ):
        run(commands.get(f"pools.{kind}.create"), actor_of(keeper), inputs={"pool": pool.pk, **inputs})
    User.objects.update(language="en")
    client.force_login(keeper)
    page = unescape(client.get(f"/pools/pool/{pool.pk}/").content.decode())
    assert "Key account: No" in page and '["eq"' not in page and '["and"' not in page
    assert "Tier is one of A · strategic, B · key and Region is Riverside" in page
    panels = unescape(
        "".join(client.get(at).content.decode() for at in re.findall(r'hx-get="([^"]+/panel/[^"]+)"', page))
    )
    assert "Life cycle is Lost" in panels
    named = ["Key-account manager", scene.branch.name, "The last contact with the customer · 90 days"]
    assert re.findall("<b>(.*?)</b>", panels) == named
    assert "created Worded · participant" in page and "Life cycle is Lost" in page


def test_pools_with_filters_over_many_places_are_listed_with_as_many_queries(scene, client):
    keeper = user("keeper", "data_administrator", department=scene.head)
    User.objects.update(language="en")
    client.force_login(keeper)
    path = "/pools/pool/?columns=name,kept"
    asked = []
    for number in (2, 6):
        for _turn in range(number):
            region = region_named(f"Place {number} {_turn}")
            scene.make_pool(f"Pool {region.pk}", kept=json.dumps(["eq", "region", region.pk]))
        client.get(path)
        with Statements() as statements:
            assert client.get(path).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1]
