"""Decisions: written, checked, published from a day on, asked, explained, withdrawn."""

from datetime import timedelta

import pytest
from django.utils import timezone

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.decisions import panels
from guanxi.platform.decisions.deciding import NoDecision, Reason, decide
from guanxi.platform.decisions.models import Decision, DecisionVersion
from guanxi.platform.decisions.reading import troubles
from guanxi.platform.decisions.tests.sample import LEVELS, model
from guanxi.platform.entities import registry
from guanxi.platform.ui.present import Presenter

pytestmark = pytest.mark.django_db
ZONE = timezone.get_default_timezone()


@pytest.fixture
def keeper(organisation):
    return organisation.everything()


def make(keeper, kind, **inputs):
    return run(commands.get(f"decisions.{kind}.create"), keeper, inputs=inputs).ids[0]


@pytest.fixture
def level(keeper):
    return Decision.objects.get(pk=make(keeper, "decision", label="Level", key="level"))


def version(keeper, level, source=LEVELS, **inputs):
    return make(keeper, "decisionversion", decision=level.pk, source=source, **inputs)


def publish(keeper, pk, days=0):
    day = (keeper.today() + timedelta(days=days)).isoformat()
    run(commands.get("decisions.decisionversion.publish"), keeper, ids=[pk], inputs={"valid_from": day})


def asked(keeper, days=0, **values):
    return decide("level", values, now=keeper.now() + timedelta(days=days), zone=ZONE)


def stopping(source, answer=""):
    return [one.message for one in troubles(source, answer) if one.stops]


def test_a_version_decides_from_its_day_on_and_says_why(keeper, level):
    with pytest.raises(NoDecision):
        asked(keeper, amount=5)
    publish(keeper, version(keeper, level))
    found = asked(keeper, amount=2_000, tier="B")
    assert (found.value, found.version, found.reasons) == ("silver", 1, (Reason("Level", (2,)),))
    publish(keeper, version(keeper, level, model(("-", "-", '"same"'))), days=3)
    assert [asked(keeper, days=days, amount=5).value for days in (0, 2, 3)] == ["plain", "plain", "same"]


def test_a_new_version_begins_with_the_last_one_and_there_is_one_draft(keeper, level):
    publish(keeper, version(keeper, level, answer="Level"))
    second = DecisionVersion.objects.get(pk=version(keeper, level, source=""))
    assert (second.number, second.source, second.answer, second.state) == (2, LEVELS, "Level", "draft")
    with pytest.raises(Rejected) as refused:
        version(keeper, level)
    assert set(refused.value.errors) == {"decision"}


def test_what_was_published_stays_as_it_is(keeper, level):
    pk = version(keeper, level)
    run(commands.get("decisions.decisionversion.edit"), keeper, ids=[pk], inputs={"note": "first"})
    publish(keeper, pk)
    with pytest.raises(Rejected) as refused:
        run(commands.get("decisions.decisionversion.edit"), keeper, ids=[pk], inputs={"source": model()})
    assert set(refused.value.errors) == {"source"}
    with pytest.raises(Blocked):
        publish(keeper, pk)


def test_a_withdrawn_version_gives_way_to_the_one_before(keeper, level):
    publish(keeper, version(keeper, level))
    later = version(keeper, level, model(("-", "-", '"same"')))
    publish(keeper, later)
    assert asked(keeper, amount=5).value == "same"
    run(commands.get("decisions.decisionversion.withdraw"), keeper, ids=[later], inputs={})
    assert asked(keeper, amount=5).value == "plain"
    run(commands.get("decisions.decision.edit"), keeper, ids=[level.pk], inputs={"active": False})
    with pytest.raises(NoDecision):
        asked(keeper, amount=5)


def test_nothing_is_published_for_a_day_that_is_over(keeper, level):
    pk = version(keeper, level)
    with pytest.raises(Rejected) as refused:
        publish(keeper, pk, days=-1)
    assert set(refused.value.errors) == {"valid_from"}


