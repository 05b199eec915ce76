"""The pages of deputies: naming one, acting, the bar that says so, and back to oneself."""

import pytest
from django.test import Client

from guanxi.platform.access.models import Deputyship, User
from guanxi.platform.events.models import Event
from tests.contract.factories import factory_for

RIGHTS = ("fakes.*", "*", "own"), ("access.*", "view", "all")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def people(organisation):
    found = []
    for name, place in (("ann", organisation.north_one), ("bob", organisation.south_one)):
        organisation.actor(name, *RIGHTS, place=place)
        User.objects.filter(username=name).update(language="en")
        client = Client()
        client.force_login(organisation.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        found.append((organisation.users[name], client))
    return found


def name_deputy(client, deputy, **more):
    from django.utils import timezone

    today = timezone.localdate().isoformat()
    given = {"deputy": deputy.pk, "since": today, "until": today, "note": "holiday"} | more
    return client.post("/account/deputies/name/", given, headers=HTMX)


def test_a_deputy_is_named_acts_and_goes_back(people):
    (ann, hers), (bob, his) = people
    company = factory_for("fakes.company").create(owner=ann.pk, name="Hers")
    assert "Name a deputy" in hers.get("/account/deputies/name/", headers=HTMX).content.decode()
    assert name_deputy(hers, bob).status_code == 204
    assert his.get(f"/fakes/company/{company.pk}/").status_code == 404
    assert "bob acts for ann" in his.get("/account/deputies/").content.decode()
    assert his.post(f"/account/deputies/{ann.pk}/act/").status_code == 302
    text = his.get(f"/fakes/company/{company.pk}/").content.decode()
    assert "You are acting for ann" in text
    assert "Back to myself" in text
    his.post(
        f"/fakes/company/{company.pk}/property/name/", {"name": "Changed", "version": company.version}, headers=HTMX
    )
    assert "bob for ann" in his.get(f"/fakes/company/{company.pk}/tab/history/", headers=HTMX).content.decode()
    assert his.post("/account/deputies/stop/").status_code == 302
    assert his.get(f"/fakes/company/{company.pk}/").status_code == 404
    assert "bob for ann" in hers.get(f"/fakes/company/{company.pk}/tab/history/", headers=HTMX).content.decode()
    kinds = set(Event.objects.filter(kind__startswith="access.deputy").values_list("kind", flat=True))
    assert kinds == {"access.deputy.appointed", "access.deputy.began", "access.deputy.stopped"}


def test_acting_ends_with_the_appointment_in_the_same_session(people):
    (ann, hers), (bob, his) = people
    company = factory_for("fakes.company").create(owner=ann.pk)
    name_deputy(hers, bob)
    his.post(f"/account/deputies/{ann.pk}/act/")
    assert his.get(f"/fakes/company/{company.pk}/").status_code == 200
    hers.post(f"/account/deputies/{Deputyship.objects.get().pk}/end/")
    assert his.get(f"/fakes/company/{company.pk}/").status_code == 404
    assert "acting for" not in his.get("/account/deputies/").content.decode()


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_acting_needs_no_transaction_of_the_caller(people):
    (ann, hers), (bob, his) = people
    name_deputy(hers, bob)
    assert his.post(f"/account/deputies/{ann.pk}/act/").status_code == 302
    assert his.post("/account/deputies/stop/").status_code == 302


def test_nobody_acts_for_another_unasked(people):
    (ann, _hers), (_bob, his) = people
    assert his.post(f"/account/deputies/{ann.pk}/act/").status_code == 404
    assert not Event.objects.filter(kind="access.deputy.began").exists()


def test_the_form_says_what_is_wrong(people):
    (ann, hers), (bob, _his) = people
    assert "Choose somebody else" in name_deputy(hers, ann).content.decode()
    answer = name_deputy(hers, bob, until="2020-01-01")
    assert answer.status_code == 422
    assert "Give a first and a last day" in answer.content.decode()
    assert not Deputyship.objects.exists()
