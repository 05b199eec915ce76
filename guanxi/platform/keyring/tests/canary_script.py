"""Run as a program on databases of its own: account numbers go in by every door, then the bytes that lie on the disk are
searched for them; and a backup is restored where its keys are missing."""

import base64
import gzip
import json
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

#: Numbers that nothing else would hold: those that stay, are replaced, undone, waited with, searched for.
CANARIES = [f"62220202{number:04d}{number:04d}777" for number in range(7301, 7309)]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings_test")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment()
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0)
        call_command("createcachetable", database=alias, verbosity=0)
    plant()
    found = {"control": control(), "backup": in_backup(), "database": in_database(), "restore": elsewhere()}
    sys.stdout.write(json.dumps(found))


def plant() -> None:
    from django.db import transaction

    from guanxi.platform.access.actor import Actor
    from guanxi.platform.access.models import FieldRule, User
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands import held, selection
    from guanxi.platform.commands.executor import run
    from guanxi.platform.commands.undo import undo_events
    from guanxi.platform.entities import registry
    from guanxi.platform.entities.query import read_filter
    from guanxi.platform.events.sealer import seal
    from guanxi.platform.events.selectors import history
    from tests.fakes.models import Company
    from tests.organisation import Organisation

    chief = Organisation().everything()
    create, edit = commands.get("fakes.company.create"), commands.get("fakes.company.edit")
    stays, replaced, undone, bulk, waits, searched, keyed, last = CANARIES
    (pk,) = run(create, chief, inputs={"name": "Acme", "account": replaced}, key="once").ids
    run(edit, chief, ids=[pk], inputs={"account": stays}, key="twice")
    run(edit, chief, ids=[pk], inputs={"account": undone})
    undo_events(history("fakes.company", pk)[:1], chief)
    (other,) = run(create, chief, inputs={"name": "Birch", "account": keyed}, key="third").ids
    seen = selection.preview(edit, chief, ids=[other])
    selection.confirm(seen.selection, chief, {"account": bulk}, skip=False)
    with transaction.atomic():
        held.hold(edit, chief, [Company.objects.get(pk=other)], {"account": waits})
    FieldRule.objects.all().delete()
    masked = Actor.for_user(User.objects.get(pk=chief.user_id))
    read_filter(registry.get("fakes.company"), masked, ["eq", "account", searched])
    run(edit, chief, ids=[other], inputs={"remarks": f"control {last[:5]}"})
    while seal():
        pass


def control() -> list[Any]:
    """What went in can be read: the search below would find it were it there."""
    from guanxi.platform.commands.models import HeldCommand, Selection
    from tests.fakes.models import Company

    held, seen = HeldCommand.objects.get().inputs, Selection.objects.get().inputs
    return [
        Company.objects.get(name="Acme").account == CANARIES[0],
        held["account"] == CANARIES[4],
        seen["account"] == CANARIES[3],
    ]


def hits(name: str, data: bytes) -> list[str]:
    return [f"{number} in {name}" for number in CANARIES if number.encode() in data]


def in_backup() -> list[str]:
    from guanxi.platform.access.actor import System
    from guanxi.platform.keeping import services

    made = services.back_up(System("a test of canaries"))
    data = gzip.decompress(made.path.read_bytes())
    assert b"Birch" in data, "the backup cannot be searched"
    return hits(made.name, data)


def in_database() -> list[str]:
    from django.db import connection

    return list(in_postgresql() if connection.vendor == "postgresql" else in_sqlite())


def in_sqlite() -> Iterator[str]:
    """The files with their write-ahead logs, while they are open and after."""
    from django.conf import settings
    from django.db import connections

    names = [Path(str(one["NAME"])) for one in settings.DATABASES.values()]
    files = [path for name in names for path in name.parent.glob(f"{name.name}*")]
    assert any(path.name.endswith("-wal") for path in files), files
    found = {path.name: path.read_bytes() for path in files}
    assert any(b"Birch" in data for data in found.values()), "the files cannot be searched"
    for name, data in found.items():
        yield from hits(name, data)
    connections.close_all()
    for name in names:
        yield from hits(name.name, name.read_bytes())


def in_postgresql() -> Iterator[str]:
    """Every table as a dump writes it, and the files of the server where they can be read."""
    from django.db import connection

    with connection.cursor() as cursor:
        held = b""
        for table in connection.introspection.table_names(cursor):
            with cursor.copy(f"COPY {connection.ops.quote_name(table)} TO STDOUT") as copy:
                data = b"".join(bytes(piece) for piece in copy)
            held += data
            yield from hits(table, data)
        assert b"Birch" in held, "the tables cannot be searched"
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        )
        folder, oid = cursor.fetchone()
    for path in [*Path(folder, "base", str(oid)).glob("*"), *Path(folder, "pg_wal").glob("0*")]:
        if path.is_file():
            yield from hits(path.name, path.read_bytes())


def elsewhere() -> str:
    """What a restore says where the keys are others."""
    from django.conf import settings

    from guanxi.platform.access.actor import System
    from guanxi.platform.keeping import catalogue, services
    from guanxi.platform.keeping.errors import ArchiveError
    from tests.fakes.models import Company

    one, two = (base64.b64encode(secrets.token_bytes(32)).decode() for _again in range(2))
    settings.DATA_KEYS = f"index {one},1 {two}"
    try:
        services.restore(System("a test of canaries"), catalogue.backups()[0].path)
    except ArchiveError as error:
        settings.DATA_KEYS = ""
        assert Company.objects.get(name="Acme").account == CANARIES[0]
        return str(error)
    return "restored"


if __name__ == "__main__":
    main()
