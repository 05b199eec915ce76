/* A record beside the list: Space or the row's empty space opens it, j and k move through. */
(function () {
  "use strict";
  const gx = window.gx;
  const list = document.getElementById("gx-list");
  const pane = document.getElementById("gx-peek");
  if (!list || !pane || !list.dataset.peek) return;
  const kept = new Map();
  let timer;
  let wanted = null;

  /** The answer for a row, kept for ten seconds in memory so that a hover already fetches it. */
  function load(id) {
    const old = kept.get(id);
    if (old && Date.now() - old.at < 10000) return old.promise;
    const promise = fetch(list.dataset.peek.replace("__id__", id), { headers: { "HX-Request": "true" } }).then(
      (answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)),
    );
    kept.set(id, { at: Date.now(), promise });
    return promise;
  }
  async function show(row) {
    const id = (wanted = row.dataset.id);
    try {
      const html = await load(id);
      if (wanted !== id) return;
      gx.put(pane, html);
      pane.hidden = false;
      pane.scrollTop = 0;
    } catch (status) {
      gx.toast({ message: gx.refusal(status), tone: "danger" });
    }
  }
  function close() {
    wanted = null;
    pane.hidden = true;
    pane.replaceChildren();
    const row = gx.list.current();
    if (row) row.focus({ preventScroll: true });
  }

  list.addEventListener("gx:cursor", (event) => {
    if (pane.hidden) return;
    clearTimeout(timer);
    timer = setTimeout(() => show(event.detail), 60);
  });
  list.addEventListener("click", (event) => {
    if (event.target.closest("[data-gx-peek-close]")) close();
    if (event.target.closest("[data-gx-peek-next]")) gx.list.step(1);
    if (event.target.closest("[data-gx-peek-prev]")) gx.list.step(-1);
    const cell = event.target.closest("#gx-rows td:not(.gx-pick)");
    if (cell && event.detail === 1 && !event.target.closest("a, button, .gx-e, .gx-editing")) show(cell.parentElement);
  });
  list.addEventListener("mouseover", (event) => {
    const link = event.target.closest("#gx-rows .gx-first");
    if (!link || pane.hidden) return;
    load(link.parentElement.dataset.id).catch(() => kept.delete(link.parentElement.dataset.id));
  });
  document.addEventListener("keydown", (event) => {
    if (gx.typing(event) || gx.dialogOpen()) return;
    if (event.key === " " && gx.list.current() && !event.target.closest("button, a, input")) {
      event.preventDefault();
      if (pane.hidden) show(gx.list.current());
      else close();
    }
    if (event.key === "Escape" && !pane.hidden) close();
  });
})();
