"""The rights over backups that the shipped roles get. Nobody's role lets them both make and take away."""

from pathlib import Path

from guanxi.platform.access.role_defaults import role_defaults

role_defaults(Path(__file__).with_name("roles.json"))
