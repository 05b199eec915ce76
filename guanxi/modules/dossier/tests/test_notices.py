"""Who is told of requests for changes of protected fields, and until when."""

import pytest

from guanxi.modules.dossier.tests.test_requests import ask, decide
from guanxi.platform.access.models import User
from guanxi.platform.messages.models import Notification
from guanxi.platform.messages.selectors import newest

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def request_of(protect, clerk, reviewer, acme):
    """A request of the clerk, with whatever follows its commit."""
    protect("name", site_check=False)
    User.objects.update(language="en")
    return ask(clerk, acme, name="Birch")


def titles(actor, unread_only=True):
    return [(one.title, one.text, one.url) for one in newest(actor, unread_only=unread_only, before=None, limit=20)]


def test_those_who_may_decide_are_told_and_whoever_asked_is_not(request_of, organisation, clerk, reviewer, acme):
    page = f"/dossier/changerequest/{request_of.pk}/"
    asks = "Clerk asks to change protected fields of “Acme”"
    (told,) = titles(reviewer)
    assert (told[0].lower(), told[1], told[2]) == (asks.lower(), "The licence was issued anew", page)
    assert not titles(clerk)


@pytest.mark.parametrize(("verb", "said"), [("approve", "approved the change of"), ("refuse", "refused to change")])
def test_whoever_asked_learns_of_the_decision_and_nobody_need_look_any_more(request_of, clerk, reviewer, verb, said):
    decide(verb, reviewer, request_of, answer="Seen on site")
    ((title, text, url),) = titles(clerk)
    assert said in title and text == "Seen on site" and str(request_of.pk) in url
    assert Notification.objects.get(user=clerk.user_id).failed is (verb == "refuse")
    assert not titles(reviewer) and titles(reviewer, unread_only=False)


def test_a_request_that_is_withdrawn_waits_for_nobody(django_capture_on_commit_callbacks, request_of, clerk, reviewer):
    decide("withdraw", clerk, request_of)
    assert not titles(reviewer) and not titles(clerk)
