"""Who is told what, once, in their own language, and never more than they may see."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.utils import translation
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.models import Role, User, UserRole
from guanxi.platform.calendar.services import remind
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import held
from guanxi.platform.commands.executor import run
from guanxi.platform.jobs import services as jobs
from guanxi.platform.jobs.errors import JobError
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.testing import job_kind, run_queued_jobs
from guanxi.platform.messages import mentions, rules, selectors, services
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.models import Notification
from guanxi.platform.messages.services import Notice, notify, notify_each
from tests.queries import Statements

#: With real commits, because the rules run after them.
real = pytest.mark.django_db(transaction=True, databases="__all__")
NOW, LATER = datetime(2026, 3, 10, 2, 0, tzinfo=UTC), datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
ALL = ("*", "*", "all")
OWN = (
    ("fakes.*", "*", "own"),
    ("directory.note", "*", "all"),
    ("access.user", "view", "all"),
    ("calendar.task", "*", "all"),
)


@pytest.fixture
def ann(organisation):
    return organisation.actor("ann", ALL)


@pytest.fixture
def bob(organisation):
    return organisation.actor("bob", *OWN, place=organisation.south_one)


def commit(key, actor, **arguments):
    """Do something; in a test marked ``real`` what follows its commit happens as well."""
    return run(commands.get(key), actor, **arguments)


def titles(actor, **narrowed):
    return [view.title for view in selectors.newest(actor, **narrowed)]


def hello(**changes):
    return Notice(
        **{
            "key": "hello",
            "kind": Kind.JOB,
            "sentence": sentence(gettext_noop("“%(job)s” is done"), job="Tea"),
            **changes,
        }
    )


def test_the_same_occasion_is_told_once(ann, bob):
    assert notify([ann.user_id, bob.user_id], hello(), at=NOW) == 2
    assert notify([ann.user_id, bob.user_id], hello(), at=NOW) == 0
    assert titles(ann) == ["“Tea” is done"]


def test_the_reader_s_language_decides(ann):
    notify([ann.user_id], hello(), at=NOW)
    with translation.override("zh-hans"):
        assert titles(ann) != ["“Tea” is done"]
        assert "Tea" in titles(ann)[0]


def test_nobody_without_an_account_in_use_is_told(ann, bob):
    User.objects.filter(pk=bob.user_id).update(is_active=False)
    assert notify([ann.user_id, bob.user_id, 999_999], hello(), at=NOW) == 1
    assert Notification.objects.get().user_id == ann.user_id


def test_telling_many_takes_few_statements(organisation, django_assert_num_queries):
    users = [organisation.user(f"user{number}").pk for number in range(30)]
    with django_assert_num_queries(6):  # savepoint, users, their channels, known ones, insert, release
        assert notify(users, hello(), at=NOW) == 30


def test_counting_up_for_many_takes_few_statements(organisation, django_assert_num_queries):
    users = [organisation.user(f"user{number}").pk for number in range(30)]
    many = sentence(gettext_noop("“%(job)s” is done"), job="Teas")
    notify(users, hello(many=many), at=NOW)
    known = dict(Notification.objects.values_list("user_id", "pk"))
    with django_assert_num_queries(6):  # savepoint, users, their channels, known ones, those written over, release
        assert notify(users, hello(many=many, count=4), at=LATER) == 0
    assert {row.count for row in Notification.objects.all()} == {5}
    assert dict(Notification.objects.values_list("user_id", "pk")) == known
    assert {row.created_at for row in Notification.objects.all()} == {LATER}


def test_many_occasions_for_many_people_are_each_told_once(organisation):
    users = [organisation.user(f"user{number}").pk for number in range(30)]
    wanted = [(user, hello(key=f"hello {user}")) for user in users]
    with Statements() as found:
        assert notify_each(wanted, at=NOW) == 30
    assert not [sql for sql in found if '"user_id" IN' in sql and '"key" IN' in sql]
    assert notify_each([*wanted, (users[0], hello(key=f"hello {users[1]}"))], at=LATER) == 1


def test_reading_is_one_s_own_affair(ann, bob):
    notify([ann.user_id, bob.user_id], hello(), at=NOW)
    hers, his = Notification.objects.get(user=ann.user_id), Notification.objects.get(user=bob.user_id)
    assert services.mark_read(ann, [hers.pk, his.pk]) == 1
    assert services.mark_read(ann, [hers.pk]) == 0
    assert selectors.unread_counts([ann.user_id, bob.user_id]) == {ann.user_id: 0, bob.user_id: 1}
    assert titles(ann, unread_only=True) == []
    assert services.read_all(bob) == 1


@real
def test_a_record_given_to_somebody_tells_them_and_not_the_giver(ann, bob):
    pk = commit("fakes.company.create", ann, inputs={"name": "Acme"}).ids[0]
    commit("fakes.company.assign", ann, ids=[pk], inputs={"owner": bob.user_id})
    commit("fakes.company.edit", ann, ids=[pk], inputs={"name": "Acme Ltd"})
    assert titles(bob) == ["ann gave you “Acme Ltd”"]
    assert titles(ann) == []
    found = selectors.newest(bob)[0]
    assert (found.kind, found.entity, found.record_id, found.unread) == (Kind.ASSIGNED, "fakes.company", pk, True)


@real
def test_a_batch_is_one_notification_over_all_its_transactions(ann, bob):
    ids = [commit("fakes.company.create", ann, inputs={"name": f"Acme {number}"}).ids[0] for number in range(5)]
    batch = uuid4()
    commit("fakes.company.assign", ann, ids=ids[:3], inputs={"owner": bob.user_id}, batch=batch)
    assert titles(bob) == ["ann gave you 3 companies"]
    services.read_all(bob)
    commit("fakes.company.assign", ann, ids=ids[3:], inputs={"owner": bob.user_id}, batch=batch)
    assert titles(bob, unread_only=True) == ["ann gave you 5 companies"]
    assert Notification.objects.count() == 1


@real
def test_a_notification_does_not_name_what_its_reader_may_no_longer_see(ann, bob):
    pk = commit("fakes.company.create", ann, inputs={"name": "Secret Ltd", "owner": bob.user_id}).ids[0]
    assert titles(bob) == ["ann gave you “Secret Ltd”"]
    commit("fakes.company.assign", ann, ids=[pk], inputs={"owner": ann.user_id})
    found = selectors.newest(bob)[0]
    assert found.title == "ann gave you “a record that is not open to you”"
    assert found.record_id is None
    assert "Secret" not in str(Notification.objects.values())


@real
def test_a_task_tells_its_assignee_when_given_and_when_due(ann, bob):
    commit(
        "calendar.task.create",
        ann.at(NOW),
        inputs={
            "subject": "Call back",
            "assignee": bob.user_id,
            "due_at": "2026-03-10T12:00:00+08:00",
            "reminder": "on_time",
        },
    )
    assert remind(datetime(2026, 3, 10, 4, 0, tzinfo=UTC)) == 1
    assert titles(bob) == ["Due: Call back", "ann gave you “Call back”"]
    assert titles(ann) == []


@real
def test_a_held_command_asks_those_who_may_decide_and_answers_who_asked(organisation, ann, bob):
    pk = commit("fakes.company.create", ann, inputs={"name": "Acme", "capital": "5000", "owner": bob.user_id}).ids[0]
    chief = organisation.everything()
    outsider = organisation.actor("dora", *OWN)
    row = commit("fakes.company.write_off", bob, ids=[pk], inputs={"amount": "2000"}).held
    assert row
    assert titles(chief) == ["bob asks for your decision: Write off"]
    assert titles(ann) == titles(chief)
    assert titles(outsider) == []
    held.decide(row, chief, approve=False, answer="Too much")
    answer = selectors.newest(bob)[0]
    assert titles(chief, unread_only=True) == titles(ann, unread_only=True) == []
    assert (answer.title, answer.text, answer.tone) == ("chief refused your request: Write off", "Too much", "danger")


@pytest.mark.parametrize(
    "text", ["@{name} please look", "Ask @{name}, he knows", "see@{name}\n", "({name}) and @{name}"]
)
def test_names_in_texts(organisation, text):
    wu = organisation.user("wu")
    expected = [] if text.startswith("see@") else [wu]
    assert mentions.users_named(text.format(name="wu")) == expected


def test_names_run_into_the_next_word_and_the_longest_one_is_meant(organisation):
    short, long = organisation.user("\u5f20\u4e09"), organisation.user("\u5f20\u4e09\u4e30")
    assert mentions.users_named("\u8bf7@\u5f20\u4e09\u4e30\u770b\u4e00\u4e0b") == [long]
    assert mentions.users_named("\u8bf7@\u5f20\u4e09\u770b\u4e00\u4e0b") == [short]
    assert mentions.users_named("mail@\u5f20\u4e09") == []


@real
def test_a_mention_reaches_only_who_may_see_the_record(organisation, ann, bob):
    carl = organisation.actor("carl", *OWN)
    pk = commit("fakes.company.create", ann, inputs={"name": "Acme", "owner": bob.user_id}).ids[0]
    services.read_all(bob)
    note = {"text": "@bob and @carl and @ann: have a look", "entity": "fakes.company", "record_id": pk}
    written = commit("directory.note.create", ann, inputs=note).ids[0]
    assert titles(bob, unread_only=True) == ["ann mentioned you on “Acme”"]
    assert (selectors.newest(bob)[0].entity, selectors.newest(bob)[0].record_id) == ("fakes.company", pk)
    assert titles(carl) == []
    assert titles(ann) == []
    services.read_all(bob)
    commit("directory.note.edit", ann, ids=[written], inputs={"text": "@bob: have a look, please"})
    assert titles(bob, unread_only=True) == []


@real
def test_whoever_a_record_is_shared_with_is_told_and_finds_it(organisation, ann, bob):
    carl, dave = organisation.actor("carl", *OWN), organisation.actor("dave")
    first, second = (commit("fakes.company.create", ann, inputs={"name": name}).ids[0] for name in ("Acme", "Bolt"))
    for person in (carl, dave, ann):
        commit("fakes.company.share", ann, ids=[first], inputs={"person": person.user_id})
    assert titles(carl) == ["ann shared “Acme” with you"]
    told = selectors.newest(carl)[0]
    assert (told.entity, told.record_id) == ("fakes.company", first)
    assert titles(dave) == [], "who has no right to companies sees none by a share"
    assert not Notification.objects.filter(user=ann.user_id, kind=Kind.SHARED).exists()
    commit("fakes.company.share", ann, ids=[first, second], inputs={"person": bob.user_id})
    both = Notification.objects.get(user=bob.user_id, kind=Kind.SHARED)
    assert (both.count, both.record_id) == (2, None)


@real
def test_a_department_with_which_a_record_is_shared_is_told_with_all_below_it(organisation, ann, monkeypatch):
    near = organisation.actor("near", *OWN, place=organisation.south)
    below = organisation.actor("below", *OWN, place=organisation.south_one)
    elsewhere = organisation.actor("elsewhere", *OWN, place=organisation.north_one)
    idle, gone = organisation.actor("idle", place=organisation.south), organisation.user("gone", organisation.south)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    first, second = (commit("fakes.company.create", ann, inputs={"name": name}).ids[0] for name in ("Acme", "Bolt"))
    commit("fakes.company.share", ann, ids=[first], inputs={"unit": organisation.south.pk})
    assert titles(near) == titles(below) == ["ann shared “Acme” with your department"]
    assert titles(elsewhere) == titles(idle) == titles(ann) == []
    assert not Notification.objects.filter(user=gone.pk).exists()
    services.read_all(near)
    commit("fakes.company.share", ann, ids=[first, second], inputs={"unit": organisation.south.pk})
    assert titles(near, unread_only=True) == ["ann shared 2 companies with your department"]
    monkeypatch.setattr(rules, "COLLEAGUES", 1)
    services.read_all(near)
    services.read_all(below)
    commit("fakes.company.share", ann, ids=[second], inputs={"unit": organisation.south.pk})
    assert (len(titles(near, unread_only=True)), titles(below, unread_only=True)) == (1, []), "the nearest come first"


@real
def test_telling_a_large_department_asks_no_more_than_telling_a_small_one(organisation, ann):
    company = commit("fakes.company.create", ann, inputs={"name": "Acme"}).ids[0]
    organisation.actor("one", *OWN, place=organisation.south)
    role = Role.objects.get(key__startswith="one-")

    def asked() -> int:
        with Statements() as statements:
            commit("fakes.company.share", ann, ids=[company], inputs={"unit": organisation.south.pk})
        return len(statements)

    few = asked()
    for number in range(30):
        UserRole.objects.create(user=organisation.user(f"p{number}", organisation.south), role=role)
    assert asked() == few
    assert Notification.objects.filter(kind=Kind.SHARED).count() == 1 + 31


def test_the_end_of_a_job_is_told_to_who_started_it(ann, bob):
    def fail(context):
        raise JobError("No paper", code="paper")

    with job_kind("test.print", lambda context: None), job_kind("test.fail", fail):
        jobs.enqueue("test.print", {}, owner_id=ann.user_id, label="Print")
        jobs.enqueue("test.fail", {}, owner_id=ann.user_id, label="Fax")
        cancelled = jobs.enqueue("test.print", {}, owner_id=ann.user_id, label="Not this")
        jobs.enqueue("test.print", {}, owner_id=None, label="The system's own")
        jobs.cancel(cancelled, by=ann.user_id)
        run_queued_jobs()
    assert [(view.title, view.tone) for view in selectors.newest(ann)] == [
        ("“Fax” could not be finished", "danger"),
        ("“Print” is done", "neutral"),
    ]
    assert titles(bob) == []


def test_a_question_reaches_the_administrators(organisation, ann, bob):
    with pytest.raises(Invalid):
        services.ask_administrator(bob, "Where are my customers?")
    UserRole.objects.create(
        user_id=ann.user_id, role=Role.objects.create(key=services.ADMINISTRATORS, labels={"en": "Administrator"})
    )
    with pytest.raises(Invalid):
        services.ask_administrator(bob, "  ")
    assert services.ask_administrator(bob, "Where are my customers?", url="/customers/customer/") == 1
    found = selectors.newest(ann)[0]
    assert (found.title, found.text, found.url) == (
        "bob asks you a question",
        "Where are my customers?",
        "/customers/customer/",
    )


def test_pages_go_on_from_the_last_one(ann):
    notify_each([(ann.user_id, hello(key=f"hello {number}")) for number in range(5)], at=NOW)
    first = selectors.newest(ann, limit=3)
    rest = selectors.newest(ann, before=first[-1].id, limit=3)
    assert len(first) == 3
    assert len(rest) == 2
    assert not {view.id for view in first} & {view.id for view in rest}
    assert selectors.one(ann, first[0].id) == first[0]
    assert selectors.one(Actor.for_user(User.objects.create_user("eve", name="eve")), first[0].id) is None