def test_a_test_case_that_fails_stops_it(keeper, level):
    make(keeper, "decisioncase", decision=level.pk, name="big", given='{amount: 1000, tier: "A"}', expected='"silver"')
    pk = version(keeper, level)
    with pytest.raises(Blocked) as refused:
        publish(keeper, pk)
    assert "big" in str(refused.value.reasons[pk])
    case = level.cases.get()
    run(commands.get("decisions.decisioncase.edit"), keeper, ids=[case.pk], inputs={"expected": '"gold"'})
    publish(keeper, pk)
    (tried,) = panels.check(keeper, DecisionVersion.objects.get(pk=pk))["tried"]
    assert (tried.passed, tried.value, tried.reasons) == (True, '"gold"', (Reason("Level", (1,)),))


@pytest.mark.parametrize(
    ("inputs", "wrong"),
    [
        ({"given": "amount: 5", "expected": "1"}, "given"),
        ({"given": "5", "expected": "1"}, "given"),
        ({"given": "{amount: 5}", "expected": "1 +"}, "expected"),
    ],
)
def test_a_test_case_is_written_in_feel(keeper, level, inputs, wrong):
    with pytest.raises(Rejected) as refused:
        make(keeper, "decisioncase", decision=level.pk, name="x", **inputs)
    assert wrong in refused.value.errors


@pytest.mark.parametrize(
    "source",
    [
        "no xml",
        "<definitions/>",
        LEVELS.replace("</definitions>", ""),
        '<!DOCTYPE x [<!ENTITY a "b">]><definitions/>',
    ],
)
def test_what_is_no_model_is_refused_at_once(keeper, level, source):
    with pytest.raises(Rejected) as refused:
        version(keeper, level, source)
    assert set(refused.value.errors) == {"source"}


NEEDS_ITSELF = '<informationRequirement><requiredDecision href="#d1"/></informationRequirement>'
NEEDS_NOTHING = '<informationRequirement><requiredDecision href="#gone"/></informationRequirement>'


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (model(("> 5", "-", "1"), ("> 9", "-", "2")), "Rules 1 and 2 both hold for amount = 10. "),
        (model(("> 5", "null", "1"), ("> 9", "-", "2")), "both hold for amount = 10, tier = null. "),
        (model(("-", "-", "1"), ("-", "-", "2"), policy="ANY"), "Rules 1 and 2 both hold"),
        (model((">", "-", "1")), "(>)"),
        (model(('"a"', "-", "1")), 'Rule 1, "a": '),
        (model(("-", "-", "amont")), "amont"),
        (model(), "no rules"),
        (model(("-", "-", "1"), given=NEEDS_NOTHING), "does not hold"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_is_and_stops_the_version(keeper, level, source, told):
    assert any(told in message for message in stopping(source)), troubles(source)
    pk = version(keeper, level, source)
    with pytest.raises(Blocked):
        publish(keeper, pk)


def test_a_decision_that_needs_itself_is_told(keeper):
    assert any("needs itself" in one for one in stopping(model(("-", "-", "1"), given=NEEDS_ITSELF), "Level"))


def test_a_gap_is_told_and_stops_nothing(keeper, level):
    source = model((">= 1000", "-", "1"))
    (found,) = troubles(source)
    assert not found.stops
    assert "No rule holds for amount = 999. " in found.message
    pk = version(keeper, level, source)
    publish(keeper, pk)
    assert asked(keeper, amount=5).value is None


def test_rules_may_overlap_where_the_policy_says_so():
    rules = (("-", "-", "1"), ("-", "-", "1"))
    assert troubles(model(*rules, policy="ANY")) == []
    assert troubles(model(*rules, policy="FIRST")) == []


def test_the_page_shows_the_table_as_it_is_read(keeper, level):
    one = DecisionVersion.objects.get(pk=version(keeper, level))
    entity = registry.get("decisions.decisionversion")
    shown = Presenter(entity, keeper, [entity.fields()["source"]]).cell(entity.fields()["source"], one)
    assert "<definitions" not in shown.display and str(len(LEVELS)) in shown.display.replace(",", "")
    (decision,) = panels.tables(keeper, one)["decisions"]
    assert decision["table"]["inputs"] == ["amount", "tier"]
    assert [rule["cells"] for rule in decision["table"]["rules"]][2] == ["< 1000", "–"]
