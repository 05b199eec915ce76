"""N30, addresses made to confuse: doubled slashes, semicolons, bytes that are no UTF-8, NUL, and very long ones, each at
pages and at REST, signed in and not. None ends in a fault of the program, and after each the next request is healthy.

    python3 -m tests.drills.n30
"""

import sys
from collections import Counter
from itertools import product
from pathlib import Path

from bench.processes import web
from bench.session import Session
from tests.drills.installation import installation
from tests.drills.outcome import told
from tests.drills.raw import status_of

LONG = "x" * 60_000
#: Put behind an address that exists.
TAILS = (
    "", "//", ";", ";jsessionid=1", "/..;/", "/%2e%2e/", "%00", "%ff%fe", "%c0%af", "/%0d%0aX-Evil:1", "%", "%zz", "/" + LONG,
    "?q=%00", "?q=%ff%fe", "?q=" + LONG, "?filter=%ff", "?filter=%00", "?filter=[", "?filter=" + "[" * 5_000, "?sort=%00", "?cursor=%ff",
    "?cursor=" + LONG, "?limit=" + "9" * 5_000, "?" + "&".join(f"a{n}=1" for n in range(2_000)), "?%00=%00", "?page=1;DROP",
)  # fmt: skip
PATHS = (
    "/",
    "/fakes/company",
    "/fakes/company/",
    "/fakes/company/1/",
    "/api/fakes/company/",
    "/api/",
    "/accounts/login/",
    "/live/",
    "/pick/fakes/company/",
    "/palette/",
)
WHOLE = (
    "//",
    "///",
    "//evil.example/",
    "/\\evil.example/",
    "/;/",
    "/%2f%2f/",
    "/./",
    "/%",
    "/" + "/" * 5_000,
    "http://evil.example/",
    "*",
)
HEADERS: tuple[dict[str, bytes], ...] = (
    {"Accept-Language": b"\xff\xfe" * 10}, {"Cookie": b"sessionid=\xff\x00; gx_sidebar=\xfe"}, {"Cookie": b"sessionid=" + b"x" * 5_000},
    {"Accept": b"\xff"}, {"Authorization": b"Bearer \xff\xfe"}, {"HX-Request": b"\xff"}, {"If-Match": b"\xff"},
    {"Idempotency-Key": b"\xff" * 200}, {"X-Forwarded-For": b"\xff, ::::, 999.1.1.1"}, {"Content-Type": b"application/json; charset=\xff"},
)  # fmt: skip


def main() -> int:
    with installation() as data:
        return drill(data)


def drill(data: Path) -> int:
    from django.db import connection

    from guanxi.platform.access import tokens
    from tests.drills.f07 import PASSWORD
    from tests.organisation import Organisation

    secret = tokens.create(Organisation().everything(), "drill", 1)
    with web(data) as process:
        session = Session(process.port).sign_in("chief", PASSWORD)
        who: tuple[dict[str, bytes], ...] = (
            {},
            {"Cookie": session.cookie().encode()},
            {"Authorization": f"Bearer {secret}".encode()},
        )
        asked = [(path + tail, headers) for path, tail, headers in product(PATHS, TAILS, who)]
        asked += [(path, headers) for path, headers in product(WHOLE, who)]
        asked += [(path, {**headers, **odd}) for path, headers, odd in product(PATHS, who, HEADERS)]
        statuses, faults, ill = Counter[int](), [], []
        for path, headers in asked:
            status = status_of(process.port, path, headers)
            statuses[status // 100] += 1
            if status >= 500:
                faults.append(f"{status} for {path[:60]} {list(headers)}")
            if status >= 500 or status == 0:
                ill.extend([] if session.get("/fakes/company/").status == 200 else [path[:60]])
        healthy = session.get("/fakes/company/").status == 200 and session.get("/healthz").status == 200
    figures = ", ".join(
        f"{number} x {kind}xx" if kind else f"{number} closed" for kind, number in sorted(statuses.items())
    )
    return told(
        f"N30 {connection.vendor}",
        f"{len(asked):,} odd requests: {figures}",
        {"no fault": not faults, "the next one is healthy": healthy and not ill, **{one: False for one in faults[:8]}},
    )


if __name__ == "__main__":
    sys.exit(main())
