"""Word files: what they ask for, how they are filled, and what is refused."""

import zipfile
from io import BytesIO

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.documents.errors import WrongTemplate
from guanxi.platform.documents.tests.letters import kept, letter, texts
from guanxi.platform.documents.word import WordTemplate


class Given:
    """Values by name; a name before a dot is a list."""

    def __init__(self, values, lists=None, true=()):
        self.values, self.lists, self.true = values, lists or {}, true

    def text(self, name):
        return self.values[name.rpartition(".")[2]]

    def holds(self, condition):
        return condition in self.true

    def list_of(self, name):
        head = name.partition(".")[0]
        return head if head in self.lists else ""

    def rows(self, name):
        return [Given(values) for values in self.lists[name]]


def filled(folder, data, values):
    return WordTemplate(kept(folder, data)).fill(values)


def test_texts_are_put_in_wherever_they_stand(tmp_path):
    data = letter("Dear {{name}}, {{ city }}", rows=(("{{name}}", "fixed"),), header="{{city}}")
    found = texts(filled(tmp_path, data, Given({"name": "Ada", "city": "Suzhou"})))
    assert found == ["Dear Ada, Suzhou", "Ada", "fixed", "Suzhou"]


def test_a_mark_that_word_has_cut_keeps_the_looks_of_its_first_piece(tmp_path):
    document = Document()
    paragraph = document.add_paragraph("Dear ")
    paragraph.add_run("{{na").bold = True
    paragraph.add_run("me}").italic = True
    paragraph.add_run("}, hello {{name}}")
    target = BytesIO()
    document.save(target)
    made = Document(BytesIO(filled(tmp_path, target.getvalue(), Given({"name": "Ada"}))))
    runs = [(run.text, run.bold, run.italic) for run in made.paragraphs[0].runs if run.text]
    assert runs == [("Dear ", None, None), ("Ada", True, None), (", hello Ada", None, None)]


def test_a_row_that_names_a_list_is_repeated(tmp_path):
    rows = (("Name", "Phone"), ("{{people.name}}", "{{people.phone}}"), ("End", "{{name}}"))
    people = [{"name": "Ada", "phone": "1"}, {"name": "Bo", "phone": "2"}]
    data = letter("x", rows=rows)
    found = texts(filled(tmp_path, data, Given({"name": "Firm"}, {"people": people})))
    assert found == ["x", "Name", "Phone", "Ada", "1", "Bo", "2", "End", "Firm"]
    assert texts(filled(tmp_path, data, Given({"name": "Firm"}, {"people": []}))) == [
        "x",
        "Name",
        "Phone",
        "End",
        "Firm",
    ]


def test_a_table_of_nothing_but_an_empty_list_goes(tmp_path):
    found = filled(tmp_path, letter("x", rows=(("{{people.name}}",),)), Given({}, {"people": []}))
    assert Document(BytesIO(found)).tables == []


def test_blocks_stay_where_their_condition_holds(tmp_path):
    data = letter("a", "{{if one}}", "b", "{{IF two}}", "c", "{{end}}", "{{end}}", "d")
    assert texts(filled(tmp_path, data, Given({}, true=("one", "two")))) == ["a", "b", "c", "d"]
    assert texts(filled(tmp_path, data, Given({}, true=("one",)))) == ["a", "b", "d"]
    assert texts(filled(tmp_path, data, Given({}, true=("two",)))) == ["a", "d"]


def test_line_ends_become_breaks_and_nothing_is_markup(tmp_path):
    data = letter("{{a}}")
    made = filled(tmp_path, data, Given({"a": "one\ntwo <w:br/> {{a}} {{if x}}"}))
    assert texts(made) == ["one\ntwo <w:br/> {{a}} {{if x}}"]


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40))
def test_any_text_comes_out_as_it_is(tmp_path_factory, value):
    assert texts(filled(tmp_path_factory.mktemp("letter"), letter("<{{a}}>"), Given({"a": value}))) == [f"<{value}>"]


@pytest.mark.parametrize(
    ("paragraphs", "message"),
    [
        (("{{if a}}", "x"), "without “{{end}}”"),
        (("x", "{{end}}"), "without “{{if"),
        (("x {{if a}}", "{{end}}"), "a paragraph of its own"),
        (("Dear {{name",), "without “}}”"),
    ],
)
def test_what_is_not_whole_is_refused(tmp_path, paragraphs, message):
    with pytest.raises(WrongTemplate, match=message):
        WordTemplate(kept(tmp_path, letter(*paragraphs))).marks()


def test_a_file_that_would_fetch_something_is_refused(tmp_path):
    document = Document()
    document.part.relate_to("http://169.254.169.254/x.png", RELATIONSHIP_TYPE.IMAGE, is_external=True)
    target = BytesIO()
    document.save(target)
    with pytest.raises(WrongTemplate, match="Put it into the file"):
        WordTemplate(kept(tmp_path, target.getvalue()))


def test_links_that_a_reader_clicks_may_stay(tmp_path):
    document = Document()
    document.part.relate_to("https://example.com/", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    target = BytesIO()
    document.save(target)
    assert WordTemplate(kept(tmp_path, target.getvalue())).marks() == []


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_word_file_is_refused(tmp_path, data):
    with pytest.raises(WrongTemplate):
        WordTemplate(kept(tmp_path, data))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(60 * 1024 * 1024))
    with pytest.raises(WrongTemplate, match="50"):
        WordTemplate(kept(tmp_path, target.getvalue()))


def test_entities_of_xml_are_not_followed(tmp_path):
    source, target = BytesIO(letter("{{name}}")), BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "word/document.xml":
                head, mark, rest = data.partition(b"?>")
                doctype = b'<!DOCTYPE w [<!ENTITY leak SYSTEM "file:///etc/passwd">]>'
                data = head + mark + doctype + rest.replace(b"{{name}}", b"&leak;{{name}}")
            new.writestr(item.filename, data)
    made = filled(tmp_path, target.getvalue(), Given({"name": "Ada"}))
    assert b"root:" not in made
    with zipfile.ZipFile(BytesIO(made)) as archive:
        assert b"root:" not in archive.read("word/document.xml")
