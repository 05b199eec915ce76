"""Files of a record: brought with progress, refused with a reason, downloaded, deleted and taken back."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.desk import MANAGER, Desk

DROP = "[data-gx-upload] input[type=file]"
FILES = ".gx-doc[data-id]"
TAB = "#tab-files small"


def test_a_file_is_brought_told_downloaded_deleted_and_taken_back(desk: Desk) -> None:
    path = desk.new_customer("文件测试公司")
    page = desk.open(path)
    page.locator("#tab-files").click()
    expect(page.locator("#gx-tab .gx-empty")).to_be_visible()
    page.locator(DROP).set_input_files(
        [
            {"name": "报价单.csv", "mimeType": "text/csv", "buffer": "名称,价格\n专线,1200\n".encode()},
            {"name": "安装.exe", "mimeType": "application/octet-stream", "buffer": b"MZ no file for us"},
            {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 " + b"x" * 100_000},
        ]
    )
    expect(page.locator(FILES)).to_have_count(2)
    expect(page.locator(".gx-doc-failed")).to_contain_text("安装.exe")
    expect(page.locator(".gx-doc-failed [role=alert]")).to_contain_text("exe")
    expect(page.locator(TAB)).to_have_text("2")
    with page.expect_download() as download:
        page.locator(".gx-doc-name", has_text="报价单.csv").click()
    assert download.value.suggested_filename == "报价单.csv"
    assert Path(download.value.path()).read_text() == "名称,价格\n专线,1200\n"

    page.locator(FILES, has_text="报价单.csv").locator("button").click()
    expect(page.locator(FILES)).to_have_count(1)
    expect(page.locator(TAB)).to_have_text("1")
    page.locator(".gx-toast-undo").click()
    expect(page.locator(FILES)).to_have_count(2)
    page.locator("#tab-timeline").click()
    expect(page.locator(".gx-kind-attachment")).to_have_count(2)


def test_a_file_of_more_bytes_than_allowed_is_refused_before_it_is_sent(desk: Desk, tmp_path: Path) -> None:
    large = tmp_path / "大.pdf"
    with large.open("wb") as file:
        file.truncate(26 * 2**20)
    page = desk.open(desk.new_customer("大文件测试公司") + "?tab=files")
    page.locator(DROP).set_input_files(large)
    expect(page.locator(".gx-doc-failed [role=alert]")).to_be_visible()
    page.locator(".gx-doc-failed button").click()
    expect(page.locator(".gx-doc-failed")).to_have_count(0)
    expect(page.locator(TAB)).to_be_hidden()


def test_a_colleague_out_of_reach_does_not_meet_the_file(desks) -> None:
    giver, other = desks(), desks(MANAGER)
    page = giver.open(giver.new_customer("保密文件测试公司") + "?tab=files")
    page.locator(DROP).set_input_files(
        {"name": "机密.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 secret"}
    )
    url = page.locator(f"{FILES} a.gx-doc-name").get_attribute("href") or ""
    assert giver.context.request.get(url).status == 200
    assert other.context.request.get(url).status == 404
