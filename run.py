#!/usr/bin/env python3
"""The one entry to Guanxi: python3 run.py --help. Standard library only; the work is done in tools/."""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Guanxi needs Python 3.11 or newer; this is %d.%d. Debian: apt install python3 python3-venv"
        % sys.version_info[:2]
    )

import argparse
import signal
from collections.abc import Mapping, Sequence
from functools import partial

from tools import assets, checks, cleaning, demo, drills, environment, locks, nightly, postgres, sbom, shell, testing

#: Command → its text, the program, settings of a private PostgreSQL server.
PASSED_ON: dict[str, tuple[str, list[str], Mapping[str, str]]] = {
    "bench": (
        "measure lists, records, import and export (arguments go to bench/run.py)",
        ["bench/run.py"],
        postgres.DURABLE,
    ),
    "leaks": (
        "ask every path that shows or changes data as those who may and those who may not; --full, --without RULE",
        ["-m", "tests.leaks"],
        {},
    ),
    "shots": (
        "take pictures of the main screens; those of the documentation go to docs/shots (arguments go to tools/shots.py)",
        ["tools/shots.py"],
        {},
    ),
}


def parser() -> argparse.ArgumentParser:
    """Every command with its options; a command's function is in ``act``."""
    top = argparse.ArgumentParser(
        prog="run.py",
        allow_abbrev=False,
        description="Guanxi: customer management. Without a command it sets itself up and starts the demonstration.",
        epilog="Each command explains itself: python3 run.py COMMAND --help. Settings: docs/settings.md.",
    )
    _address(top, port=8000, host="127.0.0.1")
    top.set_defaults(act=lambda o, rest: demo.demo(o.host, o.port))
    commands = top.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False)

    one = command("demo", "set up and start the demonstration with invented data (the default)")
    _address(one)
    one.set_defaults(act=lambda o, rest: demo.demo(o.host, o.port))

    one = command("test", "set up and run the tests; further arguments go to pytest")
    one.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite", help="database of the tests")
    one.add_argument("--browser", action="store_true", help="run the browser tests instead (needs Chromium)")
    one.set_defaults(act=lambda o, rest: testing.test(o.db, o.browser, rest), passes_on=True)

    one = command("drills", "break things on purpose and say whether the promises of docs/reliability.md are kept")
    one.add_argument("names", nargs="*", metavar="NAME", help="only these, such as f07")
    one.add_argument("--short", action="store_true", help="the short forms, as in the continuous integration")
    one.add_argument("--db", choices=drills.BOTH, action="append", help="only on this database")
    one.set_defaults(act=lambda o, rest: drills.drills(o.names, o.short, o.db or drills.BOTH))

    one = command("serve", "start the web server on the database of DATABASE_URL, without demonstration data")
    _address(one)
    one.add_argument("--workers", type=int, default=1, metavar="N", help="web processes (default 1)")
    one.set_defaults(act=lambda o, rest: demo.serve(o.host, o.port, o.workers))

    one = command("worker", "start the process that runs jobs, beside `serve`")
    one.set_defaults(act=lambda o, rest: demo.worker())

    one = command("backup", "make a backup of the database of DATABASE_URL and verify it by restoring")
    one.set_defaults(act=lambda o, rest: _manage("backup", rest), passes_on=True)

    one = command("backups", "list the backups")
    one.set_defaults(act=lambda o, rest: _manage("backups", rest), passes_on=True)

    one = command("restore", "restore a backup by its name or path; --verify-only changes nothing")
    one.set_defaults(act=lambda o, rest: _manage("restore", rest), passes_on=True)

    one = command("keys", "show the data keys and what they protect; rotate, drop NUMBER, check")
    one.set_defaults(act=lambda o, rest: _manage("data_keys", rest), passes_on=True)

    one = command("verify", "verify the audit trail; names the first row that was touched and ends with 1")
    one.set_defaults(act=lambda o, rest: _venv(["manage.py", "verify_audit", *rest]), passes_on=True)

    one = command("check", "lint, format, types, layers, security, migrations and translations")
    one.add_argument("only", nargs="*", metavar="NAME", help="only these: " + ", ".join(checks.NAMES))
    one.set_defaults(act=lambda o, rest: checks.check(o.only))

    one = command("census", "count entities, lines, cycles and typed functions per module")
    one.set_defaults(act=lambda o, rest: _venv_module("tools.census"))

    one = command(
        "tck", "run the public test cases of DMN in a folder: python3 run.py tck FOLDER; --failed lists failures"
    )
    one.set_defaults(act=lambda o, rest: _venv(["-m", "tools.tck", *rest]), passes_on=True)

    for name, (text, script, server) in PASSED_ON.items():
        one = command(name, text)
        one.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite", help="database to use")
        one.set_defaults(act=partial(_script, script, server), passes_on=True)

    one = command(
        "nightly", "what takes too long for every change: all leaks, drills, attacks; figures go to docs/reliability.md"
    )
    one.add_argument("only", nargs="*", metavar="PART", help="only parts with this in their name")
    one.set_defaults(act=lambda o, rest: nightly.nightly(o.only))

    one = command("translate", "bring the .po files up to date with the code; Traditional Chinese is derived")
    one.set_defaults(act=lambda o, rest: _venv_module("tools.translations", "update"))

    one = command("lock", "resolve requirements*.in anew into requirements*.txt (needs uv)")
    one.set_defaults(act=lambda o, rest: locks.lock())

    one = command("sbom", "write the list of parts (CycloneDX) with the hashes of the lock files")
    one.set_defaults(act=lambda o, rest: sbom.write(shell.ROOT))

    one = command("clean", "remove what was built; data in var/ stays")
    one.add_argument("--all", action="store_true", help="also the environment, node packages and demonstration data")
    one.set_defaults(act=lambda o, rest: cleaning.clean(everything=o.all))
    return top


def _address(one: argparse.ArgumentParser, port: object = argparse.SUPPRESS, host: object = argparse.SUPPRESS) -> None:
    """The address options; those of a command must not undo what was said before its name, so they have no default."""
    one.add_argument("--port", type=int, default=port, metavar="N", help="port of the web server (default 8000)")
    one.add_argument("--host", default=host, help="address to listen on (default 127.0.0.1)")


def _venv(arguments: Sequence[str]) -> int:
    environment.ready()
    return shell.call([environment.PYTHON, *arguments])


def _venv_module(module: str, *arguments: str) -> int:
    environment.ready("requirements-dev.txt")
    return shell.call([environment.PYTHON, "-m", module, *arguments])


def _manage(name: str, arguments: Sequence[str]) -> int:
    environment.ready()
    return shell.call([environment.PYTHON, "manage.py", name, *arguments])


def _script(
    script: Sequence[str], server: Mapping[str, str], options: argparse.Namespace, arguments: Sequence[str]
) -> int:
    environment.ready("requirements-dev.txt")
    assets.ready()
    with postgres.database(options.db, **server) as extra:
        return shell.call([environment.PYTHON, *script, *arguments], extra)


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    :returns: exit status; 0 is success
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores SIGHUP on purpose
            signal.signal(number, shell.interrupt)
    shell.keep_bytecode()
    options, rest = parser().parse_known_args(arguments)
    if rest and not getattr(options, "passes_on", False):
        parser().error("unknown arguments: " + " ".join(rest))
    try:
        return options.act(options, rest)
    except shell.Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
