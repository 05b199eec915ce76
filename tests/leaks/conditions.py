"""What is exchanged while the matrix is asked: limits that its many requests would reach, and the typesetter."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.test import override_settings

from guanxi.platform.exchange.writing import pdf

#: Limits have tests of their own; here they would answer in the place of the gate.
SETTINGS: dict[str, Any] = {
    "API": {"rate": 0},
    "ACCESS": {"hourly": {"reveal": 1_000_000, "lookup": 1_000_000, "expression": 1_000_000, "similar": 1_000_000}},
    "EXPORT_APPROVAL": {"rows": 0, "sensitive": False},
}
#: A whole night is one sitting of people who have just confirmed who they are.
LASTING = {"confirm_seconds": 10**6, "idle_minutes": 10**4, "absolute_hours": 10**3}


def _as_data(template: str, data: dict[str, Any], *_args: Any, **_options: Any) -> bytes:
    """What the typesetter is given: words in a finished pdf are packed, and it takes a second."""
    return json.dumps(data, ensure_ascii=False, default=str).encode()


@contextmanager
def conditions() -> Iterator[None]:
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.ERROR)  # refusals are what is wanted; faults still tell where they come from
    try:
        with (
            override_settings(**SETTINGS, SIGNIN={**settings.SIGNIN, **LASTING}),
            patch.object(pdf, "typeset", _as_data),
        ):
            yield
    finally:
        log.setLevel(level)
