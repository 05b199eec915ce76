/* Rows: the cursor, the selection with its bar, the keys. */
(function () {
  "use strict";
  const gx = window.gx;
  const list = document.getElementById("gx-list");
  if (!list) return;
  const bar = document.getElementById("gx-bulk");
  let cursor = null;
  let anchor = null;
  let everything = false;
  let asked = 0;

  const rows = () => [...list.querySelectorAll("#gx-rows > tr[data-id]")];
  const box = (row) => row.querySelector(".gx-pick input");
  const link = (row) => row.querySelector("a.gx-row-link");

  function move(row) {
    if (!row) return;
    if (cursor) cursor.classList.remove("gx-cursor");
    cursor = row;
    row.classList.add("gx-cursor");
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    list.dispatchEvent(new CustomEvent("gx:cursor", { detail: row }));
  }
  function step(by) {
    const all = rows();
    move(cursor && cursor.isConnected ? all[Math.min(all.length - 1, Math.max(0, all.indexOf(cursor) + by))] : all[0]);
  }
  function select(row, on, range) {
    const all = rows();
    if (range && anchor && anchor.isConnected) {
      const [from, to] = [all.indexOf(anchor), all.indexOf(row)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((one) => {
        box(one).checked = on;
      });
    } else {
      box(row).checked = on;
    }
    anchor = row;
    everything = false;
    showBar();
  }
  const chosen = () =>
    rows()
      .filter((row) => box(row).checked)
      .map((row) => row.dataset.id);

  /** The address bar's filter and view, so that "all" means what the person sees. */
  function selection() {
    const state = Object.fromEntries(new URLSearchParams(location.search));
    if (everything) return { ...state, all: "1" };
    const ids = chosen();
    return { ...state, ids, page: ids.length === rows().length ? "1" : "" };
  }
  async function showBar() {
    const count = chosen().length;
    const head = list.querySelector("[data-gx-all]");
    if (head) {
      head.checked = count > 0 && count === rows().length;
      head.indeterminate = count > 0 && !head.checked;
    }
    if (!count && !everything) {
      bar.hidden = true;
      bar.replaceChildren();
      return;
    }
    if (!list.dataset.bulk) return;
    const mine = ++asked;
    const answer = await gx.post(list.dataset.bulk, selection());
    if (!answer || !answer.ok || mine !== asked) return;
    gx.put(bar, await answer.text());
    bar.hidden = false;
  }
  function clear() {
    rows().forEach((row) => {
      box(row).checked = false;
    });
    everything = false;
    showBar();
  }
  function follow(row, edit) {
    const url = edit ? list.dataset.edit.replace("__id__", row.dataset.id) : link(row) && link(row).href;
    if (url) location.href = url;
  }

  gx.list = { rows, move, step, selection, clear, current: () => cursor };

  list.addEventListener("click", (event) => {
    const pick = event.target.closest("#gx-rows .gx-pick input");
    if (pick) select(pick.closest("tr"), pick.checked, event.shiftKey);
    const row = event.target.closest("#gx-rows > tr");
    if (row && !event.target.closest("a, input, label, .gx-editing")) move(row);
    if (event.target.matches("[data-gx-all]")) {
      rows().forEach((one) => {
        box(one).checked = event.target.checked;
      });
      everything = false;
      showBar();
    }
    if (event.target.closest("[data-gx-everything]")) {
      everything = true;
      showBar();
    }
    if (event.target.closest("[data-gx-clear]")) clear();
    const command = event.target.closest("[data-gx-bulk]");
    if (command) gx.open(command.dataset.gxBulk, selection());
  });

  const keys = {
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    Enter: () => cursor && follow(cursor, false),
    e: () => cursor && list.dataset.edit && follow(cursor, true),
    f: () => {
      const button = list.querySelector("[data-gx-filter]");
      if (button) button.click();
    },
    n: () => {
      const button = list.querySelector("[data-gx-create]");
      if (button) button.click();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (gx.typing(event) || gx.dialogOpen() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("a, button") && (event.key === "Enter" || event.key.startsWith("Arrow"))) return;
    if (event.key.toLowerCase() === "x" && cursor) {
      event.preventDefault();
      select(cursor, !box(cursor).checked, event.shiftKey);
      return;
    }
    if (event.shiftKey && event.key.startsWith("Arrow") && cursor) {
      event.preventDefault();
      select(cursor, true);
      step(event.key === "ArrowDown" ? 1 : -1);
      select(cursor, true);
      return;
    }
    if (event.key === "Escape" && !bar.hidden && !document.querySelector(".gx-peek:not([hidden])")) clear();
    const act = keys[event.key];
    if (act && rows().length + (event.key === "n" || event.key === "f") > 0) {
      event.preventDefault();
      act();
    }
  });
})();
