"""Any long password that nobody tries first; what is tried first here is refused; the classic rules where they are asked for."""

import itertools
import json
from datetime import timedelta
from hashlib import sha1
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.access.models import Role, User, UserRole
from guanxi.platform.events.models import Event
from guanxi.platform.signin import breached, checks, hashing, passwords, weak_words
from guanxi.platform.signin.models import OldPassword

SAMPLES = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))
NEW = "another fine horse 7"


def refused(password: str, user: User | None = None) -> bool:
    try:
        validate_password(password, user)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("password", SAMPLES["weak"])
def test_local_favourites_are_refused(password):
    assert refused(password)


@pytest.mark.parametrize("password", SAMPLES["good"])
def test_good_ones_are_not(password):
    assert not refused(password)


def test_thousands_of_patterns_are_refused():
    written = list(itertools.islice(weak_words.examples(), 0, None, 40))
    assert sum(1 for _one in weak_words.examples()) > 5000
    assert [one for one in written if not weak_words.is_weak(one)] == []


# --- stolen elsewhere ---------------------------------------------------------------------------------------
STOLEN = "hat lamp river stone"


def hashes(*passwords: str) -> list[str]:
    """Two thousand lines as of the download, with some passwords among them."""
    others = (f"somebody else {number}" for number in range(2000))
    return sorted(f"{sha1(one.encode()).hexdigest().upper()}:{len(one)}" for one in (*others, *passwords))


@pytest.fixture(params=["file", "folder"])
def stolen(request, tmp_path, settings):
    """The list as both downloads have it."""
    lines = hashes(STOLEN)
    path = tmp_path / "pwned"
    if request.param == "file":
        path.write_text("\r\n".join(lines) + "\r\n")
    else:
        path.mkdir()
        for beginning, own in itertools.groupby(lines, lambda line: line[:5]):
            (path / f"{beginning}.txt").write_text("\r\n".join(line[5:] for line in own))
        (path / "00000.txt").write_text(f"{'0' * 35}:1")
    settings.SIGNIN = {"breached": str(path)}
    return lines


def test_what_was_stolen_elsewhere_is_refused(stolen):
    assert refused(STOLEN)
    assert checks.check_breached(None) == []


def test_every_line_is_found_and_nothing_else(stolen, settings):
    found = [f"somebody else {number}" for number in range(0, 2000, 7)]
    assert all(breached.is_breached(one) for one in found)
    if Path(settings.SIGNIN["breached"]).is_file():
        assert not any(breached.is_breached(f"nobody {number}") for number in range(300))


def test_without_a_list_nothing_is_stolen():
    assert not refused(STOLEN)


def test_a_look_up_reads_few_lines_of_a_large_list(tmp_path, settings, monkeypatch):
    path = tmp_path / "pwned.txt"
    path.write_text("\n".join(hashes(STOLEN)))
    settings.SIGNIN = {"breached": str(path)}
    reads = []
    real = breached._line_at
    monkeypatch.setattr(breached, "_line_at", lambda *given: reads.append(given) or real(*given))
    assert breached.is_breached(STOLEN)
    assert len(reads) < 20


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read"),
        ("", "hexadecimal"),
        ("password\nsecret\n", "hexadecimal"),
        ("\n".join(sorted(hashes(), key=lambda line: line[9:])), "order"),
        ("\n".join(line[:20] + ":1" for line in hashes()), "hexadecimal"),
    ],
    ids=["none", "empty", "clear", "by count", "shortened"],
)
def test_a_list_in_which_nothing_could_be_found_stops_the_server(tmp_path, settings, text, why):
    path = tmp_path / "pwned.txt"
    if text is not None:
        path.write_text(text)
    settings.SIGNIN = {"breached": str(path)}
    (error,) = checks.check_breached(None)
    assert why in error.msg and error.hint


def test_a_list_that_went_away_stops_nobody(tmp_path, settings, caplog):
    settings.SIGNIN = {"breached": str(tmp_path / "gone.txt")}
    assert not refused(STOLEN)
    assert "cannot be read" in caplog.text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=10, max_size=128))
def test_length_and_characters_are_no_reason(password):
    passwords.LengthRule().validate(password)
    passwords.ClassicRule().validate(password)


