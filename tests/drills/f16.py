"""F16, files made to hurt: each is refused within two seconds with a reason, or by a limit, by a reader of at most 512 MB
of its own.

    python3 -m tests.drills.f16 [--quick]
"""

import argparse
import io
import os
import pickle
import resource
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.drills.outcome import told

SECONDS, MEGABYTES = 2.0, 512
MILLION = 1_000_000
#: Refusals that mean: read until a limit was met.
LIMITS = {"too_many_rows", "spool_too_big", "out_of_memory", "out_of_time"}
UNTIL_A_LIMIT = {"4 million rows", "one endless cell"}
ENTITIES = '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without those that are read until they meet a limit")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.config.settings_test"
    lines, kept, slowest, largest = [], {}, 0.0, 0.0
    with tempfile.TemporaryDirectory(prefix="guanxi-f16-") as folder:
        for name, make in FILES.items():
            if options.quick and name in UNTIL_A_LIMIT:
                continue
            path = Path(folder) / f"{name.replace(' ', '-')}.xlsx"
            path.write_bytes(make())
            size = path.stat().st_size
            code, seconds, memory = apart(path)
            path.unlink()
            lines.append(f"  {name:<22} {size / 1024:10,.0f} KB  {code:<18} {seconds:5.2f} s  {memory:4.0f} MB\n")
            kept[name] = bool(code) and (seconds <= SECONDS or code in LIMITS) and memory <= MEGABYTES
            slowest, largest = max(slowest, seconds), max(largest, memory)
    sys.stdout.writelines(lines)
    return told(
        "F16", f"{sum(kept.values())} of {len(kept)} refused, slowest {slowest:.1f} s, reader {largest:.0f} MB", kept
    )


def apart(path: Path) -> tuple[str, float, float]:
    """Code of the refusal ("" if it was read), seconds, and megabytes of the reader: measured in a process of its own,
    which has no other children."""
    receive, send = os.pipe()
    pid = os.fork()
    if pid == 0:
        with os.fdopen(send, "wb") as pipe:
            pickle.dump(read(path), pipe)
        os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as pipe:
        found = pickle.load(pipe)
    os.waitpid(pid, 0)
    return found


def read(path: Path) -> tuple[str, float, float]:
    import django

    django.setup()
    from guanxi.platform.exchange.reading import Refusal, spool

    began, code = time.monotonic(), ""
    try:
        spool(path, path.name, path.with_suffix(".spool"))
    except Refusal as refusal:
        code = refusal.code
    seconds = time.monotonic() - began
    return code, seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def workbook(sheet: Iterator[bytes]) -> bytes:
    """A workbook whose one sheet is packed piece by piece."""
    from guanxi.platform.exchange.tests.reading.builders import MAIN, xlsx

    plain = zipfile.ZipFile(io.BytesIO(xlsx("")))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in plain.namelist():
            if not name.startswith("xl/worksheets/"):
                archive.writestr(name, plain.read(name))
        with archive.open("xl/worksheets/s0.xml", "w", force_zip64=True) as member:
            member.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for piece in sheet:
                member.write(piece)
            member.write(b"</sheetData></worksheet>")
    return target.getvalue()


def bomb() -> bytes:
    """Half a gigabyte of spaces in half a megabyte."""
    return workbook(b" " * MILLION for _ in range(550))


def liar() -> bytes:
    from guanxi.platform.exchange.tests.reading.builders import zip_bomb

    return zip_bomb(30 * MILLION)


def long_sheet() -> bytes:
    return workbook(b"<row><c><v>1</v></c></row>" * 10_000 for _ in range(400))


def long_cell() -> bytes:
    def pieces() -> Iterator[bytes]:
        yield b'<row><c t="inlineStr"><is><t>'
        for number in range(150):
            yield os.urandom(500).hex().encode() * 1000 if number % 10 == 0 else b"x" * MILLION
        yield b"</t></is></c></row>"

    return workbook(pieces())


def with_prolog(prolog: str) -> bytes:
    from guanxi.platform.exchange.tests.reading.builders import xlsx

    return xlsx("<row><c><v>1</v></c></row>", prolog=prolog)


def truncated() -> bytes:
    whole = workbook(b"<row><c><v>1</v></c></row>" * 1000 for _ in range(20))
    return whole[: len(whole) // 2]


def html() -> bytes:
    return b"<html><body><table>" + b"<tr><td>1</td></tr>" * 100_000 + b"</table></body></html>"


def nested() -> bytes:
    """Brackets within brackets, as deep as they come."""
    return workbook(iter([b"<row>" + b"<c>" * MILLION]))


def broken_stream() -> bytes:
    packed = bytearray(workbook(b"<row><c><v>1</v></c></row>" * 1000 for _ in range(20)))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = zlib.compress(b"?")[:40].ljust(40, b"\xff")
    return bytes(packed)


FILES: dict[str, Callable[[], bytes]] = {
    "zip bomb": bomb, "lying directory": liar, "4 million rows": long_sheet, "one endless cell": long_cell,
    "entity bomb": lambda: with_prolog(ENTITIES), "outside entity": lambda: with_prolog(OUTSIDE), "truncated": truncated,
    "HTML as a workbook": html, "a million brackets": nested, "broken stream": broken_stream,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
