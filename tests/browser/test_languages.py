"""The screens in each language: nothing of another language shows through."""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.browser.desk import Desk
from tests.browser.screens import SCREENS, address, record_of

#: Words that stay Latin in Chinese: names of products and formats, keys, units, codes; sizes, which other tests put into names.
ALLOWED = re.compile(
    r"(?<![A-Za-z])(VIP|PDF|REST|API|URL|CSV|xlsx|xls|ods|csv|tsv|txt|vcf|GBK|UTF|MB|GB|Ctrl|Shift|Esc|Space|Enter|Tab|Alt|English|Guanxi"
    r"|desktop|tablet|phone"
    r"|www|http|https|example|com|cn|net|org|ID|IP|IT|QQ|CEO|CTO|CIO|OA|ERP|VPN|IDC|SD|WAN|5G|B2B|AI|[A-Z]{1,5}\d*|[a-z]|K)(?![A-Za-z])"
)
MAIL_OR_ADDRESS = re.compile(r"\S+@\S+|\S+\.(example|com|cn|pdf)\S*|\b[0-9A-Z]{10,18}\b|¥[\d.,]+[MK]?")
VISIBLE = """() => {
  const words = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const place = walk.currentNode.parentElement;
    if (place.closest("script, style, template, kbd, code, option, .gx-user-text")) continue;
    if (place.checkVisibility()) words.push(walk.currentNode.textContent.trim());
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [title]"))
    if (one.checkVisibility()) words.push(...["aria-label", "placeholder", "title"].map((name) => one.getAttribute(name) || ""));
  return words.filter(Boolean);
}"""
LATIN = re.compile(r"[A-Za-z]{2,}")
HAN = re.compile(r"[\u4e00-\u9fff]")
#: A few words whose simplified form is never used in traditional writing.
SIMPLIFIED = re.compile(r"[户级优区设导务标签关联时间负责编辑删复]")


def words(desk: Desk) -> dict[str, list[str]]:
    record = record_of(desk)
    found = {}
    for name in SCREENS:
        found[name] = desk.open(address(name, record)).evaluate(VISIBLE)
    return found


@pytest.fixture
def tongue(desks: Callable[..., Desk]) -> Iterator[Callable[[str], Desk]]:
    """A desk in another language; afterwards the person has Chinese again."""
    desk = desks()

    def chosen(code: str) -> Desk:
        assert desk.post("/language/", language=code).status < 400
        return desk

    desk.open("/")
    yield chosen
    desk.post("/language/", language="zh-hans")


@pytest.mark.parametrize("code", ["zh-hans", "zh-hant"])
def test_no_english_is_left_in_chinese(tongue: Callable[[str], Desk], code: str) -> None:
    desk = tongue(code)
    left = {}
    for name, texts in words(desk).items():
        raw = {text for text in texts if LATIN.search(ALLOWED.sub("", MAIL_OR_ADDRESS.sub("", text)))}
        if raw:
            left[name] = sorted(raw)
    assert left == {}
    assert desk.page.locator("html").get_attribute("lang") == {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}[code]


def test_labels_in_english_are_english_and_begin_with_a_capital(tongue: Callable[[str], Desk]) -> None:
    desk = tongue("en")
    record = record_of(desk)
    for name in SCREENS:
        page = desk.open(address(name, record))
        labels = page.locator(
            "#gx-sidebar .gx-nav-label, [role=tab], #gx-table thead th, .form-label, .gx-prop dt, .gx-panel h2, .gx-figure small"
        )
        for label in labels.all_inner_texts():
            text = label.strip()
            assert not HAN.search(text), (name, text)
            assert not text[:1].islower(), (name, text)
