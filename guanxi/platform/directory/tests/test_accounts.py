"""The first account, and giving roles in the browser."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import Role, User, UserRole
from guanxi.platform.access.role_defaults import load_roles
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run


def test_the_console_makes_the_first_administrator_who_begins_with_a_password_of_their_own(db, settings):
    settings.SIGNIN = {"mfa": "optional"}
    load_roles()
    out = StringIO()
    call_command("create_user", "boss", "--role", "system_administrator", stdout=out)
    username, password = out.getvalue().split()
    browser = Client()
    response = browser.post(reverse("account_login"), {"login": username, "password": password})
    assert response.status_code == 302
    users, change = reverse("list", args=["access", "user"]), reverse("account_change_password")
    assert browser.get(users)["Location"] == change
    new = "another fine horse 7"
    browser.post(change, {"oldpassword": password, "password1": new, "password2": new})
    assert browser.get(users).status_code == 200
    assert User.objects.get(username="boss").role_links.get().role.key == "system_administrator"


def test_unknown_roles_are_refused_and_nothing_is_made(db):
    with pytest.raises(CommandError):
        call_command("create_user", "boss", "--role", "nobody")
    assert not User.objects.exists()


def test_a_role_given_and_taken_away_counts_at_once_and_stands_in_the_history(organisation):
    chief = organisation.everything()
    seller = organisation.user("seller")
    role = Role.objects.create(key="reader", labels={"en": "Reader"})
    run(
        commands.get("access.rolegrant.create"),
        chief,
        inputs={"role": role.pk, "entity": "fakes.company", "actions": ["view"], "scope": "all"},
    )
    link = run(commands.get("access.userrole.create"), chief, inputs={"user": seller.pk, "role": role.pk})
    browser = Client()
    browser.force_login(seller)
    companies = reverse("list", args=["fakes", "company"])
    assert browser.get(companies).status_code == 200
    run(commands.get("access.userrole.delete"), chief, ids=link.ids)
    assert browser.get(companies).status_code == 403
    assert not UserRole.objects.filter(user=seller).exists()
    role.refresh_from_db()
    assert role.edited
