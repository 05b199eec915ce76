"""F22, the mail server hangs, then is gone: pages that send mail answer as fast as ever, the queue waits with growing
pauses, the server is left alone after three failures, and when it is back each mail arrives once.

    python3 -m tests.drills.f22 [--mails 20]
"""

import argparse
import socket
import statistics
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.drills.installation import installation
from tests.drills.outcome import told

#: How much slower a page may be, in seconds.
SLOWER = 0.2
PAGES = 15
TIMEOUT = 0.5  # of the program here, so that the drill need not wait ten seconds each time


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=20)
    options = parser.parse_args()
    with installation():
        return drill(options.mails)


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def drill(mails: int) -> int:
    from django.conf import settings
    from django.db import connection

    from guanxi.platform.messages.mail import breaker, sending
    from guanxi.platform.messages.tests.mail_server import free_port, mail_server, silent_server
    from tests.organisation import Organisation

    chief = Organisation().everything()
    settings.MAIL = {"host": "", "security": "none"}
    calm = pages(chief, PAGES)
    clock, tried, pauses = Clock(), 0, []
    with silent_server() as silent:
        settings.MAIL = {**reached(silent.getsockname()[1]), "timeout": TIMEOUT}
        sender = threading.Thread(target=sending.send_due, args=(clock,))  # a worker hangs on it meanwhile
        sender.start()
        slow = pages(chief, mails)
        sender.join()
        tried += came(silent)
        for _ in range(8):
            sending.send_due(clock)
            tried += came(silent)
            until = breaker.closed_until(clock())
            pauses.append((until - clock()).total_seconds() if until else 0.0)
            sending.send_due(clock)  # left alone: nobody comes
            tried += 1000 * (came(silent) if until else 0)
            clock.now = (until or clock()) + timedelta(seconds=45)
    settings.MAIL = {**reached(free_port()), "timeout": TIMEOUT}
    sending.send_due(clock)  # nobody listens at all
    clock.now += timedelta(hours=1)
    with mail_server() as box:
        settings.MAIL = {**reached(box.port), "per_minute": 10_000}
        for _ in range(20):
            sending.send_due(clock)
            clock.now += timedelta(minutes=5)
    numbers = Counter(mail["Message-ID"] for mail in box.mails)
    arrived, later = len(numbers), slow - calm
    return told(
        f"F22 {connection.vendor}",
        f"page {1000 * calm:.0f} ms, {1000 * later:+.0f} ms while the server hangs; {tried} attempts, then pauses of "
        f"{', '.join(f'{pause:.0f}' for pause in pauses if pause)} s; {arrived} of {waiting()} mails arrived",
        {
            "pages do not notice": later < SLOWER,
            "left alone": tried < 20,
            "pauses grow": sorted(pauses) == pauses and pauses[-1] > pauses[2] > 0,
            "each mail once": set(numbers.values()) == {1} and arrived == waiting(),
        },
    )


def reached(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "security": "none", "sender": "guanxi@example.org"}


def waiting() -> int:
    """Mails that were put into the queue while there was a server to send them to."""
    from guanxi.platform.messages.models import Mail

    return Mail.objects.exclude(state="suppressed").count()


def came(listener: socket.socket) -> int:
    """How many connections somebody made."""
    number = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return number
        number += 1


def pages(chief: Any, number: int) -> float:
    """Median seconds of a page that puts a mail into the queue."""
    from django.test import Client

    from guanxi.platform.access.models import User

    User.objects.filter(pk=chief.user_id).update(email="chief@example.org")
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(pk=chief.user_id))
    taken = []
    for _ in range(number):
        began = time.perf_counter()
        answer = browser.post("/settings/mail/try/")
        taken.append(time.perf_counter() - began)
        if answer.status_code != 302:
            raise AssertionError(f"the page answered {answer.status_code}")
    return statistics.median(taken)


if __name__ == "__main__":
    sys.exit(main())
