"""Fields that administrators add to kinds of record, the choices they offer, rules over fields, layouts of pages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.models.record import Line
from guanxi.platform.access.words import WordsField
from guanxi.platform.customizing.choices import Color, Effect, FieldKind, Index, Result
from guanxi.platform.refdata.fields import LabelsField, PinyinField, label_of


class CustomField(models.Model):
    """One field of one kind of record. ``key`` names its value in the records' JSON column and never changes; a field
    that is no longer ``active`` is nowhere shown, its values stay. ``start`` is the text of the value that new records
    begin with."""

    entity = models.CharField(_("Kind of record"), max_length=100)
    labels = LabelsField(_("Name"))
    pinyin = PinyinField(of="labels", db_index=True)
    key = models.CharField(
        _("Key"),
        max_length=40,
        blank=True,
        help_text=_("The name in REST and imports. Left empty, it follows the name."),
    )
    kind = models.CharField(_("Kind of value"), max_length=12, choices=FieldKind, default=FieldKind.TEXT)
    help = models.CharField(_("Hint below the field"), max_length=200, blank=True)
    required = models.BooleanField(_("Must be filled"), default=False)
    start = models.CharField(
        _("New records begin with"), max_length=200, blank=True, help_text=_("As you would type it into the field.")
    )
    max_length = models.PositiveSmallIntegerField(
        _("Longest text"), null=True, blank=True, help_text=_("For text: 1 to 400 characters, 200 if empty.")
    )
    decimals = models.PositiveSmallIntegerField(
        _("Decimal places"), null=True, blank=True, help_text=_("For decimal numbers: 0 to 4, 2 if empty.")
    )
    target = models.CharField(_("Leads to"), max_length=100, blank=True, help_text=_("For links: the kind of record."))
    formula = models.TextField(
        _("Formula"), max_length=2_000, blank=True,
        help_text=_("An expression over the keys of other fields, such as: employees * 12"),
    )  # fmt: skip
    gives = models.CharField(_("Gives"), max_length=12, choices=Result, default=Result.NONE, blank=True, editable=False)
    sensitivity = models.CharField(
        _("Sensitive data"), max_length=20, blank=True, help_text=_("Roles decide who sees it in full.")
    )
    purpose = models.CharField(
        _("Purpose"), max_length=200, blank=True, help_text=_("For sensitive data: why it is kept.")
    )
    retention = models.CharField(
        _("Kept after the last use"),
        max_length=12,
        blank=True,
        help_text=_("As P3Y (years), P6M (months) or P90D (days)."),
    )
    searched = models.BooleanField(
        _("Searched"), default=False, help_text=_("For text: the search box finds records by it.")
    )
    position = models.PositiveIntegerField(_("Sort position"), default=0)
    active = models.BooleanField(_("Active"), default=True)
    index = models.CharField(
        _("Index"), max_length=8, choices=Index, default=Index.NONE, blank=True, editable=False,
        help_text=_("Lists of more than 50,000 records are sorted and filtered by it only with an index."),
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["entity", "key"], name="customizing_field_once")]

    def __str__(self) -> str:
        return label_of(self.labels, self.key)


class CustomChoice(Line):
    """One value that a choice field offers. ``key`` is what records hold; who renames the choice renames it everywhere.
    What is no longer ``active`` is offered to nobody and still shown where it was chosen."""

    field = models.ForeignKey(CustomField, models.CASCADE, related_name="choices", verbose_name=_("Field"))
    labels = LabelsField(_("Name"))
    pinyin = PinyinField(of="labels")
    key = models.CharField(_("Key"), max_length=40, blank=True, help_text=_("Left empty, it follows the name."))
    color = models.CharField(_("Colour"), max_length=12, choices=Color, default=Color.NONE, blank=True)
    position = models.PositiveIntegerField(_("Sort position"), default=0)
    active = models.BooleanField(_("Active"), default=True)

    class Meta(Line.Meta):
        verbose_name = _("choice of a custom field")
        verbose_name_plural = _("choices of custom fields")
        constraints = [models.UniqueConstraint(fields=["field", "key"], name="customizing_choice_once")]

    def __str__(self) -> str:
        return label_of(self.labels, self.key)


class FormRule(models.Model):
    """While ``condition`` (FEEL over the record's fields) holds, ``effect`` comes upon ``field``, a field's key.
    ``options`` are the values that a limited choice still offers. ``key`` is the same in every installation."""

    entity = models.CharField(_("Kind of record"), max_length=100)
    labels = LabelsField(_("Name"))
    pinyin = PinyinField(of="labels", db_index=True)
    key = models.CharField(_("Key"), max_length=40, blank=True, help_text=_("Left empty, it follows the name."))
    condition = models.TextField(
        _("Condition"), max_length=2_000, help_text=_("An expression over the keys of fields, such as: employees > 100")
    )
    field = models.CharField(_("Field"), max_length=100, help_text=_("The key of the field that the rule is about."))
    effect = models.CharField(_("Effect"), max_length=8, choices=Effect, default=Effect.REQUIRE)
    options = WordsField(
        _("Choices offered"), help_text=_("For a choice: the values that it offers while the rule holds.")
    )
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("form rule")
        verbose_name_plural = _("form rules")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["entity", "key"], name="customizing_rule_once")]

    def __str__(self) -> str:
        return label_of(self.labels, self.key)


class Layout(models.Model):
    """How the pages of one kind of record differ from what the program ships: place → moves, omissions, names
    (layouts.py). Without a role it is everybody's who has none of their own."""

    entity = models.CharField(_("Kind of record"), max_length=100)
    role = models.ForeignKey(
        "access.Role", models.CASCADE, related_name="+", verbose_name=_("Role"), null=True, blank=True
    )
    changes = models.JSONField(default=dict)
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["entity", "role"], name="customizing_layout_once"),
            # By an expression: the rule of a set of columns would mind the layouts of roles too.
            models.UniqueConstraint("entity", condition=models.Q(role=None), name="customizing_layout_of_all_once"),
        ]

    def __str__(self) -> str:
        return self.entity
