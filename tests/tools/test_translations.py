"""Extraction, update, derivation and check of translations, on a small project of their own."""

from pathlib import Path

import pytest

from tools import catalogues, messages, translations

PO = "platform/shop/locale/zh_Hans/LC_MESSAGES/django.po"


@pytest.fixture
def root(tmp_path) -> Path:
    shop = tmp_path / "guanxi" / "platform" / "shop"
    (shop / "templates" / "shop").mkdir(parents=True)
    (shop / "apps.py").touch()
    (shop / "services.py").write_text(
        "from django.utils.translation import gettext as _, ngettext_lazy, pgettext\n"
        '_("The file is " "too large.")\n'
        'ngettext_lazy("%(count)d row", "%(count)d rows", "count")\n'
        'pgettext("verb", "Open")\n'
    )
    (shop / "templates" / "shop" / "list.html").write_text(
        "{% load i18n %}\n"
        "{# don't stumble over (this #}\n"
        '    <p title="{% translate "Save the customer\'s data" %}">{{ _("Nothing")|upper }}</p>\n'
        "{% blocktranslate trimmed with name=user.name %}\n    Hello {{ name }},\n    100% done\n{% endblocktranslate %}\n"
    )
    (tmp_path / "run.py").touch()
    return tmp_path


def translate(root: Path, texts: dict[str, str]) -> None:
    """Fill in translations by the beginning of the text."""
    file = root / "guanxi" / PO
    catalogue = catalogues.read(file)
    for entry in catalogues.entries(catalogue):
        text = entry.id if isinstance(entry.id, str) else entry.id[0]
        for beginning, translation in texts.items():
            if text.startswith(beginning):
                entry.string = (translation,) if entry.pluralizable else translation
    catalogues.write(file, catalogue)


COMPLETE = {
    "The file": "文件太大。",
    "%(count)d": "%(count)d 行",
    "Open": "打开",
    "Save": "保存客户数据",
    "Nothing": "无",
    "Hello": "%(name)s，您好，已完成 100%%",
}


def problems(root: Path) -> str:
    return "\n".join(translations.problems(root))


def test_texts_of_python_and_templates_are_found(root):
    (found,) = messages.collect(root).values()
    assert set(found) == {
        (None, "The file is too large."),
        (None, "%(count)d row"),
        ("verb", "Open"),
        (None, "Save the customer's data"),
        (None, "Nothing"),
        (None, "Hello %(name)s, 100%% done"),
    }
    assert found[None, "%(count)d row"].plural == "%(count)d rows"
    assert found["verb", "Open"].files == ["guanxi/platform/shop/services.py"]


def test_a_file_outside_any_app_belongs_to_config(root):
    (root / "guanxi" / "config").mkdir()
    (root / "guanxi" / "config" / "settings.py").write_text('_("English")\n')
    assert root / "guanxi" / "config" in messages.collect(root)


def test_a_complete_catalogue_passes_and_traditional_follows(root):
    assert translations.update(root) == 6
    translate(root, COMPLETE)
    assert translations.update(root) == 0
    assert problems(root) == ""
    derived = catalogues.read(root / "guanxi" / PO.replace("zh_Hans", "zh_Hant"))
    assert derived.get("The file is too large.").string == "檔案太大。"
    assert derived.get("Hello %(name)s, 100%% done").string == "%(name)s，您好，已完成 100%%"


def test_an_override_corrects_traditional(root):
    translations.update(root)
    translate(root, COMPLETE | {"Open": "打开账单"})
    (root / "tools").mkdir()
    (root / "tools" / "zh_hant.tsv").write_text("# comment\n賬\t帳\n")
    translations.update(root)
    derived = catalogues.read(root / "guanxi" / PO.replace("zh_Hans", "zh_Hant"))
    assert derived.get("Open", "verb").string == "開啟帳單"


def test_update_drops_what_is_unused_and_never_guesses(root):
    translations.update(root)
    translate(root, COMPLETE)
    file = root / "guanxi" / "platform" / "shop" / "services.py"
    file.write_text(file.read_text().replace("too large", "too big"))
    assert translations.update(root) == 1
    text = (root / "guanxi" / PO).read_text()
    assert "too large" not in text
    assert "fuzzy" not in text
    assert catalogues.read(root / "guanxi" / PO).get("The file is too big.").string == ""


def test_update_writes_the_same_file_twice(root):
    translations.update(root)
    translate(root, COMPLETE)
    translations.update(root)
    first = (root / "guanxi" / PO).read_text()
    translations.update(root)
    assert (root / "guanxi" / PO).read_text() == first


def test_a_translation_that_other_apps_agree_on_is_taken_over(root):
    translations.update(root)
    translate(root, COMPLETE)
    mall = root / "guanxi" / "platform" / "mall"
    mall.mkdir()
    (mall / "apps.py").write_text('_("Nothing")\n')
    assert translations.update(root) == 0
    assert problems(root) == ""


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"Nothing": ""}, "no translation of 'Nothing'"),
        ({"%(count)d": "几行"}, "must have the same placeholders: %(count)d"),
        ({"Hello": "%(name)d，100%%"}, "must have the same placeholders: %% %(name)s"),
    ],
)
def test_check_reports_a_bad_translation(root, change, complaint):
    translations.update(root)
    translate(root, COMPLETE | change)
    assert complaint in problems(root)


def test_check_reports_fuzzy_unused_and_stale(root):
    translations.update(root)
    translate(root, COMPLETE)
    translations.update(root)
    file = root / "guanxi" / PO
    text = file.read_text().replace('msgid "Nothing"', '#, fuzzy\nmsgid "Nothing"')
    file.write_text(text + '\nmsgid "Gone"\nmsgstr "没有了"\n')
    found = problems(root)
    assert "'Nothing' is marked fuzzy" in found
    assert "'Gone' is not used any more" in found
    assert "zh_Hant/LC_MESSAGES/django.po: does not follow from zh_Hans" in found


def test_check_reports_two_translations_of_one_text(root):
    translations.update(root)
    translate(root, COMPLETE)
    mall = root / "guanxi" / "platform" / "mall"
    mall.mkdir()
    (mall / "apps.py").write_text('_("Nothing")\n')
    translations.update(root)
    file = mall / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    file.write_text(file.read_text().replace("无", "没有"))
    assert "'Nothing' is translated in different ways" in problems(root)


def test_check_reports_chinese_in_code_but_not_in_data_and_tests(root):
    shop = root / "guanxi" / "platform" / "shop"
    for folder in ("data", "tests"):
        (shop / folder).mkdir()
        (shop / folder / "names.py").write_text('NAME = "客户"\n')
    (shop / "names.py").write_text('# typographic “quotes” and … are fine\nNAME = "客户"\n')
    found = [problem for problem in translations.problems(root) if "Chinese" in problem]
    assert found == [
        "guanxi/platform/shop/names.py:2: Chinese characters in code; texts belong in .po files, values in data files"
    ]


def test_compile_only_what_is_newer(root):
    translations.update(root)
    assert catalogues.compile_all(root) == 2
    assert catalogues.compile_all(root) == 0
    assert (root / "guanxi" / PO).with_suffix(".mo").read_bytes()[:4] in (b"\xde\x12\x04\x95", b"\x95\x04\x12\xde")
