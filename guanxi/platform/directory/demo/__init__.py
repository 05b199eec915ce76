"""The demonstration: an invented telecom operator with its people, and the frame in which modules add their data.

A module brings a ``demo`` with ``fill(demo: Demo) -> None``; modules fill in the order in which they are installed.
Names, codes, numbers and addresses are invented: telephone numbers come from blocks that no operator has given out,
credit codes and identity numbers name regions that do not exist, mail goes to ``.example``.
"""

from guanxi.platform.directory.demo.accounts import Account, read_accounts, write_accounts
from guanxi.platform.directory.demo.filling import Demo, DemoError, fill_all, system_at
from guanxi.platform.directory.demo.names import Names
from guanxi.platform.directory.demo.organisation import Organisation, Staff
from guanxi.platform.directory.demo.worktime import WorkTime

__all__ = [
    "Account",
    "Demo",
    "DemoError",
    "Names",
    "Organisation",
    "Staff",
    "WorkTime",
    "fill_all",
    "read_accounts",
    "system_at",
    "write_accounts",
]
