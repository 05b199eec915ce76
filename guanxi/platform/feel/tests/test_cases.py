"""Our own expressions: what they give, and of which kind the checker says it is."""

import pytest

from guanxi.platform.feel.expressions import check, evaluate, parse
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.tests.cases import CASES, DECLARED, NOW, TYPES, VALUES, ZONE, Case
from guanxi.platform.feel.values import text_of


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
def test_a_case_gives_its_value_and_is_of_its_kind(case: Case):
    expression = parse(case.text, DECLARED)
    value = evaluate(expression, VALUES, now=NOW, zone=ZONE)
    assert text_of(value, inside=True) == case.value
    if case.kind == "refused":
        with pytest.raises(ExpressionError) as refused:
            check(expression, TYPES)
        assert 0 <= refused.value.at < refused.value.to <= len(case.text)
    else:
        kind = check(expression, TYPES)
        assert kind.kind == case.kind
        if value is None:
            assert kind.nullable


def test_there_are_enough_cases_and_none_twice():
    texts = [case.text for case in CASES]
    assert len(texts) == len(set(texts)) >= 250
