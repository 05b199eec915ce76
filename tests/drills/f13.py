"""F13, sixteen people save the same record at once, ten times: each time the first one wins, the others get 409 with both
values of each field, and nothing is lost.

    python3 -m tests.drills.f13 [--rounds 10]
"""

import argparse
import json
import sys
from functools import partial
from pathlib import Path

from bench.processes import web
from bench.session import Answer, Session
from tests.drills.installation import installation
from tests.drills.outcome import told
from tests.drills.together import together

AT_ONCE = 16


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with installation() as data:
        return drill(data, options.rounds)


def drill(data: Path, rounds: int) -> int:
    from django.db import connection

    from guanxi.platform.access import tokens
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from guanxi.platform.events.models import Event
    from tests.fakes.models import Company
    from tests.organisation import Organisation

    chief = Organisation().everything()
    made = run(commands.get("fakes.company.create"), chief, inputs={"name": "contested"}).ids[0]
    secret = tokens.create(chief, "drill", 1, read_only=False)
    won, explained, texts = 0, 0, []
    with web(data) as process:
        sessions = [Session(process.port, token=secret) for _ in range(AT_ONCE)]
        for version in range(1, rounds + 1):
            answers = together([partial(save, one, made, version, number) for number, one in enumerate(sessions)])
            winner = [number for number, answer in enumerate(answers) if answer.status == 200]
            won += len(winner)
            texts += [f"round {version} by {number}" for number in winner]
            explained += sum(both_shown(answer, version, number) for number, answer in enumerate(answers))
    company = Company.objects.get(pk=made)
    told_of = Event.objects.filter(kind="fakes.company.edited").order_by("id")
    history = [event.diff["remarks"][1] for event in told_of]
    return told(
        f"F13 {connection.vendor}",
        f"{AT_ONCE} threads x {rounds} rounds: {won} saved, {explained} conflicts with both values, version {company.version}",
        {
            "one winner a round": won == rounds,
            "the others are shown both values": explained == rounds * (AT_ONCE - 1),
            "version and history agree": company.version == rounds + 1 and history == texts,
            "the last winner's value stands": company.remarks == texts[-1:][0],
        },
    )


def save(session: Session, made: int, version: int, number: int) -> Answer:
    body = {"version": version, "remarks": f"round {version} by {number}"}
    headers = {"Content-Type": "application/json"}
    return session.send("PATCH", f"/api/fakes/company/{made}/", json.dumps(body).encode(), headers)


def both_shown(answer: Answer, version: int, number: int) -> bool:
    """Whether it is a conflict that shows the winner's value beside the caller's."""
    if answer.status != 409:
        return False
    shown = json.loads(answer.body)["conflict"]["remarks"]
    return shown["mine"] == f"round {version} by {number}" and shown["theirs"].startswith(f"round {version} by")


if __name__ == "__main__":
    sys.exit(main())
