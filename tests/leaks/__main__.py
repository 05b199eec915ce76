"""The matrix as a program: python3 run.py leaks [--db postgres] [--full] [--without scope|fields|commands].

Its last line is "N combinations, M leaks"; it ends with 1 when something leaks, when a check cannot fail (a positive
control), when an address is asked by no path, or when a rule that was taken out is not missed somewhere.
"""

# ruff: noqa: E402 -- Django is set up first

import argparse
import os
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings_test")
django.setup()

from django.conf import settings
from django.test.utils import setup_databases, setup_test_environment, teardown_databases, teardown_test_environment

from tests.leaks import parts
from tests.leaks.parts import RULES, Summary, say


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py leaks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every shape of rule in every place, for the night")
    parser.add_argument(
        "--without", choices=RULES, help="take this rule out of the gate: every path it guards must leak"
    )
    parser.add_argument("--entity", action="append", metavar="KEY", help="only records of this kind (may be repeated)")
    parser.add_argument("--path", metavar="TEXT", default="", help="only paths with this text in their name")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="how many share the work (default 2)")
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--summary", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    if chosen.part is not None:
        _one_part(chosen)
        return 0
    began = time.monotonic()
    summary = parts.share(chosen.processes, sys.argv[1:])
    return _judge(chosen, summary, time.monotonic() - began)


def _one_part(chosen: argparse.Namespace) -> None:
    """This process's share of the cells, in a database of its own."""
    settings.DATABASES["default"].setdefault("TEST", {})
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        settings.DATABASES["default"]["TEST"]["NAME"] = f"test_leaks_{chosen.part}"
    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        parts.carry_out(chosen).write(chosen.summary)
    finally:
        teardown_databases(old, verbosity=0)
        teardown_test_environment()


def _judge(chosen: argparse.Namespace, summary: Summary, seconds: float) -> int:
    """Print what came of it; 0 if all is as it must be."""
    if chosen.without:
        wrong = summary.paths - summary.leaking
        for name in sorted(wrong):
            say(f"SILENT  {name}: does not leak although the rule is gone")
    else:
        whole = not (chosen.entity or chosen.path)
        wrong = parts.unasked(summary) if whole else set()
        for name in sorted(wrong):
            say(
                f"UNASKED  {name}: cover it by a path in tests/leaks/paths, or give a reason in tests/leaks/unasked.tsv"
            )
    deaf = 0 if chosen.without else summary.deaf
    say(f"{summary.kinds} kinds of record, {len(summary.paths)} paths, {deaf} deaf, {seconds:.0f} s")
    say(f"{summary.asked:,} combinations, {summary.leaks:,} leaks")
    return int(bool(wrong or deaf or summary.leaks))


if __name__ == "__main__":
    sys.exit(main())
