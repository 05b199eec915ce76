"""A throw-away installation for a drill: its own folder, its own database, settings of the tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import django

from tools.shell import ROOT, keep_bytecode

HOME = ROOT / "var" / "drills"


@contextmanager
def installation(folder: Path | None = None, url: str = "") -> Iterator[Path]:
    """Set Django up on an empty, migrated database; gives the data folder. One per process. ``url`` is a database to be
    used as it is, for drills that bring a server of their own."""
    HOME.mkdir(parents=True, exist_ok=True)
    data = folder or Path(tempfile.mkdtemp(prefix="drill-", dir=HOME))
    os.environ.update(GUANXI_DATA_DIR=str(data), GUANXI_LOG_LEVEL="CRITICAL", GUANXI_LOG_FORMAT="plain")
    os.environ.setdefault("GUANXI_BACKUP_KEY", "a passphrase for a drill")
    os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.config.settings_test"
    keep_bytecode()
    with nullcontext(url) if url else _database() as chosen:
        os.environ["DATABASE_URL"] = chosen
        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connections

        settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
        for alias in settings.DATABASES:
            call_command("migrate", database=alias, verbosity=0)
            call_command("createcachetable", database=alias, verbosity=0)
        try:
            yield data
        finally:
            connections.close_all()
            if folder is None:
                shutil.rmtree(data, ignore_errors=True)


@contextmanager
def _database() -> Iterator[str]:
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield ""
        return
    import psycopg
    from psycopg import sql

    name = f"drill_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
