"""Random expressions that are well typed, as text."""

from hypothesis import strategies as st

_NUMBERS = ["0", "1", "0.1", "0.2", "2.5", "-3.25", "12", "1200.5", "0.0001", "7", "null"]
_TEXTS = ['"华东电力"', '"华东"', '"a"', '"ab"', '"%"', '""', '"省"', '"Z"', "null", '"有限公司"']
_DAYS = ['@"2026-01-31"', '@"2026-02-28"', "today()", '@"2026-01-31" + @"P1M"', '@"2024-02-29" - @"P1Y"', "null"]
_MOMENTS = ["now()", '@"2026-02-28T16:00:00Z"', '@"2026-02-28T16:00:00.5Z"', '@"2026-03-01T00:00:00@Asia/Shanghai"']
_ORDERS = ["=", "!=", "<", "<=", ">", ">="]
_PLACES = st.sampled_from(["0", "1", "2"])


def _numbers(depth: int) -> st.SearchStrategy[str]:
    plain = st.sampled_from(["staff", "capital", "rate", *_NUMBERS])
    if not depth:
        return plain
    inner, texts, days, moments = _numbers(depth - 1), _texts(depth - 1), _days(depth - 1), _moments()
    return st.one_of(
        plain,
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("(-{})".format, inner),
        st.builds("abs({})".format, inner),
        st.builds(
            "{}({}, {})".format, st.sampled_from(["round half up", "floor", "ceiling", "round up"]), inner, _PLACES
        ),
        st.builds("round half up({} / {}, {})".format, inner, inner, _PLACES),
        st.builds("string length({})".format, texts),
        st.builds("({}).{}".format, days, st.sampled_from(["year", "month", "day", "weekday"])),
        st.builds("({}).{}".format, moments, st.sampled_from(["year", "day", "hour", "minute"])),
        st.builds("({} - {}).days".format, days, days),
        st.builds("(if {} then {} else {})".format, _conditions(depth - 1), inner, inner),
    )


def _texts(depth: int) -> st.SearchStrategy[str]:
    plain = st.sampled_from(["name", "phone", *_TEXTS])
    if not depth:
        return plain
    inner = _texts(depth - 1)
    return st.one_of(
        plain,
        st.builds("({} + {})".format, inner, inner),
        st.builds("substring({}, {}, {})".format, inner, st.sampled_from("123"), st.sampled_from("12")),
        st.builds("(if {} then {} else {})".format, _conditions(depth - 1), inner, inner),
    )


def _days(depth: int) -> st.SearchStrategy[str]:
    plain = st.sampled_from(["founded on", "date(met)", *_DAYS])
    if not depth:
        return plain
    inner = _days(depth - 1)
    return st.one_of(plain, st.builds("(if {} then {} else {})".format, _conditions(depth - 1), inner, inner))


def _moments() -> st.SearchStrategy[str]:
    return st.sampled_from(["met", *_MOMENTS])


def _compared(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Conditions on values of one kind."""
    ends = st.sampled_from(["[{}..{}]", "({}..{}]", "[{}..{})", "({}..{})"])
    return st.one_of(
        st.builds("{} {} {}".format, values, st.sampled_from(_ORDERS), values),
        st.builds("{} between {} and {}".format, values, values, values),
        st.builds("{} in ({}, {}, {})".format, values, values, values, values),
        st.builds("{} in (< {}, >= {})".format, values, values, values),
        st.builds(lambda form, value, low, high: f"{value} in {form.format(low, high)}", ends, values, values, values),
        st.builds("{} = null".format, values),
        st.builds("{} != null".format, values),
    )


def _conditions(depth: int) -> st.SearchStrategy[str]:
    lower = max(depth - 1, 0)
    texts = _texts(lower)
    tests = st.sampled_from(["contains", "starts with", "ends with"])
    plain = st.one_of(
        st.just("trusted"),
        _compared(_numbers(lower)),
        _compared(texts),
        _compared(_days(lower)),
        _compared(_moments()),
        st.builds("{}({}, {})".format, tests, texts, st.sampled_from(_TEXTS)),
    )
    if not depth:
        return plain
    inner = st.builds("({})".format, _conditions(depth - 1))
    return st.one_of(
        plain,
        st.builds("{} and {}".format, inner, inner),
        st.builds("{} or {} or {}".format, inner, inner, inner),
        st.builds("not({})".format, inner),
        st.builds("{} = {}".format, inner, inner),
        st.builds("if {} then {} else {}".format, inner, inner, inner),
    )


CONDITIONS = _conditions(2)
NUMBERS = _numbers(2)
