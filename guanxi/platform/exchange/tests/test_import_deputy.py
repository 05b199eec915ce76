"""An import by a deputy: with the rights of whom they stand in for, told as one for the other, and ended with the appointment."""

import pytest

from guanxi.platform.access import deputies, gate
from guanxi.platform.access.models import Deputyship
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.exchange import services
from guanxi.platform.exchange.tests.importing import check, finish, imported, run, upload
from tests.fakes.models import Company

RIGHTS = (("fakes.company", "*", "own"), ("refdata.*", "view", "all"), ("access.user", "view", "all"))
FILE = "Code,Name\nC-1,Renamed\nC-2,Not mine\n"


@pytest.fixture
def principal(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    principal = organisation.actor("principal", *RIGHTS)
    imported("fakes.company", principal, "Code,Name\nC-1,Mine\n")
    imported("fakes.company", organisation.actor("other", *RIGHTS), "Code,Name\nC-2,Theirs\n")
    return principal


@pytest.fixture
def deputy(organisation, principal):
    """Somebody without any role of their own, acting for the principal."""
    user, today = organisation.user("deputy"), principal.today()
    deputies.appoint(principal, principal.user_id, user.pk, today, today)
    return deputies.begin(organisation.actor("deputy"), principal.user_id)


def names():
    return dict(Company.objects.values_list("code", "name"))


def test_it_reaches_what_the_principal_reaches_and_no_more(principal, deputy):
    chosen = imported("fakes.company", deputy, FILE, existing="update")
    assert (chosen.owner_id, chosen.on_behalf_of_id) == (deputy.user_id, principal.user_id)
    assert names() == {"C-1": "Renamed", "C-2": "Theirs"}
    changed = Event.objects.filter(kind="fakes.company.edited", batch=chosen.batch).get()
    assert (changed.actor_id, changed.on_behalf_of_id) == (deputy.user_id, principal.user_id)
    whole = Event.objects.filter(kind__startswith="exchange.import", batch=chosen.batch)
    assert set(whole.values_list("actor_id", "on_behalf_of_id")) == {(deputy.user_id, principal.user_id)}
    services.undo(chosen, deputy)
    finish()
    assert names()["C-1"] == "Mine"


def test_new_records_belong_to_the_principal(principal, deputy):
    imported("fakes.company", deputy, "Name\nNew\n")
    made = Company.objects.get(name="New")
    assert (made.owner_id, made.created_by_id) == (principal.user_id, deputy.user_id)


def test_it_is_found_only_while_acting(organisation, principal, deputy):
    chosen = upload("fakes.company", deputy, FILE)
    entity = registry.get("fakes.company")
    assert services.find(chosen.pk, deputy) == chosen
    assert services.recent(entity, deputy) == [chosen]
    for somebody in (organisation.actor("deputy"), principal):
        with pytest.raises(gate.NotFound):
            services.find(chosen.pk, somebody)
        assert chosen not in services.recent(entity, somebody)


def test_it_ends_with_the_appointment(principal, deputy):
    chosen = check(upload("fakes.company", deputy, FILE), deputy, existing="update")
    Deputyship.objects.update(ended_at=principal.now())
    run(chosen, deputy)
    assert chosen.state == "stopped"
    assert names() == {"C-1": "Mine", "C-2": "Theirs"}
