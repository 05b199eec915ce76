"""The public test cases of DMN: python3 run.py tck FOLDER reads models (*.dmn) and cases (*-test-*.xml) and says how
many results come out as expected, by compliance level. The cases themselves are no part of this project."""

import argparse
import os
import re
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

LEVEL = re.compile(r"(?:non-compliant|compliance-level-\d)")
PRECISION = Decimal("1e-8")


def main(arguments: list[str]) -> int:
    """Run all cases below a folder.

    :returns: 0 when every result is as expected
    """
    options = argparse.ArgumentParser(prog="run.py tck", description=__doc__)
    options.add_argument("folder", type=Path, help="folder of the test cases, such as TestCases/compliance-level-2")
    options.add_argument("--failed", action="store_true", help="list every result that is not as expected")
    chosen = options.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    import django

    django.setup()
    began = time.monotonic()
    passed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for cases in sorted(chosen.folder.rglob("*-test-*.xml")):
        level = (LEVEL.search(str(cases.resolve())) or ["cases"])[0]
        for name, good, told in _results(cases):
            total[level] += 1
            passed[level] += good
            if chosen.failed and not good:
                print(f"{cases.stem} {name}: {told}")
    for level in sorted(total):
        print(f"{level}: {passed[level]} of {total[level]}")
    print(f"{time.monotonic() - began:.1f} s")
    return 0 if passed == total and total else 1


def _results(cases: Path) -> list[tuple[str, bool, str]]:
    """Of each result of a file of cases: its name, whether it is as expected, and what came instead."""
    from guanxi.platform.feel.dmn import xml
    from guanxi.platform.feel.dmn.reading import read_model

    root = xml.read(cases.read_bytes())
    fault = ""
    try:
        model = read_model((cases.parent / root.words("modelName")).read_bytes())
    except (ValueError, OSError) as error:
        model, fault = None, f"model: {error}"
    found = []
    for case in root.all("testCase"):
        values = {one.get("name"): _value(one) for one in case.all("inputNode")}
        for result in case.all("resultNode"):
            name = f"{case.get('id')} {result.get('name')}"
            good, told = (False, fault) if model is None else _one(model, values, result)
            found.append((name, good, told))
    return found


def _one(model: Any, values: dict[str, Any], result: Any) -> tuple[bool, str]:
    from guanxi.platform.feel.dmn.graph import Deciding
    from guanxi.platform.feel.faults import ExpressionError, TooMuch

    expected = _value(result.one("expected")) if result.one("expected") else None
    try:
        got = Deciding(model, values, now=datetime.now(UTC), zone=UTC).decide(result.get("name"))
    except (TooMuch, ExpressionError, ValueError) as error:
        return False, f"{type(error).__name__}: {error}"
    return _alike(got, expected), f"{got!r} instead of {expected!r}"


def _value(element: Any) -> Any:
    """The value of an input or of what is expected."""
    listed = element.one("list")
    if listed is not None:
        return [_value(item) for item in listed.all("item")]
    components = element.all("component")
    if components:
        return {one.get("name"): _value(one) for one in components}
    value = element.one("value")
    return None if value is None or value.get("nil") == "true" else _simple(value.get("type"), value.text)


def _simple(kind: str, text: str) -> Any:
    from guanxi.platform.feel import temporal

    match kind.rpartition(":")[2]:
        case "decimal" | "double" | "integer" | "int" | "float" | "long":
            return Decimal(text.strip())
        case "boolean":
            return text.strip() == "true"
        case "date":
            return temporal.read_date(text)
        case "time":
            return temporal.read_time(text)
        case "dateTime":
            return temporal.read_datetime(text)
        case "duration" | "dayTimeDuration" | "yearMonthDuration":
            return temporal.read_duration(text)
    return text


def _alike(got: Any, expected: Any) -> bool:
    from guanxi.platform.feel.values import equal, kind_of

    if isinstance(got, Decimal) and isinstance(expected, Decimal):
        return abs(got - expected) <= PRECISION * max(abs(got), abs(expected))
    if isinstance(expected, list):
        return isinstance(got, list) and len(got) == len(expected) and all(map(_alike, got, expected))
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and got.keys() == expected.keys()
            and all(_alike(got[key], expected[key]) for key in got)
        )
    return kind_of(got) == kind_of(expected) and equal(got, expected) is True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
