"""What an error of the database means for whoever waits, once per dialect."""

from enum import StrEnum

from django.db import InterfaceError, OperationalError


class Fault(StrEnum):
    """A state of the database that passes: the same request may succeed later, or a lighter one at once."""

    AWAY = "away"  # cannot be reached, or went away in the middle
    BUSY = "busy"  # too many at once, or another transaction was given the lock
    FULL = "full"  # no room left on its disk
    HEAVY = "heavy"  # the statement took longer than this process may (patience)


#: PostgreSQL: serialization failure and deadlock. The loser may simply begin again.
LOST_FIGHTS = frozenset({"40001", "40P01"})
_POSTGRESQL = {
    **dict.fromkeys(LOST_FIGHTS, Fault.BUSY),
    "55P03": Fault.BUSY,  # a lock was not to be had
    "53300": Fault.BUSY,  # too many connections
    "53100": Fault.FULL,
    "57014": Fault.HEAVY,
    "57P01": Fault.AWAY,  # stopped by its administrator, crashed, or not yet there
    "57P02": Fault.AWAY,
    "57P03": Fault.AWAY,
}
_CONNECTION_CLASS = "08"
_SQLITE = {5: Fault.BUSY, 6: Fault.BUSY, 9: Fault.HEAVY, 13: Fault.FULL, 14: Fault.AWAY}
_SQLITE_PRIMARY = 0xFF  # extended codes carry the primary one in their lowest byte


def fault_of(error: BaseException | None) -> Fault | None:
    """What is the matter with the database; None if the error, or what caused it, says something else."""
    while error is not None and not isinstance(error, OperationalError | InterfaceError):
        error = error.__cause__ or error.__context__
    if error is None:
        return None
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & _SQLITE_PRIMARY)
    state = getattr(error.__cause__, "sqlstate", None)
    if not state or state.startswith(_CONNECTION_CLASS):  # without a state nobody answered
        return Fault.AWAY
    return _POSTGRESQL.get(state)


def lost_a_lock_fight(error: BaseException) -> bool:
    """Whether the database gave up this transaction in favour of another one, so that it may begin again at once."""
    return getattr(error.__cause__, "sqlstate", None) in LOST_FIGHTS
