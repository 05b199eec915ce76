"""F12, everything is sent twice: sixteen parallel posts of the same form, and of the same REST call with its key, make one
record, and each caller gets the first answer; the back button does too.

    python3 -m tests.drills.f12 [--rounds 5]
"""

import argparse
import json
import sys
import uuid
from functools import partial
from pathlib import Path
from typing import Any

from bench.processes import web
from bench.session import Answer, Session, changed
from tests.drills.installation import installation
from tests.drills.outcome import told
from tests.drills.together import together

AT_ONCE = 16
NEW = "/fakes/company/new/"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with installation() as data:
        return drill(data, options.rounds)


def drill(data: Path, rounds: int) -> int:
    from django.db import connection

    from guanxi.platform.access import tokens
    from guanxi.platform.events.models import Event
    from tests.drills.f07 import PASSWORD
    from tests.fakes.models import Company
    from tests.organisation import Organisation

    secret = tokens.create(Organisation().everything(), "drill", 1, read_only=False)
    with web(data) as process:
        forms = [submitted(process.port, PASSWORD, f"form {number}") for number in range(rounds)]
        calls = [called(process.port, secret, f"call {number}") for number in range(rounds)]
    rows, events = Company.objects.count(), Event.objects.filter(kind="fakes.company.created").count()
    wrong = [answer for answers in (*forms, *calls) for answer in answers if answer[0] not in (201, 302)]
    places = [{place for _status, place in answers} for answers in (*forms, *calls)]
    return told(
        f"F12 {connection.vendor}",
        f"{2 * rounds} x {AT_ONCE} parallel posts: {rows} records, {events} events, {len(wrong)} other answers",
        {
            "one record each": rows == events == 2 * rounds,
            f"nobody refused, not {wrong[:3]}": not wrong,
            "the first answer for all": all(len(found) == 1 for found in places),
        },
    )


def submitted(port: int, password: str, name: str) -> list[tuple[int, str]]:
    """Status and place that each post of one form led to, one more at the end as by the back button."""
    sessions = [Session(port).sign_in("chief", password)]
    sessions += [sessions[0].beside() for _ in range(AT_ONCE - 1)]
    values = changed(sessions[0].form(NEW), name=name)
    answers = together([partial(session.post, NEW, values) for session in sessions])
    answers.append(sessions[0].post(NEW, values))
    return [_led(answer, answer.headers.get("location", "")) for answer in answers]


def called(port: int, secret: str, name: str) -> list[tuple[int, str]]:
    """The same by REST."""
    sessions = [Session(port, token=secret) for _ in range(AT_ONCE)]
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    request: Any = ("POST", "/api/fakes/company/", json.dumps({"name": name}).encode(), headers)
    answers = together([partial(session.send, *request) for session in sessions])
    answers.append(sessions[0].send(*request))
    return [_led(answer, str(json.loads(answer.body).get("id"))) for answer in answers]


def _led(answer: Answer, place: str) -> tuple[int, str]:
    return answer.status, place


if __name__ == "__main__":
    sys.exit(main())
