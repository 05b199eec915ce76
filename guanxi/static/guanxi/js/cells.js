/* Editing in place: double click, Tab to the next cell, Esc to leave, the reason of a refusal in the cell. */
(function () {
  "use strict";
  const gx = window.gx;
  const list = document.getElementById("gx-list");
  if (!list || !list.dataset.cell) return;
  let open = null;

  function column(cell) {
    return list.querySelectorAll("#gx-table thead th")[cell.cellIndex].dataset.column;
  }
  function address(cell) {
    return list.dataset.cell.replace("__id__", cell.parentElement.dataset.id).replace("__column__", column(cell));
  }
  async function edit(cell) {
    if (!cell || open) return;
    const answer = await fetch(address(cell), { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer || !answer.ok) {
      gx.toast({
        message: answer ? gx.refusal(answer.status, await answer.text()) : gx.text("failed"),
        tone: "danger",
      });
      return;
    }
    open = { cell, before: cell.innerHTML };
    cell.classList.add("gx-editing");
    gx.put(cell, await answer.text());
    const field = cell.querySelector("input:not([type=hidden]), select, textarea");
    field.focus();
    if (field.select) field.select();
  }
  function leave() {
    if (!open) return;
    open.cell.classList.remove("gx-editing");
    open.cell.innerHTML = open.before;
    const row = open.cell.parentElement;
    open = null;
    gx.list.move(row);
  }
  /** Send the cell; true when it was taken. The server answers a new td, or 422 with the form and its error. */
  async function save() {
    if (!open || open.busy) return false;
    const { cell } = open;
    open.busy = true;
    const fields = Object.fromEntries(new FormData(cell.querySelector("form")));
    const answer = await gx.post(address(cell), { ...fields, version: cell.parentElement.dataset.version });
    if (!answer) {
      open.busy = false;
      return false;
    }
    const html = await answer.text();
    if (!answer.ok) {
      open.busy = false;
      if (answer.status === 422 || answer.status === 409) {
        gx.put(cell, html);
        cell.querySelector("input:not([type=hidden]), select, textarea").focus();
      }
      return false;
    }
    const row = cell.parentElement;
    const fresh = gx.make("tbody");
    fresh.innerHTML = "<tr>" + html + "</tr>";
    const td = fresh.querySelector("td");
    if (answer.headers.get("X-Version")) row.dataset.version = answer.headers.get("X-Version");
    open = null;
    cell.replaceWith(td);
    row.classList.add("gx-changed");
    setTimeout(() => row.classList.remove("gx-changed"), 1300);
    return td;
  }

  list.addEventListener("dblclick", (event) => edit(event.target.closest("#gx-rows td.gx-e")));
  list.addEventListener(
    "submit",
    (event) => {
      if (!event.target.closest(".gx-editing")) return;
      event.preventDefault();
      event.stopPropagation();
      save();
    },
    true,
  );
  list.addEventListener("change", (event) => {
    if (open && event.target.matches(".gx-editing select")) save();
  });
  list.addEventListener("keydown", async (event) => {
    if (!open || !event.target.closest(".gx-editing") || event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      leave();
    }
    if (event.key === "Enter" && !event.target.matches("textarea, button")) {
      event.preventDefault();
      save();
    }
    if (event.key === "Tab") {
      event.preventDefault();
      const done = await save();
      if (!done) return;
      const cells = [...list.querySelectorAll("#gx-rows td.gx-e")];
      edit(cells[cells.indexOf(done) + (event.shiftKey ? -1 : 1)]);
    }
  });
  document.addEventListener("mousedown", (event) => {
    if (open && !open.cell.contains(event.target) && !event.target.closest(".ts-dropdown")) save();
  });
})();
