"""The page of the configuration as one file."""

import io

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import User
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.customizing.tests.test_custom_fields import KEY, add
from guanxi.platform.entities import registry


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def browser(chief) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=chief.user_id))
    return client


def test_a_file_is_downloaded_looked_at_and_brought_in(chief, browser):
    add(chief, "Desks", "integer")
    content = browser.get(reverse("configuration_download")).content
    CustomField.objects.all().delete()
    registry.configuration_changed()
    file = io.BytesIO(content)
    file.name = "configuration.json"
    seen = browser.post(reverse("configuration_bring"), {"file": file})
    assert seen.status_code == 200
    assert f"{KEY} / x_desks" in seen.content.decode()
    assert not CustomField.objects.exists()
    done = browser.post(reverse("configuration_bring"), {"content": content.decode(), "_run": "1"})
    assert done.status_code == 302
    assert CustomField.objects.get().key == "x_desks"


def test_other_files_are_refused_with_a_reason(browser):
    for content in (b"", b"hello", b"\xff\xfe"):
        file = io.BytesIO(content)
        file.name = "configuration.json"
        assert browser.post(reverse("configuration_bring"), {"file": file}).status_code == 422
    assert browser.post(reverse("configuration_bring"), {}).status_code == 422


def test_who_may_not_is_shown_nothing(organisation):
    client = Client()
    client.force_login(User.objects.get(pk=organisation.actor("nobody", (KEY, "*", "all")).user_id))
    assert client.get(reverse("configuration")).status_code == 403
    assert client.get(reverse("configuration_download")).status_code == 403
    assert client.post(reverse("configuration_bring"), {"content": "{}", "_run": "1"}).status_code == 403
