"""From a checked expression to conditions and values of the ORM, with the same answers as the evaluator on SQLite and on
PostgreSQL. What cannot be the same is refused (NotInSql)."""

from guanxi.platform.feel.sql.compiling import Columns, condition, value
from guanxi.platform.feel.sql.pairs import Pair
from guanxi.platform.feel.sql.tables import table_value
from guanxi.platform.feel.sql.terms import NotInSql, SqlColumn, Term

__all__ = ["Columns", "NotInSql", "Pair", "SqlColumn", "Term", "condition", "table_value", "value"]
