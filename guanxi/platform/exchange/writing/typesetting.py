"""The door to Typst: data goes as JSON to a short-lived process of its own, never as markup.

A long list takes hundreds of megabytes while it is set, which neither a web process nor a worker should keep.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

_PROCESS = Path(__file__).with_name("typst_process.py")
_SECONDS = 120


class TypesettingError(RuntimeError):
    """A document could not be set: too long for the limits of time or memory, or a fault of the template."""


def typeset(
    template: str,
    data: dict[str, Any],
    output: Literal["pdf", "png"] = "pdf",
    *,
    ppi: float = 144.0,
    tagged: bool = True,
) -> bytes:
    """Compile `templates/<template>.typ` with `data`, which the template reads from `sys.inputs.data`.

    Args:
        data: anything JSON can carry; texts in it are shown literally, whatever they contain.
        ppi: resolution of a PNG.
        tagged: with structure for screen readers; makes a long table ten times larger.

    Raises:
        TypesettingError: see there; its text is for the log.
    """
    order = {"template": template, "output": output, "ppi": ppi, "tagged": tagged, "data": data}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and script; data goes through standard input
            [sys.executable, "-I", str(_PROCESS)],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=_SECONDS,
            # More threads and allocator arenas only multiply the memory.
            env={**os.environ, "RAYON_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TypesettingError(f"Typesetting {template} took more than {_SECONDS} seconds.") from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace")[-2_000:]
        raise TypesettingError(f"Typesetting {template} ended with status {done.returncode}: {reason}")
    return done.stdout
