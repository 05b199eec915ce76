"""Where a kind of record of one's own stands and how it is drawn."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MenuGroup(models.TextChoices):
    """The groups of the menu in which a kind of record of one's own can stand."""

    CUSTOMERS = "customers", _("Customers")
    SALES = "sales", _("Sales")
    SERVICE = "service", _("Service")
    MARKETING = "marketing", _("Marketing")
    PARTNERS = "partners", _("Partners")
    CENTRE = "centre", _("Service centre")
    ANALYSIS = "analysis", _("Analysis")


class Icon(models.TextChoices):
    """Icons for kinds of record, a choice of those that are there."""

    FOLDER = "folder", _("Folder")
    CONTRACT = "contract", _("Contract")
    FILE = "file-text", _("Document")
    INVOICE = "file-invoice", _("Invoice")
    CLIPBOARD = "clipboard-list", _("Clipboard")
    CHECKLIST = "checklist", _("Checklist")
    CERTIFICATE = "certificate", _("Certificate")
    CALENDAR = "calendar-event", _("Event")
    TOOL = "tool", _("Tool")
    PACKAGE = "package", _("Package")
    TRUCK = "truck", _("Truck")
    CAR = "car", _("Car")
    MAP_PIN = "map-pin", _("Place")
    BUILDING = "building", _("Building")
    STORE = "building-store", _("Shop")
    FACTORY = "building-factory-2", _("Factory")
    SERVER = "server", _("Server")
    ROUTE = "route", _("Route")
    GLOBE = "world", _("Globe")
    PHONE = "phone", _("Phone")
    COINS = "coins", _("Money")
    GIFT = "gift", _("Gift")
    TICKET = "ticket", _("Ticket")
    TARGET = "target", _("Target")
    TROPHY = "trophy", _("Trophy")
    FLAG = "flag", _("Flag")
    STAR = "star", _("Star")
    USERS = "users", _("People")
    SCHOOL = "school", _("Training")
    SCALE = "scale", _("Law")


class Level(models.TextChoices):
    """What a role may do with the records of a kind; finer shades are set at the role."""

    SEE = "see", _("See")
    WORK = "work", _("See, create, edit")
    EVERYTHING = "everything", _("Everything, with delete, import and export")


#: What each level allows.
ACTIONS = {
    Level.SEE: ["view"],
    Level.WORK: ["view", "create", "edit", "tag"],
    Level.EVERYTHING: ["*"],
}


class Reach(models.TextChoices):
    """How far a role reaches, as at the role itself."""

    OWN = "own", _("Own records")
    DEPARTMENT = "department", _("Own department")
    SUBTREE = "subtree", _("Department and below")
    REGION = "region", _("Own region and below")
    ALL = "all", _("All records")
