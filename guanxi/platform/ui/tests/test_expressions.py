"""The door that tries expressions for the preview."""

import pytest
from django.urls import reverse

from guanxi.platform.access import conf
from guanxi.platform.access.models import User
from guanxi.platform.customizing.tests.test_custom_fields import KEY, company
from tests.contract.people import person

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def ask(client):
    client.force_login(person())

    def send(text, names=None):
        return client.post(
            reverse("expression_try"), {"text": text, "names": names or {}}, content_type="application/json"
        )

    return send


def test_an_expression_is_tried_on_given_values(ask):
    found = ask("round half up(amount * 0.065, 2)", {"amount": "1200.50"}).json()
    assert (found["value"], found["error"]) == ("78.03", "")
    assert ask('unit price > 3 and tier = "A"', {"unit price": "4", "tier": "null"}).json()["value"] == "false"


def test_what_is_wrong_is_said_with_its_place(ask):
    found = ask('amount > "a"', {"amount": "1"}).json()
    assert found["error"] and (found["at"], found["to"]) == (0, 12)
    assert ask("for i in 1..1000000000 return i").json()["error"]


@pytest.mark.parametrize(
    "body", ["[]", "no json", '{"text": 1}', '{"text": "1", "names": {"a": 1}}', '{"text": "1", "names": 5}']
)
def test_what_is_no_question_is_refused(client, body):
    client.force_login(person())
    assert client.post(reverse("expression_try"), body, content_type="application/json").status_code == 400


def test_too_large_a_question_is_refused(ask):
    assert ask("1" * 50_000).status_code == 400


def test_nobody_tries_without_end(ask, settings):
    settings.ACCESS = {"hourly": {**conf.AccessSettings().hourly, "expression": 2}}
    assert [ask("1 + 1").status_code for _ in range(3)] == [200, 200, 429]


@pytest.fixture
def chief(organisation, client):
    found = organisation.everything()
    client.force_login(User.objects.get(pk=found.user_id))
    return found


def test_an_expression_over_a_kind_of_record_is_checked_with_the_types_of_its_fields(client, chief):
    told = client.get(reverse("expression_about"), {"entity": KEY}).json()
    assert {"employees", "website"} <= {one["key"] for one in told["names"]}
    assert "phone" not in {one["key"] for one in told["names"]}
    stage = next(one for one in told["targets"] if one["key"] == "stage")
    assert [one["value"] for one in stage["options"]] == ["new", "active", "lost"]

    def check(text):
        return client.post(reverse("expression_check"), {"entity": KEY, "text": text}).json()

    assert check("employees > 3 and trusted")["names"] == ["employees", "trusted"]
    assert check('employees > "a"')["error"]


def test_a_record_gives_what_its_reader_sees(client, chief, organisation):
    record = company(chief, employees=5, phone="025-88887777")
    address = reverse("expression_sample", args=["fakes", "company", record.pk])
    names = client.get(address).json()["names"]
    assert (names["employees"], names["name"], names["website"]) == ("5", '"Acme"', "null")
    assert "phone" not in names
    clerk = organisation.actor("clerk", (KEY, "view", "own"))
    client.force_login(User.objects.get(pk=clerk.user_id))
    assert client.get(address).status_code == 404
    assert client.get(reverse("expression_about"), {"entity": KEY}).status_code == 403
