"""F17, extreme texts: what fits is stored sign by sign on both databases, what does not is refused at its field, nothing
ends in a fault of the program; files in the Chinese encodings are read.

    python3 -m tests.drills.f17
"""

import json
import sys
from dataclasses import dataclass, field
from typing import Any

from tests.drills.installation import installation
from tests.drills.outcome import told

NOTE = 2**20


@dataclass
class Tally:
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    def note(self, name: str, held: bool) -> None:
        self.right += held
        if not held:
            self.wrong.append(name)


#: Name, what is sent, what is stored: None means refused.
NAMES = {
    "emoji": ("Acme \U0001f468\u200d\U0001f469\u200d\U0001f467", "Acme \U0001f468\u200d\U0001f469\u200d\U0001f467"),
    "rare hanzi": ("\U00020bb7\u91ce\u5bb6", "\U00020bb7\u91ce\u5bb6"),
    "beyond the common planes": ("\U0003106f\u5382", "\U0003106f\u5382"),
    "right to left": ("\u0634\u0631\u0643\u0629 \u05d7\u05d1\u05e8\u05d4", "\u0634\u0631\u0643\u0629 \u05d7\u05d1\u05e8\u05d4"),
    "combining": ("Z\u0351\u036balgo", "Z\u0351\u036balgo"),
    "bidi controls": ("\u202eAcme\u2066 \u200fLtd\u2069\u061c", "Acme Ltd"),
    "quotes and markup": ("\"'`<b>&amp;\\%_{{7*7}}", "\"'`<b>&amp;\\%_{{7*7}}"),
    "sixty signs": ("\u5173" * 60, "\u5173" * 60),
    "sixty signs beyond": ("\U00020bb7" * 60, "\U00020bb7" * 60),
    "sixty-one signs": ("\u5173" * 61, None),
    "5,000 signs": ("n" * 5000, None),
    "NUL": ("a\0b", None),
    "bell": ("a\ab", None),
    "half a pair": ("a\ud800b", None),
    "nothing but controls": ("\u202e\u2066", None),
    "nothing": ("   ", None),
}  # fmt: skip
FIRM = "\u91cd\u5e86\u57ce\u5efa"
FILES = {"utf-8": "utf-8", "utf-8 with mark": "utf-8-sig", "gb18030": "gb18030", "big5": "big5", "utf-16": "utf-16"}


def main() -> int:
    with installation():
        return drill()


def drill() -> int:
    from django.db import connection

    from guanxi.platform.access import tokens
    from tests.organisation import Organisation

    chief = Organisation().everything()
    secret = tokens.create(chief, "drill", 1, read_only=False)
    tally = Tally()
    by_executor(chief, tally)
    by_rest(secret, tally)
    notes(secret, tally)
    questions(secret, tally)
    files(chief, tally)
    total = tally.right + len(tally.wrong)
    return told(
        f"F17 {connection.vendor}", f"{tally.right} of {total} texts as promised", {name: False for name in tally.wrong}
    )


def by_executor(chief: Any, tally: Tally) -> None:
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from guanxi.platform.commands.outcome import Rejected
    from tests.fakes.models import Company

    for name, (sent, wanted) in NAMES.items():
        try:
            found = Company.objects.get(
                pk=run(commands.get("fakes.company.create"), chief, inputs={"name": sent}).ids[0]
            )
            tally.note(name, found.name == wanted)
        except Rejected as refusal:
            tally.note(name, wanted is None and set(refusal.errors) == {"name"})


def client(secret: str) -> Any:
    from django.test import Client

    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"}, SERVER_NAME="localhost")


def by_rest(secret: str, tally: Tally) -> None:
    browser = client(secret)
    for name, (sent, wanted) in NAMES.items():
        body = json.dumps({"name": sent})  # escapes, so that half a pair travels
        answer = browser.post("/api/fakes/company/", body, content_type="application/json")
        refused = wanted is None and answer.status_code == 400
        tally.note(f"{name} by REST", refused or (answer.status_code == 201 and answer.json()["name"] == wanted))


def notes(secret: str, tally: Tally) -> None:
    """A megabyte goes in and comes back; five are refused."""
    browser = client(secret)
    for name, text, status in (("1 MB note", "\u5173" * (NOTE // 3), 201), ("5 MB note", "x" * 5 * NOTE, 413)):
        body = json.dumps({"title": "Acme", "note": text}, ensure_ascii=False).encode()
        answer = browser.post("/api/fakes/thing/", body, content_type="application/json")
        tally.note(name, answer.status_code == status and (status != 201 or answer.json()["note"] == text))


def questions(secret: str, tally: Tally) -> None:
    """What is asked with such texts is answered or refused, never a fault."""
    browser = client(secret)
    for name, (sent, _wanted) in NAMES.items():
        tree = json.dumps(["contains", "name", sent])
        for parameters in ({"filter": tree}, {"q": sent.encode("utf-8", "replace").decode()}):
            answer = browser.get("/api/fakes/company/", parameters)
            tally.note(f"{name} asked for", answer.status_code in (200, 400))


def files(chief: Any, tally: Tally) -> None:
    from guanxi.platform.exchange.tests.importing import imported
    from tests.fakes.models import Company

    for number, (name, encoding) in enumerate(FILES.items()):
        rows = "".join(f"T{number}-{row},{firm(encoding)} {row},{row}\n" for row in range(50))
        done = imported("fakes.company", chief, f"Code,Name,Employees\n{rows}".encode(encoding))
        read = Company.objects.filter(code__startswith=f"T{number}-", name__startswith=firm(encoding)).count()
        tally.note(f"csv in {name}", (done.state, read) == ("done", 50))


def firm(encoding: str) -> str:
    """A name that the encoding can hold: Big5 has traditional characters only."""
    return "\u91cd\u6176\u57ce\u5efa" if encoding == "big5" else FIRM


if __name__ == "__main__":
    sys.exit(main())
