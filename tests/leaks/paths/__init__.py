"""The paths of the matrix, by door and purpose. Importing this package registers them."""

from tests.leaks.paths import beside, changes, files, pages, records, rest, rest_changes  # noqa: F401
