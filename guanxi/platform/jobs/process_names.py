"""The names workers sign their claims with, and whether the process behind a name is known to be dead.

Nobody need wait for a lease to run out when its holder was a process of this machine that no longer exists: that is what
`kill -9` and the supervisor's next start look like. Being wrong would cost a restart, never a row (``claims``).
"""

import hashlib
import os
import platform
import secrets
from functools import cache
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
NUMBERING = Path("/proc/self/ns/pid")


@cache
def _place() -> str:
    """The machine since it was started, and the container: where the number of a process means the same process.
    Empty on systems that do not say."""
    try:
        told = BOOT.read_text() + str(NUMBERING.readlink())
    except OSError:
        return ""
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def own_name() -> str:
    """A name for one worker of this process."""
    return f"{platform.node()[:50]}:{_place()}:{os.getpid()}:{secrets.token_hex(4)}"


def known_dead(name: str) -> bool:
    """Whether that worker's process lived here and is gone. False is no proof that it lives."""
    _host, _colon, rest = name.partition(":")
    place, _colon, rest = rest.partition(":")
    number = rest.partition(":")[0]
    if not place or place != _place() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
