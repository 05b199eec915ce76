"""The preview of expressions: the browser's engine in a worker, killed when it does not answer; else the server."""

import pytest

from tests.browser.desk import Desk

#: Milliseconds: more than the page waits, for a machine with much else to do.
PATIENCE = 4_000
ASK = """async ({ token, questions, endless, patience }) => {
  const { FeelPreview } = await import("/static/guanxi/js/feel_preview.js");
  const asked = [];
  const preview = new FeelPreview("/expressions/try/", async (address, question) => {
    asked.push(question.text);
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    return (await fetch(address, { method: "POST", headers, body: JSON.stringify(question) })).json();
  }, patience);
  const began = performance.now();
  const killed = await preview.inBrowser(endless, {});
  const took = performance.now() - began;
  const answers = [];
  for (const [text, names] of questions) answers.push(await preview.answer(text, names));
  return { answers: answers.map((one) => [one.value, one.at]), asked, killed, took };
}"""


@pytest.fixture
def told(desk: Desk) -> dict:
    page = desk.open("/help/")
    token = next(cookie["value"] for cookie in desk.context.cookies() if "csrf" in cookie["name"])
    questions = [
        ['amount > 1000 and tier in ("A", "B")', {"amount": "1200", "tier": '"A"'}],
        ["unit price = null", {"unit price": "null"}],
        ["0.1 + 0.2 = 0.3", {}],
        ['amount + "a"', {"amount": "1"}],
    ]
    endless = f'matches("{"a" * 30}!", "(a+)+$")'
    return page.evaluate(ASK, {"token": token, "questions": questions, "endless": endless, "patience": PATIENCE})


def test_the_browser_answers_what_it_can_and_the_server_the_rest(told: dict):
    assert told["answers"] == [["true", None], ["true", None], ["true", 0], ["", 9]]
    assert told["asked"] == ["0.1 + 0.2 = 0.3", 'amount + "a"']


def test_what_never_ends_is_killed_and_the_next_question_answered(told: dict):
    assert told["killed"] is None
    assert told["answers"][0] == ["true", None]
