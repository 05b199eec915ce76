/* Which columns, in which order: check boxes and dragging, sent as columns=a,b,c. */
(function () {
  "use strict";
  const form = document.querySelector("[data-gx-columns]");
  if (!form) return;
  const list = form.querySelector("ul");
  let dragged = null;

  list.querySelectorAll("li:not(.gx-fixed)").forEach((line) => {
    line.draggable = true;
  });
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li:not(.gx-fixed)");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const half = over.getBoundingClientRect();
    over[event.clientY > half.top + half.height / 2 ? "after" : "before"](dragged);
  });
  list.addEventListener("dragend", () => {
    dragged = null;
  });
  list.addEventListener("keydown", (event) => {
    const line = event.target.closest("li:not(.gx-fixed)");
    if (!line || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const other = event.key === "ArrowUp" ? line.previousElementSibling : line.nextElementSibling;
    if (other && !other.classList.contains("gx-fixed")) other[event.key === "ArrowUp" ? "before" : "after"](line);
    event.target.focus();
  });
  form.addEventListener("submit", () => {
    form.elements.columns.value = [...list.children]
      .filter((line) => line.querySelector("input").checked)
      .map((line) => line.dataset.column)
      .join(",");
  });
})();
