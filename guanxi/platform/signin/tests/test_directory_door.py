"""The company's directory says whether a password is right; who exists and what they may do says our own table.

Against Debian's slapd where it is installed (``apt-get install slapd``); the rules that need no server against a stub.
"""

from collections.abc import Iterator

import pytest

from guanxi.platform.access.models import User
from guanxi.platform.events.models import Event
from guanxi.platform.signin import directory_door
from guanxi.platform.signin.tests import slapd

WORD = slapd.PEOPLE["ann"]


@pytest.fixture(scope="module")
def directory(tmp_path_factory) -> Iterator[slapd.Directory]:
    with slapd.running(tmp_path_factory.mktemp("slapd")) as made:
        yield made


@pytest.fixture
def hers(ann) -> User:
    """An account without a password here."""
    ann.set_unusable_password()
    ann.save()
    return ann


if slapd.is_there():

    @pytest.fixture(autouse=True)
    def _settings(directory, settings) -> None:
        settings.LDAP = directory.settings

    def test_the_directory_s_password_opens_the_account(hers, seat):
        browser = seat()
        assert browser.enter("ann", "not this one").status_code == 200
        assert browser.enter("ann", WORD).status_code == 302
        assert browser.is_in
        assert browser.post("/accounts/reauthenticate/", {"password": WORD}).status_code == 302
        assert Event.objects.filter(kind="signin.signed_in", actor_id=hers.pk).count() == 1

    def test_nobody_is_made_and_nobody_is_found_under_two_passwords(ann, seat, organisation):
        assert seat().enter("bob", slapd.PEOPLE["bob"]).status_code == 200
        assert not User.objects.filter(username="bob").exists()
        assert seat().enter("ann", WORD).status_code == 200, "ann has a password here"

    def test_an_account_out_of_use_stays_outside(hers, seat):
        User.objects.filter(pk=hers.pk).update(is_active=False)
        assert seat().enter("ann", WORD).status_code == 200

    @pytest.mark.parametrize("name", ["*", "a*", "ann)(uid=*", "*)(uid=*))(|(uid=*", "ann\\", "(uid=ann)"])
    def test_signs_of_the_query_are_part_of_the_name(hers, name):
        User.objects.filter(pk=hers.pk).update(username=name)
        for word in PASSWORDS:
            assert not directory_door.is_right(name, word)
            assert directory_door.DirectoryBackend().authenticate(None, username=name, password=word) is None

    PASSWORDS = [WORD, slapd.PEOPLE["bob"], "x"]

    def test_an_empty_password_is_none(hers):
        assert directory_door.DirectoryBackend().authenticate(None, username="ann", password="") is None

    def test_a_certificate_that_nobody_vouches_for_is_refused(hers, settings, directory):
        settings.LDAP = {**directory.settings, "ca": ""}
        assert not directory_door.is_right("ann", WORD)

    def test_without_encryption_nothing_is_sent(hers, settings, directory):
        settings.LDAP = {**directory.settings, "url": f"ldap://127.0.0.1:{directory.port}"}
        assert directory_door.is_right("ann", WORD), "StartTLS"
        settings.LDAP = {**directory.settings, "url": f"ldap://127.0.0.1:{directory.port}", "ca": ""}
        assert not directory_door.is_right("ann", WORD)

    def test_a_directory_that_is_away_lets_nobody_in_and_does_not_fail(hers, seat, settings, directory):
        settings.LDAP = {**directory.settings, "url": "ldaps://127.0.0.1:1"}
        assert seat().enter("ann", WORD).status_code == 200


def test_without_a_directory_there_is_no_such_door(hers, settings):
    settings.LDAP = {"url": ""}
    assert directory_door.DirectoryBackend().authenticate(None, username="ann", password=WORD) is None


def test_an_account_with_a_password_of_its_own_has_only_that(ann, settings, monkeypatch):
    settings.LDAP = {"url": "ldaps://directory.example"}
    monkeypatch.setattr(directory_door, "is_right", lambda name, password: True)
    door = directory_door.DirectoryBackend()
    assert door.authenticate(None, username="ann", password=WORD) is None
    ann.set_unusable_password()
    ann.save()
    assert door.authenticate(None, username="ann", password=WORD) == ann
    assert door.authenticate(None, username="nobody", password=WORD) is None
