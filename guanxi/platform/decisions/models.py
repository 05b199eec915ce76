"""Rules of the house as decision models: what is decided, the versions of its tables, the cases that they must answer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.platform.access.models.record import Line
from guanxi.platform.decisions.choices import State
from guanxi.platform.refdata.fields import LabelsField, PinyinField, label_of

#: Characters of a decision model.
LONGEST = 500_000


class Decision(models.Model):
    """One question that is answered by rules. ``key`` is the name under which the program asks it; it never changes."""

    labels = LabelsField(_("Name"))
    pinyin = PinyinField(of="labels", db_index=True)
    key = models.CharField(
        _("Key"), max_length=40, blank=True, unique=True,
        help_text=_("The name under which processes and REST ask for it. Left empty, it follows the name."),
    )  # fmt: skip
    remarks = models.TextField(_("What it decides"), blank=True, max_length=2_000)
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        default_permissions = ()

    def __str__(self) -> str:
        return label_of(self.labels, self.key)


class DecisionVersion(Line):
    """The model (DMN) with which a decision is answered from ``valid_from`` on. What was published is never changed."""

    decision = models.ForeignKey(
        Decision, models.CASCADE, related_name="versions", verbose_name=pgettext_lazy("rules", "Decision")
    )
    number = models.PositiveIntegerField(_("Version number"), default=0, editable=False)
    note = models.CharField(_("What is new"), max_length=200, blank=True)
    source = models.TextField(
        _("Model"), max_length=LONGEST, blank=True,
        help_text=_("The file of a decision model (DMN). Left empty, it is that of the latest version."),
    )  # fmt: skip
    answer = models.CharField(
        _("Decision that answers"), max_length=200, blank=True,
        help_text=_("Its name in the model. Left empty, it is the one that no other needs."),
    )  # fmt: skip
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    valid_from = models.DateField(_("Valid from"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("Published at"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("Published by"), editable=False,
    )  # fmt: skip

    class Meta(Line.Meta):
        verbose_name = _("version of a decision")
        verbose_name_plural = _("versions of decisions")
        # Two drafts begun at once would have the same number: the second one is refused.
        constraints = [models.UniqueConstraint(fields=["decision", "number"], name="decisions_version_once")]

    def __str__(self) -> str:
        return f"{self.decision} {self.number}"


class DecisionCase(Line):
    """An example with its right answer; both are written in FEEL. No version is published that answers otherwise."""

    decision = models.ForeignKey(
        Decision, models.CASCADE, related_name="cases", verbose_name=pgettext_lazy("rules", "Decision")
    )
    name = models.CharField(_("Name"), max_length=100)
    given = models.TextField(_("What is given"), max_length=4_000, help_text=_('Such as: {amount: 1200, tier: "A"}'))
    expected = models.TextField(_("Right answer"), max_length=4_000, help_text=_('Such as: "gold", 0.05 or null'))

    class Meta(Line.Meta):
        verbose_name = _("test case of a decision")
        verbose_name_plural = _("test cases of decisions")

    def __str__(self) -> str:
        return self.name
