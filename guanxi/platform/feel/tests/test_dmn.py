"""Decision models of our own: hit policies, what a decision needs, models that must not be trusted."""

from decimal import Decimal as D
from pathlib import Path

import pytest

from guanxi.platform.feel.dmn.graph import Deciding
from guanxi.platform.feel.dmn.reading import read_model
from guanxi.platform.feel.dmn.xml import ModelError
from guanxi.platform.feel.tests.cases import NOW, ZONE

TEXT = (Path(__file__).parent / "models/discount.dmn").read_text()


def decide(name: str, tier: str, amount: int, *, policy: str = 'hitPolicy="FIRST"', text: str = TEXT):
    model = read_model(text.replace('hitPolicy="POLICY"', policy).encode())
    assert model.faults == ()
    return Deciding(model, {"Tier": tier, "Annual Amount": amount}, now=NOW, zone=ZONE).decide(name)


@pytest.mark.parametrize(
    ("policy", "result"),
    [
        ('hitPolicy="FIRST"', D("0.05")),
        ('hitPolicy="UNIQUE"', None),
        ('hitPolicy="ANY"', None),
        ('hitPolicy="PRIORITY"', D("0.1")),
        ('hitPolicy="COLLECT" aggregation="SUM"', D("0.15")),
        ('hitPolicy="COLLECT" aggregation="COUNT"', D(2)),
        ('hitPolicy="COLLECT" aggregation="MIN"', D("0.05")),
        ('hitPolicy="COLLECT" aggregation="MAX"', D("0.1")),
    ],
)
def test_a_hit_policy_makes_one_of_two_hits(policy, result):
    assert decide("Base Rate", "silver", 2000, policy=policy) == result


@pytest.mark.parametrize(
    ("policy", "result"),
    [
        ('hitPolicy="RULE ORDER"', [D("0.05"), D("0.1")]),
        ('hitPolicy="OUTPUT ORDER"', [D("0.1"), D("0.05")]),
        ('hitPolicy="COLLECT"', [D("0.05"), D("0.1")]),
    ],
)
def test_a_hit_policy_lists_the_hits(policy, result):
    text = TEXT.replace('<variable name="Base Rate" typeRef="number"/>', '<variable name="Base Rate"/>')
    assert decide("Base Rate", "silver", 2000, policy=policy, text=text) == result


def test_no_rule_hits():
    assert decide("Base Rate", "plain", 10) is None
    assert decide("Discount", "plain", 10) is None


def test_a_decision_uses_decisions_and_functions():
    assert decide("Discount", "gold", 400) == D("60.00")
    assert decide("Discount", "silver", 2000) == D("100.00")


def test_older_and_newer_versions_read_alike():
    for version in ("20151101/dmn.xsd", "20180521/MODEL/", "20191111/MODEL/", "20230324/MODEL/"):
        assert decide("Discount", "gold", 400, text=TEXT.replace("20191111/MODEL/", version)) == D("60.00")


def test_a_text_that_cannot_be_read_is_a_fault_and_null():
    model = read_model(TEXT.replace("decimal(Annual Amount * rate, 2)", "decimal(Annual Amount * rate, 2").encode())
    assert [(fault.where, fault.text) for fault in model.faults] == [("Discount", "decimal(Annual Amount * rate, 2")]
    assert Deciding(model, {"Tier": "gold", "Annual Amount": 4}, now=NOW, zone=ZONE).decide("Discount") is None


def test_a_decision_that_needs_itself_is_told():
    text = TEXT.replace('<requiredInput href="#i1"/>', '<requiredDecision href="#d2"/>', 1)
    with pytest.raises(ModelError, match="needs itself"):
        decide("Discount", "gold", 400, text=text)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<a>",
        "no xml",
        "<a>" * 200 + "</a>" * 200,
        "",
    ],
)
def test_xml_that_is_not_to_be_trusted_is_refused(text):
    with pytest.raises(ModelError):
        read_model(text.encode())
