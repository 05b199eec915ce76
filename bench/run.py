"""The benchmark: python3 run.py bench [--db postgres] [--smoke] …

Loads a fresh database of a fixed seed, starts the real web server and worker on it, and measures pages, forms, REST,
import and export, each beside what bare tools need for the same data in the same run. The machine decides the
times; the ratios are what can be compared.
"""

import argparse
import json
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # the folder of this file is no place to import from

from bench import kept
from tools import shell

OUT = ROOT / "bench" / "out"
FULL, SMOKE = 100_000, 3_000
#: Requests in a round, and rounds.
FULL_ROUNDS, SMOKE_ROUNDS = (20, 3), (6, 3)


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="run.py bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    found.add_argument("--size", type=int, metavar="N", help=f"customers; contacts are twice as many (default {FULL})")
    found.add_argument(
        "--smoke", action="store_true", help="small and short; fails where a ratio is twice the baseline's"
    )
    found.add_argument(
        "--only", metavar="TEXT", nargs="+", default=[""], help="only figures whose name contains one of these"
    )
    found.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    found.add_argument(
        "--renew-baseline", action="store_true", help="with --smoke: write the ratios into baseline.json"
    )
    found.add_argument(
        "--keep",
        action="store_true",
        help="begin from what an earlier run loaded, although the tables may have changed since; migrations run on it",
    )
    found.add_argument(
        "--growth", type=Path, nargs="+", metavar="FILE", help="only compare reports of --json of several sizes"
    )
    found.add_argument("--profile", action="store_true", help="profile every page, not only those that miss their aim")
    return found


def main() -> int:
    options = parser().parse_args()
    if options.renew_baseline and not options.smoke:
        parser().error("the baseline is made of the smoke run's ratios: add --smoke")
    if options.growth:
        return _growth(options.growth)
    size = options.size or (SMOKE if options.smoke else FULL)
    database = "postgres" if os.environ.get("DATABASE_URL") else "sqlite"
    folder = OUT / f"{database}-{size}"
    _prepare(folder, size, keep=options.keep)

    from bench import figures as reports
    from bench.suite import Suite

    suite = Suite(
        folder, size, *(SMOKE_ROUNDS if options.smoke else FULL_ROUNDS), only=options.only, smoke=options.smoke
    )
    baseline = reports.read_baseline(database) if options.smoke and not options.renew_baseline else {}
    found = suite.measure()
    slow = reports.worse(found, baseline)
    if slow:
        print(f"Measured again: {', '.join(figure.name for figure in slow)}", flush=True)
        again = {figure.name: figure for figure in suite.measure_again(slow)}
        found = [again.get(figure.name, figure) for figure in found]
        slow = reports.worse(found, baseline)
    text = reports.table(found)
    print(f"\n{text}\n")
    report = folder / "report.md"
    profiles = suite.profiles(everything=options.profile) if options.profile or not options.smoke else []
    report.write_text("\n".join([f"# {database}, {size:,} customers, {_machine()}", "", text, "", *profiles]))
    print(f"Report: {report.relative_to(ROOT)}")
    if options.json:
        data = {"size": size, "database": database, "machine": _machine(), "figures": reports.as_data(found)}
        options.json.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    if options.renew_baseline:
        reports.renew_baseline(database, found)
    for figure in slow:
        print(f"FAILED: {figure.name}: {figure.ratio:.1f} times its yardstick, the baseline is {baseline[figure.name]}")
    for failure in suite.failed:
        print(f"FAILED: {failure}")
    return 1 if slow or suite.failed else 0


def _growth(files: list[Path]) -> int:
    """Fails where something grows faster than n log n."""
    from bench import growth

    text, faster = growth.table(files)
    print(text)
    for name in faster:
        print(f"FAILED: {name} grows faster than n log n")
    return 1 if faster else 0


def _machine() -> str:
    cores = len(os.sched_getaffinity(0))
    return f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores, load {os.getloadavg()[0]:.1f}"


def _prepare(folder: Path, size: int, *, keep: bool) -> None:
    """A fresh data folder and database with ``size`` customers, or the copy of an earlier run."""
    data, template = folder / "data", folder / "template"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    os.environ.update(GUANXI_DATA_DIR=str(data), GUANXI_LOG_FORMAT="plain", GUANXI_LOG_LEVEL="WARNING", GUANXI_LIVE="0")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    ready = kept.take(template, data, as_it_is=keep)

    import django

    django.setup()
    from django.db import connection

    from bench import loading
    from tests.prepared import copies
    from tools.prepare import prepare

    sqlite = connection.vendor == "sqlite"
    if not sqlite:
        ready = ready and copies.take(connection, f"bench_{size}")
    if not ready:
        copies.fill_all()
    prepare()
    if ready:
        return
    print(f"Loading {size:,} customers and {2 * size:,} contacts …", flush=True)
    try:
        loading.load(size, lambda text: print(text, flush=True))
    except loading.NotEmpty as refusal:
        sys.exit(str(refusal))
    if sqlite:
        loading.close()
    if copies.lasting(connection):
        kept.keep(data, template)
        if not sqlite:
            copies.keep(connection, f"bench_{size}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, shell.interrupt)  # so that the server and the worker are stopped with us
    sys.exit(main())
