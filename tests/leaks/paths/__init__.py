"""The paths of the matrix, by door and purpose. Importing this package registers them."""

from tests.leaks.paths import (  # noqa: F401
    beside,
    changes,
    duplicates,
    files,
    pages,
    records,
    reports,
    rest,
    rest_changes,
    search,
)
