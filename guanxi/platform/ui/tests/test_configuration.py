"""The page of the configuration as one file."""

import io

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import User
from guanxi.platform.customizing import transfer
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.customizing.tests.test_custom_fields import KEY, add
from guanxi.platform.entities import registry
from guanxi.platform.ui.models import SavedView


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


def view(chief, name: str, **state: str) -> None:
    everybody = SavedView.Audience.EVERYBODY
    SavedView.objects.create(
        entity=KEY, owner_id=chief.user_id, name=name, audience=everybody, state=state, created_at=chief.now()
    )


def states(plan: transfer.Plan) -> list[str]:
    return [str(entry.state) for entry in plan.entries if entry.part.name == "views"]


def test_views_of_everybody_are_carried_and_twice_is_as_good_as_once(chief):
    view(chief, "The new ones", filter='["eq","stage","new"]', sort="-name", columns="name,stage")
    SavedView.objects.create(entity=KEY, owner_id=chief.user_id, name="Mine", state={}, created_at=chief.now())
    file = transfer.written(chief)
    SavedView.objects.all().delete()
    assert states(transfer.bring_in(file, chief, trial=True)) == ["new"]
    assert not SavedView.objects.exists()
    assert states(transfer.bring_in(file, chief, trial=False)) == ["new"]
    made = SavedView.objects.get()
    assert (made.name, made.audience, made.owner_id) == ("The new ones", "everybody", chief.user_id)
    assert transfer.written(chief) == file
    assert states(transfer.bring_in(file, chief, trial=False)) == ["same"]


def test_views_that_do_not_fit_here_are_left_out_with_the_reason(chief):
    view(chief, "Of a field that is gone", filter='["filled","x_gone"]')
    view(chief, "With a column that is gone", columns="name,x_gone")
    view(chief, "Of one owner", filter='["eq","owner","7"]')
    view(chief, "Mine already")
    file = transfer.written(chief)
    SavedView.objects.all().delete()
    SavedView.objects.create(entity=KEY, owner_id=chief.user_id, name="Mine already", created_at=chief.now())
    plan = transfer.bring_in(file, chief, trial=False)
    assert states(plan) == ["conflict"] * 4
    assert all(entry.message for entry in plan.entries)
    assert SavedView.objects.get().audience == SavedView.Audience.OWN
