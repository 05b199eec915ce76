"""Help, and questions to the administrator."""

import pytest
from django.test import Client

from guanxi.platform.access.models import Role, User, UserRole
from guanxi.platform.messages.models import Notification
from guanxi.platform.messages.services import ADMINISTRATORS
from guanxi.platform.ui import help_page


@pytest.fixture
def client(organisation):
    actor = organisation.actor("ann", ("fakes.company", "view", "own"))
    User.objects.filter(pk=actor.user_id).update(language="en")
    signed_in = Client()
    signed_in.force_login(User.objects.get(pk=actor.user_id))
    return signed_in


@pytest.fixture
def administrator(organisation):
    user = organisation.user("root")
    UserRole.objects.create(user=user, role=Role.objects.create(key=ADMINISTRATORS, labels={"en": "Administrator"}))
    return user


def test_help_speaks_of_what_its_reader_has(client):
    page = client.get("/help/").context["page"]
    assert [topic.id for topic in page.topics] == ["what", "views", "keys", "import", "rights", "work", "ask"]
    assert [link.url for link in page.topics[0].links] == ["/fakes/company/"]
    assert "Your roles: ann." in next(topic for topic in page.topics if topic.id == "rights").text
    assert ("Version", help_page.program_version()) in page.about
    assert all(text for topic in page.topics for text in (topic.title, *topic.text))


def test_a_question_goes_to_the_administrator_with_the_page_it_came_from(client, administrator):
    form = client.get("/help/ask/", headers={"Referer": "http://testserver/fakes/company/?layout=tree"})
    assert ("url", "/fakes/company/") in form.context["page"].hidden
    answer = client.post("/help/ask/", {"question": "Where are my customers?", "url": "/fakes/company/"})
    assert answer["Location"] == "/help/"
    told = Notification.objects.get()
    assert (told.user_id, told.text, told.url) == (administrator.pk, "Where are my customers?", "/fakes/company/")


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "/" + "x" * 600])
def test_a_foreign_address_is_not_handed_on(client, administrator, url):
    client.post("/help/ask/", {"question": "Help", "url": url})
    assert Notification.objects.get().url == ""


def test_an_empty_question_comes_back(client, administrator):
    answer = client.post("/help/ask/", {"question": " "})
    assert answer.status_code == 422
    assert "Write what you need to know" in answer.content.decode()
    assert Notification.objects.count() == 0


def test_without_an_administrator_the_page_says_so(client):
    answer = client.post("/help/ask/", {"question": "Anybody?"})
    assert answer.status_code == 422
    assert "system administrator" in answer.content.decode()
