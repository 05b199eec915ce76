"""Enumerations of the reference data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegionLevel(models.IntegerChoices):
    """Levels of GB/T 2260."""

    PROVINCE = 1, _("Province")
    CITY = 2, _("City")
    COUNTY = 3, _("County")


class IndustryLevel(models.IntegerChoices):
    """Levels of GB/T 4754; sections and divisions are shipped, the finer two are the users' own."""

    SECTION = 1, _("Industry section")
    DIVISION = 2, _("Industry division")
    GROUP = 3, _("Industry group")
    CLASS = 4, _("Industry class")
