"""sqlmap at level 2: the parameters of lists, counts, groups, histories, exports and searches, on pages and with a token,
none of which may reach the database as SQL (N20).

All kinds of record share their views, so that a few kinds stand for all: one with most sorts of fields, one of facts.
First of all sqlmap must find the hole that is made on purpose (urls.py).

Run: python3 -m tests.attacks.sqlmap [text in the address]. Needs .venv-nightly (run.py nightly)."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.attacks.target import NIGHTLY, Target, target

HOLE = ("/api/planted/?q=a", "q")
#: Seconds for one address; one that takes longer counts as not attacked.
WITHIN = 1200
LIST = "/customers/customer/"
#: (address, the parameters that are attacked; a * in the address stands where the attack goes in).
ADDRESSES: tuple[tuple[str, str], ...] = (
    (f"/api{LIST}?q=a&sort=name&fields=name&limit=10", "q,sort,fields,limit"),
    (f"/api{LIST}?limit=1&cursor=next-a*", ""),
    (f'/api{LIST}?filter=["contains","name","a*"]', ""),
    (f'/api{LIST}?filter=["eq","a*","x"]', ""),
    (f"/api{LIST}count/?q=a&count=exact", "q,count"),
    (f"/api{LIST}groups/?by=tier&total=registered_capital&q=a", "by,total,q"),
    (f"/api{LIST}1*/", ""),
    (f"/api{LIST}1/history/?cursor=1&limit=5", "cursor,limit"),
    ("/api/audit/event/?q=a&sort=id", "q,sort"),
    (f"{LIST}?q=a&sort=name&columns=name,tier&view=1", "q,sort,columns,view"),
    (f'{LIST}?filter=["contains","name","a*"]', ""),
    (f"{LIST}?layout=group&group=tier&q=a", "layout,group,q"),
    (f"{LIST}count/?q=a&exact=1", "q,exact"),
    (f"{LIST}print/?q=a&sort=name&columns=name", "q,sort,columns"),
    (f"/pick{LIST}?q=a", "q"),
    ("/palette/?q=a", "q"),
    ("/audit/event/?q=a&sort=id", "q,sort"),
    ("/inbox/?before=9&show=all", "before,show"),
    ("/jobs/?before=9&show=all", "before,show"),
)


def attack(on: Target, wanted: str = "") -> int:
    """Attack each address and print one line of figures; 0 if no parameter gives way, the server had no fault, and the
    hole made on purpose was found."""
    chosen = [one for one in ADDRESSES if wanted in one[0]]
    found: list[str] = []
    silent: list[str] = []
    with tempfile.TemporaryDirectory(prefix="guanxi-sqlmap-") as folder:
        deaf = "sqlmap identified" not in _run(on, *HOLE, Path(folder) / "hole", "BU")  # one by time takes minutes
        for number, (address, parameters) in enumerate(chosen):
            text = _run(on, address, parameters, Path(folder) / str(number))
            if "sqlmap identified" in text:
                found.append(address)
            elif "do not appear to be injectable" not in text:
                silent.append(address)
    for text, addresses in (("GIVES WAY", found), ("NOT ATTACKED", silent)):
        sys.stdout.writelines(f"{text}  {address}\n" for address in addresses)
    hole = "the planted hole not found" if deaf else "the planted hole found"
    told = f"{hole}, {len(chosen)} addresses, {len(found)} give way, {len(silent)} not attacked, {on.faults()} faults"
    sys.stdout.write(f"\nsqlmap: {told}\n")
    return int(bool(deaf or found or silent) or on.faults() > 0)


def _run(on: Target, address: str, parameters: str, folder: Path, techniques: str = "BEUST") -> str:
    """What sqlmap says of the parameters of one address."""
    headers = on.header if address.startswith("/api/") else f"Cookie: {on.cookie}"
    command = [
        str(NIGHTLY / "sqlmap"), "-u", on.url + address, "--headers", headers, "--batch", "--level", "2", "--risk", "1",
        "--technique", techniques, "--threads", "2", "--time-sec", "2", "--disable-coloring", "--flush-session",
        "--ignore-code", "400,404", "--output-dir", str(folder), *(("-p", parameters) if parameters else ()),
    ]  # fmt: skip
    sys.stdout.write(f"\n── {address}  {parameters}\n")
    sys.stdout.flush()
    with (folder.with_suffix(".txt")).open("w+") as output:
        try:
            subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False, timeout=WITHIN
            )
        except subprocess.TimeoutExpired:
            return f"longer than {WITHIN} s"
        finally:
            output.seek(0)
            text = output.read()
            sys.stdout.write(text)
    return text


if __name__ == "__main__":
    with target() as one:
        sys.exit(attack(one, *sys.argv[1:2]))
