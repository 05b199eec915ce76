"""Restoring: into a scratch database first, table by table and file by file compared, and only then into its place.

Verifying is the same way without the last step. An archive of an older version is loaded into the tables as they were
then, and migrated from there."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext_noop

from guanxi.platform.access import places
from guanxi.platform.files import storage
from guanxi.platform.keeping import catalogue, databases, tables
from guanxi.platform.keeping.archive import PIECE, Member, reading
from guanxi.platform.keeping.conf import keeping_settings
from guanxi.platform.keeping.errors import ArchiveError
from guanxi.platform.keeping.making import FORMAT, Progress, quiet

#: So many differences are named; more would not help.
NAMED = 10
Sink = Callable[[Member], tuple[int, str]]


@dataclass
class Report:
    """What an archive held and what was wrong with it. ``problems`` are in English, for administrators."""

    rows: int = 0
    tables: int = 0
    files: int = 0
    seconds: float = 0
    seq: int = 0
    made_at: str = ""
    problems: list[str] = field(default_factory=list)

    def say(self, problem: str) -> None:
        if len(self.problems) < NAMED:
            self.problems.append(problem)

    @property
    def problem(self) -> str:
        return "; ".join(self.problems)


# --- looking --------------------------------------------------------------------------------------------
def about(path: Path) -> dict[str, Any]:
    """What an archive says it is. Raises ArchiveError for what cannot be restored here."""
    with reading(path, keeping_settings().key) as members:
        return _checked(next(members))


def _checked(member: Member) -> dict[str, Any]:
    said = member.json()
    if said.get("format") != FORMAT:
        raise ArchiveError(
            gettext_noop("The backup was made by a newer version. Upgrade the program first."), code="newer"
        )
    return said


# --- verifying ------------------------------------------------------------------------------------------
def verify(path: Path, *, progress: Progress = quiet) -> Report:
    """Restore into a scratch database, compare everything, throw it away."""
    with _restored(path, _hashed, progress) as (alias, report):
        executor = MigrationExecutor(connections[alias])
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):  # else the tables are not today's yet
            for absent in places.missing(alias):
                report.say(absent)
        return report


@contextmanager
def restored(path: Path, *, progress: Progress = quiet) -> Iterator[tuple[str, Report]]:
    """The archive in a scratch database, brought up to the present version, its files in their place; ready to be
    exchanged. Raises ArchiveError if anything differs from what the archive promises."""
    with _restored(path, _stored, progress) as (alias, report):
        if report.problems:
            raise ArchiveError(
                gettext_noop("The backup is not whole: %(problem)s. Choose another one."),
                code="not_whole",
                problem=report.problem,
            )
        executor = MigrationExecutor(connections[alias])
        executor.migrate(executor.loader.graph.leaf_nodes())
        if absent := places.missing(alias):
            raise ArchiveError(
                gettext_noop(
                    "The backup was made with other data keys: %(problem)s. Bring them (GUANXI_DATA_KEYS), then restore it."
                ),
                code="data_keys",
                problem="; ".join(absent),
            )
        yield alias, report


@contextmanager
def _restored(path: Path, sink: Sink, progress: Progress) -> Iterator[tuple[str, Report]]:
    began, report, conf = time.perf_counter(), Report(), keeping_settings()
    with ExitStack() as stack:
        members = stack.enter_context(reading(path, conf.key))
        said = _checked(next(members))
        report.seq, report.made_at = said["seq"], str(said["made_at"])
        catalogue.ready(conf.folder)
        alias = stack.enter_context(databases.scratch(conf.folder))
        then = _migrate(alias, {(app, name) for app, name in said["migrations"]})
        models = {model._meta.label_lower: model for model in tables.kept_models(then)}
        _load(members, models, alias, sink, report, progress)
        report.seconds = time.perf_counter() - began
        yield alias, report


def _migrate(alias: str, wanted: set[tuple[str, str]]) -> Any:
    """Bring the scratch database to the state of the archive; gives the models as they were then."""
    executor = MigrationExecutor(connections[alias])
    graph = executor.loader.graph
    ours = {app.label for app in apps.get_app_configs()}
    unknown = {node for node in wanted - graph.nodes.keys() if node[0] in ours}
    if unknown:
        raise ArchiveError(
            gettext_noop("The backup was made by a newer version. Upgrade the program first."), code="newer"
        )
    wanted &= graph.nodes.keys()
    followed = {parent.key for node in wanted for parent in graph.node_map[node].parents if parent.key[0] == node[0]}
    targets = sorted(wanted - followed)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def _load(
    members: Iterator[Member], models: dict[str, Any], alias: str, sink: Sink, report: Report, progress: Progress
) -> None:
    """Rows into the scratch database, in one transaction since they point at each other; bytes into the sink."""
    digests = {label: tables.Digest() for label in models}
    files: dict[str, tuple[int, str]] = {}
    manifest: dict[str, Any] = {}
    with transaction.atomic(using=alias):
        for model in models.values():
            tables.clear(model, alias)
        for number, member in enumerate(members, 1):
            if member.kind == "table":
                if member.name not in models:
                    raise ArchiveError(
                        gettext_noop("The file is no backup of Guanxi, or it is damaged."), code="not_ours"
                    )
                tables.load(models[member.name], member.stream.read(), alias, digests[member.name])
            elif member.kind == "file":
                files[member.name] = sink(member)
            elif member.kind == "manifest":
                manifest = member.json()
            progress(number, 0)
        for label, model in models.items():
            if (number := manifest["tables"].get(label, {}).get("last_id")) is not None:
                tables.set_last_id(model, number, alias)
    _compare(manifest, models, digests, files, alias, report)


def _compare(
    manifest: dict[str, Any], models: dict[str, Any], digests: dict[str, tables.Digest], files: dict[str, tuple[int, str]],
    alias: str, report: Report,
) -> None:  # fmt: skip
    """What the archive promised, what came out of it, and what now stands in the database: all three must agree."""
    for label, promised in manifest["tables"].items():
        if label not in models:
            report.say(f"{label} is unknown")
            continue
        stands = tables.digest_of(models[label], alias)
        for found, where in ((digests[label], "archive"), (stands, "database")):
            if found.summary() != {"rows": promised["rows"], "sha256": promised["sha256"]}:
                report.say(
                    f"{label}: {found.rows} of {promised['rows']} rows agree in the {where}, or their content differs"
                )
        report.rows += stands.rows
        report.tables += 1
    for name, promised in manifest["files"].items():
        if files.get(name) != (promised["size"], promised["sha256"]):
            report.say(f"file {name} is missing or differs")
    report.files = len(files)


# --- bytes ----------------------------------------------------------------------------------------------
def _hashed(member: Member) -> tuple[int, str]:
    """Read a file and forget it."""
    digest, size = hashlib.sha256(), 0
    while piece := member.stream.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


def _stored(member: Member) -> tuple[int, str]:
    """Put a file into its place, unless it lies there already; names are random, so the same name is the same file."""
    target = storage.path_of(member.name)
    if target.is_file() and target.stat().st_size == member.size:
        return _hashed(member)
    target.parent.mkdir(parents=True, exist_ok=True)
    growing = target.with_name(f".{target.name}.part")
    digest, size = hashlib.sha256(), 0
    with growing.open("wb") as file:
        while piece := member.stream.read(PIECE):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
        file.flush()
        os.fsync(file.fileno())
    growing.replace(target)
    return size, digest.hexdigest()