def test_too_short_and_too_long(db):
    assert refused("kurz, aber") is False
    assert refused("nine char")
    assert refused("long enough " * 11)


@pytest.mark.parametrize(
    "password",
    ["zhangweimin is here", "1990 E20881 staff", "x 13912345678 y", "call 12345678 me", "guanxi forever and"],
)
def test_what_others_know_of_a_person_is_no_password(password):
    name = SAMPLES["name"]
    user = User(
        username="zwm.sales", name=name, staff_no="E20881", phone="+86 139 1234 5678", email="weimin@example.com"
    )
    assert refused(password, user)
    assert not refused("hat lamp river stone", user)


def test_administrators_take_longer_ones(ann):
    assert not refused("lamp river", ann)
    role = Role.objects.create(key="auditor", labels={"en": "Auditor"})
    UserRole.objects.create(user=ann, role=role)
    assert refused("lamp river", ann)
    assert not refused("lamp river 7", ann)


def change(browser, old, new):
    return browser.post(reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": new})


def test_any_long_password_signs_in_whatever_its_characters(ann, seat):
    old = "correct horse battery"
    for new in (SAMPLES["long"], "  spaces at both ends  ", "\U0001f40e" * 12 + " lamp"):
        browser = seat()
        assert browser.enter("ann", old).status_code == 302
        assert change(browser, old, new).status_code == 302
        assert seat().enter("ann", new[:-1]).status_code == 200
        old = new
    assert seat().enter("ann", old).status_code == 302


def test_a_change_leaves_one_event_and_ends_the_others(ann, seat):
    here, there = seat("ann"), seat("ann")
    assert change(here, "correct horse battery", NEW).status_code == 302
    assert here.is_in and not there.is_in
    told = Event.objects.filter(kind__in=("signin.password_changed", "signin.session_ended"))
    assert [(one.kind, one.payload["how"], one.actor_id) for one in told] == [
        ("signin.password_changed", "own", ann.pk)
    ]


def test_who_has_no_password_here_cannot_make_one(ann, seat):
    ann.set_unusable_password()
    ann.save()
    browser = seat()
    browser.force_login(ann)
    assert browser.get(reverse("account_change_password"))["Location"] == "/account/profile/"
    page = browser.get("/account/tokens/").content.decode()
    assert reverse("account_change_password") not in page


# --- the classic rules ------------------------------------------------------------------------------------
@pytest.fixture
def classic(settings):
    settings.SIGNIN = {"passwords": "djcp3"}


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("lampriverstone", False),
        ("lampriver9372", False),
        ("LampRiver9372", True),
        ("lamp#river9372", True),
        ("LAMP RIVER STONE", False),
    ],
)
def test_three_of_four_kinds(classic, password, fine):
    assert refused(password) is not fine


def test_after_ninety_days_nothing_is_open_but_the_change(ann, seat, classic):
    browser = seat("ann")
    assert browser.is_in
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=89, hours=23))
    assert browser.is_in
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=90, minutes=1))
    assert browser.get("/")["Location"] == reverse("account_change_password")
    assert browser.get("/api/").status_code == 403
    assert "gx-warning" in browser.get(reverse("account_change_password")).content.decode()
    assert change(browser, "correct horse battery", "Another fine horse 7").status_code == 302
    assert browser.is_in


def test_the_modern_rules_never_ask_for_a_change(ann, seat):
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=5000))
    assert seat("ann").is_in


def test_the_last_five_do_not_come_back(ann, seat, classic, settings):
    settings.ACCOUNT_RATE_LIMITS = {"change_password": None}
    browser, old = seat("ann"), "correct horse battery"
    for number in range(6):
        new = f"Lamp river {number} 837"
        assert change(browser, old, new).status_code == 302
        old = new
    for number in (5, 4, 1):
        assert change(browser, old, f"Lamp river {number} 837").status_code == 200, number
    assert OldPassword.objects.filter(user=ann).count() == 5
    assert change(browser, old, "correct horse battery 1A").status_code == 302


def test_two_are_hashed_at_a_time():
    hasher = hashing.TurnTakingHasher()
    with hashing.turn, hashing.turn:
        assert not hashing.turn.acquire(blocking=False)
    assert hasher.verify("x", hasher.encode("x", "saltsalt"))
    assert hashing.turn.acquire(blocking=False)
    hashing.turn.release()
