/* Rows: the cursor and the keys; ticked rows are the business of selection.js. */
(function () {
  "use strict";
  const gx = window.gx;
  const list = document.getElementById("gx-list");
  if (!list) return;
  const bar = document.getElementById("gx-bulk");
  let cursor = null;

  const { rows, box, select, selection, clear } = gx.selectable(list, bar, () =>
    Object.fromEntries(new URLSearchParams(location.search)),
  );
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
  function follow(row, edit) {
    const url = edit ? list.dataset.edit.replace("__id__", row.dataset.id) : link(row) && link(row).href;
    if (url) location.href = url;
  }

  gx.list = { rows, move, step, selection, clear, current: () => cursor };

  list.addEventListener("click", (event) => {
    const row = event.target.closest("#gx-rows > tr");
    if (row && !event.target.closest("a, input, label, .gx-editing")) move(row);
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
