"""Tags of the page templates: icons, overridable parts, form widgets, texts for the scripts."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from secrets import token_hex
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string, select_template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from guanxi.platform.entities.uses import Named
from guanxi.platform.ui import addresses
from guanxi.platform.ui.contexts import Chart, FormField
from guanxi.platform.ui.texts import script_texts

register = template.Library()

#: Our style sheets in their order, which is also that of the cascade.
_OWN = (
    *("tokens", "base", "badges", "controls", "menus", "shell", "topbar", "stage", "overlay", "toasts"),
    *(
        "list",
        "table",
        "cards",
        "board",
        "calendar",
        "record",
        "timeline",
        "side",
        "masks",
        "form",
        "files",
        "chart",
        "report",
        "dashboard",
        "work",
        "desk",
        "settings",
    ),
    *("entrance", "touch"),
)
STYLES = (
    "vendor/tabler.min.css",
    "vendor/tom-select.min.css",
    *(f"guanxi/css/{name}.css" for name in _OWN),
)
PRINT_STYLE = "guanxi/css/print.css"
SCRIPTS = (
    "vendor/tabler.min.js",
    "vendor/htmx.min.js",
    "vendor/idiomorph-ext.min.js",
    "vendor/htmx-preload.js",
    "vendor/tom-select.min.js",
    *(
        f"guanxi/js/{name}.js"
        for name in (
            *(
                "core",
                "toasts",
                "dialogs",
                "shell",
                "palette",
                "selection",
                "list",
                "peek",
                "cells",
                "filters",
                "columns",
            ),
            *("forms", "rules", "expression", "layout", "files", "pickers", "timeline", "charts", "live", "tour"),
        )
    ),
)

#: Widgets that serve several kinds.
_WIDGETS = {
    "integer": "number",
    "decimal": "number",
    "money": "number",
    "user": "link",
    "name": "text",
    "code": "text",
    "url": "text",
    "email": "text",
    "phone": "text",
    "formula": "readonly",
}


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """``{% icon "search" %}``: a symbol of the sprite (frontend/icons.txt lists the names)."""
    return _icon(name, classes)


@lru_cache(maxsize=1000)
def _icon(name: str, classes: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f"icon {classes}".rstrip(),
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def part(context: template.Context, name: str, **extra: Any) -> SafeString:
    """``{% part "list_toolbar" %}``: <module>/<entity>/list_toolbar.html if the module brings one, else the platform's.

    Extra arguments become variables of the part. The entity is named by ``page.entity_key``.
    """
    page = context.get("page")
    key = getattr(page, "entity_key", "") or ""
    with context.push(**extra):
        return SafeString(_part(name, key).render(context))  # a rendered template


@lru_cache(maxsize=4096)
def _part(name: str, key: str) -> template.Template:
    """Looking for the template that most modules do not bring costs more than rendering a small one."""
    names = [f"{key.replace('.', '/')}/{name}.html"] if key else []
    return select_template([*names, f"platform/{name}.html"]).template


@register.simple_tag(takes_context=True)
def kept(context: template.Context, name: str, **values: Any) -> SafeString:
    """``{% kept "ui/palette.html" url=shell.palette_url %}``: a part that shows nothing but the named values, which
    must be immutable. It is rendered once per process for the same values and language, so nothing can be out of date;
    only the token against forgery is put in for each request."""
    html = _kept(name, get_language() or "", tuple(values.items()))
    return SafeString(html.replace(_TOKEN, str(context.get("csrf_token", ""))))  # a rendered template


#: Stands for the token against forgery in what is kept; nobody can guess it and put it into a name.
_TOKEN = token_hex(16)


@lru_cache(maxsize=512)
def _kept(name: str, _language: str, values: tuple[tuple[str, Any], ...]) -> str:
    return render_to_string(name, {**dict(values), "csrf_token": _TOKEN})


@register.simple_tag(takes_context=True)
def widget(context: template.Context, field: FormField) -> SafeString:
    """The control of a form field: platform/field_<widget>.html."""
    kind = "readonly" if field.readonly else _WIDGETS.get(field.kind, field.kind)
    return part(context, f"field_{kind}", field=field)


@register.filter
def input_type(field: FormField) -> str:
    """The type attribute of a one-line text control."""
    return {"email": "email", "url": "url", "phone": "tel"}.get(field.kind, "text")


@register.simple_tag
def styles() -> SafeString:
    """The links to our style sheets, in their order."""
    return _styles()


@lru_cache(maxsize=1)
def _styles() -> SafeString:
    links = format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(path),) for path in STYLES))
    return links + format_html('\n<link rel="stylesheet" href="{}" media="print">', static(PRINT_STYLE))


@register.simple_tag
def scripts() -> SafeString:
    """The scripts of every page, in their order."""
    return _scripts()


@lru_cache(maxsize=1)
def _scripts() -> SafeString:
    return format_html_join("\n", '<script defer src="{}"></script>', ((static(path),) for path in SCRIPTS))


@register.simple_tag
def texts() -> SafeString:
    """The sentences of the scripts in the reader's language, as the JSON block gx-texts."""
    return _texts(get_language() or settings.LANGUAGE_CODE)


@lru_cache(maxsize=8)
def _texts(_language: str) -> SafeString:
    return json_script({key: str(text) for key, text in script_texts().items()}, "gx-texts")


@register.simple_tag
def html_lang() -> str:
    """The language attribute as BCP 47: zh-Hans, zh-Hant, en."""
    return {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(get_language() or settings.LANGUAGE_CODE, "en")


@register.filter
def stored_url(one: Named) -> str:
    """Where a stored thing that names a field is opened, empty if there is no page."""
    return addresses.stored(one)


@register.filter
def first_of(options: Any) -> Any:
    """The selected option, or the first."""
    return next((option for option in options if option.selected), options[0] if options else None)


@register.filter
def toasts_json(toasts: Any) -> list[dict[str, str]]:
    """Toasts of the page as data for the scripts."""
    return [asdict(toast) for toast in toasts]


@register.filter
def chart_json(chart: Chart) -> dict[str, Any]:
    """A chart as data for charts.js."""
    return asdict(chart)


@register.filter
def chart_script(data: dict[str, Any], chart_id: str) -> SafeString:
    """The data block that a chart's place names."""
    return json_script(data, f"data-{chart_id}")


@register.filter
def chart_rows(chart: Chart) -> list[tuple[str, str, list[float | None]]]:
    """(category, url, value per series): the table beside a chart."""
    urls = list(chart.urls) or [""] * len(chart.categories)
    return [
        (name, url, [series.values[index] for series in chart.series])
        for index, (name, url) in enumerate(zip(chart.categories, urls, strict=True))
    ]


@register.filter
def state_json(state: Sequence[tuple[str, str]]) -> str:
    """The parameters of a list as one JSON object, for the form that saves a view."""
    return json.dumps(dict(state), ensure_ascii=False)
