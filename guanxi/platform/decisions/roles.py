"""The rights on decisions that are shipped."""

from pathlib import Path

from guanxi.platform.access.role_defaults import role_defaults

role_defaults(Path(__file__).with_name("roles.json"))
