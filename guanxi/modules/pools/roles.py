"""What the shipped roles may do with public pools."""

from pathlib import Path

from guanxi.platform.access.role_defaults import role_defaults

role_defaults(Path(__file__).with_name("roles.json"))
