/* The dialog of commands, the question with two answers, the overview of keys. */
(function () {
  "use strict";
  const gx = window.gx;
  const dialog = document.getElementById("gx-dialog");
  const body = document.getElementById("gx-dialog-body");
  const ask = document.getElementById("gx-ask");
  const keys = document.getElementById("gx-keys");

  /** Open what a URL answers (a part) in the dialog; ``fields`` makes it a POST. */
  async function open(url, fields) {
    const answer = fields
      ? await gx.post(url, fields)
      : await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
    // 409 says what stands in the way, with links to it; 422 is the form with its errors.
    if (!answer || (!answer.ok && answer.status !== 409 && answer.status !== 422)) {
      if (!fields)
        gx.toast({
          message: answer ? gx.refusal(answer.status, await answer.text()) : gx.text("failed"),
          tone: "danger",
        });
      return;
    }
    gx.put(body, await answer.text());
    if (!dialog.open) dialog.showModal();
    const field = body.querySelector(
      "[autofocus], [aria-invalid=true], .gx-dialog-body :is(input:not([type=hidden]), select, textarea)",
    );
    if (field) field.focus();
  }

  /** Ask a question; resolves to true for the second, affirmative answer. */
  function question(sentence, yes, no) {
    const [refuse, agree] = ask.querySelectorAll("button");
    document.getElementById("gx-ask-text").textContent = sentence;
    refuse.textContent = no;
    agree.textContent = yes;
    ask.returnValue = "no";
    ask.showModal();
    return new Promise((resolve) =>
      ask.addEventListener("close", () => resolve(ask.returnValue === "yes"), { once: true }),
    );
  }

  gx.open = open;
  gx.ask = question;

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-gx-dialog]");
    if (opener) open(opener.dataset.gxDialog);
    if (event.target.closest("[data-gx-close]")) event.target.closest("dialog").close();
    if (event.target.closest("[data-gx-keys]")) keys.showModal();
    if (event.target.matches("dialog:not(#gx-ask)") && !event.target.querySelector("[data-gx-guard].gx-dirty"))
      event.target.close();
    const blocked = event.target.closest(".gx-blocked");
    if (blocked) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !gx.typing(event) && !gx.dialogOpen()) keys.showModal();
  });
  document.body.addEventListener("gx:close", () => dialog.close());
  document.body.addEventListener("gx:refresh", () => location.reload());
  dialog.addEventListener("close", () => body.replaceChildren());
  // What was revealed does not stay on an unattended screen.
  document.body.addEventListener("htmx:afterSettle", () => {
    const shown = body.querySelector("[data-gx-fades]");
    if (shown) setTimeout(() => shown.isConnected && dialog.close(), Number(shown.dataset.gxFades) * 1000);
  });
})();
