"""The right to read the audit trail: the shipped auditor alone has it."""

from pathlib import Path

from guanxi.platform.access.role_defaults import role_defaults

role_defaults(Path(__file__).with_name("roles.json"))
