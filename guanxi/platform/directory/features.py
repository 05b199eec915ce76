"""What this room adds to the records of others: pins."""

from guanxi.platform.directory.pins import Pins
from guanxi.platform.entities.features import register_feature

register_feature(Pins())
