"""Schemathesis: calls made up from our OpenAPI document, none of which may end in a fault or break what it says.

A night asks a third of the document, so that three nights ask all (some 90,000 calls): the kinds of record whose turn it is,
and what is no kind of record. The number of the day is the seed and decides on the turn, so that a night can be repeated
(--night).

Run: python3 -m tests.attacks.schemathesis [--nights 3] [--night N] [further arguments of schemathesis]. Needs
.venv-nightly (run.py nightly)."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from tests.attacks.target import NIGHTLY, Target, target

#: What a server may never do, whatever it is sent. What the answers look like is compared with the document as well.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
EXAMPLES = "15"
NIGHTS = 3
#: How often a call names a record that exists, instead of any number: else nearly all would be answered with 404.
EXISTING = 0.7
BY_KEY = ("query.sort", "query.by", "query.total", "query.fields")
OF_KIND = re.compile(r"^/api/([a-z_]+/[a-z_]+)/")


def attack(on: Target, night: int, nights: int, further: list[str]) -> int:
    """Attack and print one line of figures; 0 if nothing was found and the way in stayed open to the end."""
    document = on.ask("/api/schema.json")
    chosen = of_night(document["paths"], night, nights)
    with tempfile.TemporaryDirectory(prefix="guanxi-schemathesis-") as folder:
        schema, report, settings = (Path(folder) / name for name in ("schema.json", "report.json", "settings.toml"))
        schema.write_text(json.dumps({**document, "paths": {path: document["paths"][path] for path in chosen}}))
        settings.write_text(knowing(on, {kind for kind in map(kind_of, chosen) if kind}))
        command = [
            NIGHTLY / "schemathesis", "--config-file", settings, "run", schema, "--url", on.url, "--header", on.header,
            "--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", str(night),
            "--workers", "2", "--request-timeout", "60", "--continue-on-failure", "--no-color",
            "--generation-database", "none", "--suppress-health-check", "too_slow", "--report", "json", "--report-json-path", report, *further,
        ]  # fmt: skip
        status = subprocess.run([str(part) for part in command], cwd=folder, check=False).returncode
        calls = json.loads(report.read_text())["test_cases"]
    shut = _shut(on)
    sys.stdout.write(
        f"\nschemathesis: night {night % nights + 1} of {nights}, {len(chosen)} of {len(document['paths'])} addresses, "
        f"{calls['generated']:,} calls, {calls['unique_failures']} findings, {calls['errored']} not asked, "
        f"{on.faults()} faults{shut}\n"
    )
    return int(bool(status or shut) or on.faults() > 0)


def kind_of(path: str) -> str:
    """ "module/name" of the kind of record that an address is about, empty if it is about none."""
    found = OF_KIND.match(path)
    return found[1] if found else ""


def of_night(paths: Iterable[str], night: int, nights: int) -> list[str]:
    """The addresses whose turn it is; all addresses of a kind of record have it in the same night, what is no kind of
    record every night."""
    paths = list(paths)
    kinds = sorted({kind_of(path) for path in paths} - {""})
    turn = {kind for number, kind in enumerate(kinds) if number % nights == night % nights}
    return [path for path in paths if kind_of(path) in turn or not kind_of(path)]


def knowing(on: Target, kinds: Iterable[str]) -> str:
    """Settings that tell schemathesis, of each kind of record, ids that exist and the keys of its fields. The oldest ids:
    the newest user and role are the attacker's own."""
    words, bindings = [], []
    for kind in sorted(kinds):
        name = kind.replace("/", "-")
        bindings += ["[[operations]]", f'include-path-regex = "^/api/{kind}/"', "[operations.parameters]"]
        for what, values, places in (
            (
                "ids",
                [row["id"] for row in on.ask(f"/api/{kind}/?sort=id&limit=10")["items"]],
                ["path.id", "body.ids[*]"],
            ),
            ("keys", [field["key"] for field in on.ask(f"/api/{kind}/fields/")["items"]], BY_KEY),
        ):
            if values:
                words += [f"[dictionaries.{name}-{what}]", f"values = {json.dumps(values)}"]
                bindings += [
                    f'"{place}" = {{ dictionary = "{name}-{what}", probability = {EXISTING} }}' for place in places
                ]
    return "\n".join([*words, *bindings, ""])


def _shut(on: Target) -> str:
    """Why the calls after some moment said nothing, empty if they did: an attacker may have taken its own rights away."""
    try:
        on.ask("/api/customers/customer/?limit=1")
    except OSError as error:
        return f", the way in was shut ({error})"
    return ""


def main() -> int:
    today = datetime.now(UTC).date().toordinal()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=NIGHTS, help="in how many nights all is asked; 1: all at once")
    parser.add_argument(
        "--night", type=int, default=today, metavar="N", help="seed and turn of this day; today's if none"
    )
    chosen, further = parser.parse_known_args()
    with target() as one:
        return attack(one, chosen.night, chosen.nights, further)


if __name__ == "__main__":
    sys.exit(main())
