"""A copied database is what a migrated one would be."""

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from guanxi.config.settings import SQLITE_PRAGMAS
from tests.prepared import copies

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def sources(monkeypatch, tmp_path):
    """A program of one file, and a home of its own for its copies."""
    monkeypatch.setattr(copies, "HOME", tmp_path / "home")
    monkeypatch.setattr(copies, "ROOT", tmp_path)
    monkeypatch.setattr(copies, "SOURCES", (tmp_path / "program",))
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "models.py").write_text("first")
    (tmp_path / "requirements.txt").write_text("Django==5.2")
    copies.digest.cache_clear()
    copies.tables.cache_clear()
    yield tmp_path / "program" / "models.py"
    copies.digest.cache_clear()
    copies.tables.cache_clear()


@pytest.fixture
def file(tmp_path):
    """Makes connections to SQLite files as the program does."""
    from django.db.backends.sqlite3.base import DatabaseWrapper

    made = []

    def connect(name):
        pragmas = {"init_command": SQLITE_PRAGMAS.format(sync="NORMAL")}
        settings = {**connections["default"].settings_dict, "NAME": str(tmp_path / name), "OPTIONS": pragmas}
        made.append(DatabaseWrapper(settings, "default"))
        return made[-1]

    yield connect
    for one in made:
        one.close()


def rows(connection):
    with connection.cursor() as cursor:
        return cursor.execute("SELECT name FROM tree").fetchall()


def test_a_file_begins_as_the_copy_of_another(sources, file):
    first, second = file("first"), file("second")
    with copies.taking_turns():
        assert not copies.take(first, "one")
        with first.cursor() as cursor:
            cursor.execute("CREATE TABLE tree (name text)")
            cursor.execute("INSERT INTO tree VALUES ('fir')")
        copies.keep(first, "one")
        assert copies.take(second, "one")
    assert rows(first) == rows(second) == [("fir",)]


def test_a_changed_program_writes_anew_and_only_changed_migrations_make_the_tables_anew(sources, file):
    made = []

    def migrate():
        connection = made[-1][0]
        if not connection.introspection.table_names():
            made[-1].append("tables")
            with connection.cursor() as cursor:
                cursor.execute("CREATE TABLE tree (name text)")
        made[-1].append("rows")

    def told(name):
        made.append([file(name)])
        copies.fill(made[-1][0], migrate)
        return made[-1][1:]

    def change(path, text):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        copies.digest.cache_clear()
        copies.tables.cache_clear()

    assert told("first") == ["tables", "rows", "rows"]
    assert told("again") == []
    change(sources, "second")
    assert told("second") == ["rows"]
    change(sources.parent / "migrations" / "0001_initial.py", "third")
    assert told("third") == ["tables", "rows", "rows"]


def test_programs_and_test_runs_keep_copies_of_their_own(sources, file, monkeypatch):
    """Only in a database of a test run may events be deleted."""
    made = []
    copies.fill(file("of a test run"), lambda: made.append("tests"))
    monkeypatch.setattr(copies, "in_test_run", lambda: False)
    copies.digest.cache_clear()
    copies.tables.cache_clear()
    copies.fill(file("of a program"), lambda: made.append("program"))
    assert made == ["tests", "tests", "program", "program"]


def test_a_folder_is_made_once(sources, tmp_path):
    made = []

    def make():
        made.append("once")
        (tmp_path / "first" / "deep").mkdir(parents=True)
        (tmp_path / "first" / "deep" / "file").write_text("content")

    for name in ("first", "second"):
        copies.fill_folder(tmp_path / name, "demo", make)
    assert made == ["once"]
    assert (tmp_path / "second" / "deep" / "file").read_text() == "content"


def test_nothing_is_left_to_migrate_in_the_databases_of_the_tests():
    for alias in connections:
        executor = MigrationExecutor(connections[alias])
        assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
