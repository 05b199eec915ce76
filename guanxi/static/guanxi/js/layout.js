/* Arranging a layout: dragging, arrows, keys; what is shown where is sent as one JSON text. */
(function () {
  "use strict";
  const gx = window.gx;

  gx.each("[data-gx-go]", (select) => select.addEventListener("change", () => (location.href = select.value)));

  gx.each("[data-gx-layout]", (form) => {
    const sections = form.querySelector(".gx-lay-sections");
    const said = form.querySelector("[data-lay-said]");
    let added = 0;
    const lists = (group) => [...form.querySelectorAll(`.gx-lay-list[data-group="${group}"]`)];
    const changed = () => form.dispatchEvent(new Event("change", { bubbles: true }));

    function sortable(list) {
      window.Sortable.create(list, {
        group: list.dataset.group,
        animation: 120,
        filter: "button",
        preventOnFilter: false,
        onMove: ({ dragged, to }) => !("hidden" in to.dataset && "fixed" in dragged.dataset),
        onEnd: changed,
      });
    }
    function step(line, by) {
      const next = by < 0 ? line.previousElementSibling : line.nextElementSibling;
      if (next) next[by < 0 ? "before" : "after"](line);
      else if (line.dataset.part) {
        const all = lists(line.parentElement.dataset.group);
        const other = all[all.indexOf(line.parentElement) + by];
        if (!other || ("hidden" in other.dataset && "fixed" in line.dataset)) return;
        other[by < 0 ? "append" : "prepend"](line);
      }
      changed();
    }
    function toggle(line) {
      const all = lists(line.parentElement.dataset.group);
      const away = all.find((list) => "hidden" in list.dataset);
      (line.parentElement === away ? all[0] : away).append(line);
      changed();
    }
    function add() {
      const line = form.querySelector("template").content.firstElementChild.cloneNode(true);
      line.dataset.section = `own_${Date.now().toString(36)}${++added}`;
      sections.append(line);
      sortable(line.querySelector(".gx-lay-list"));
      line.querySelector("input").focus();
      changed();
    }
    function remove(section) {
      const away = lists("fields").find((list) => "hidden" in list.dataset);
      const first = lists("fields")[0];
      section
        .querySelectorAll(".gx-lay-part")
        .forEach((line) => ("fixed" in line.dataset && !first.closest(".gx-lay-section").isSameNode(section) ? first : away).append(line));
      section.remove();
      changed();
    }
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const line = button.closest(".gx-lay-part") || button.closest(".gx-lay-section");
      if ("layAdd" in button.dataset) add();
      else if ("layPreview" in button.dataset) preview();
      else if ("up" in button.dataset || "down" in button.dataset) {
        step(line, "up" in button.dataset ? -1 : 1);
        button.focus();
      } else if ("toggle" in button.dataset) toggle(line);
      else if ("remove" in button.dataset) remove(line);
    });
    form.addEventListener("keydown", (event) => {
      const line = event.target.closest(".gx-lay-part");
      if (!line || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
      event.preventDefault();
      step(line, event.key === "ArrowUp" ? -1 : 1);
      event.target.focus();
      said.textContent = `${line.querySelector("span").textContent}: ${[...line.parentElement.children].indexOf(line) + 1}`;
    });

    const keys = (list) => [...list.children].map((line) => line.dataset.part);
    function arrangement() {
      const places = {};
      form.querySelectorAll("[data-shown]").forEach((list) => (places[list.dataset.group] = keys(list)));
      form.querySelectorAll("[data-lay-choice]").forEach((one) => (places[one.dataset.layChoice] = one.value ? [one.value] : []));
      return JSON.stringify({
        sections: [...sections.children].map((line) => ({
          id: line.dataset.section,
          label: line.querySelector("input").value,
          parts: keys(line.querySelector(".gx-lay-list")),
        })),
        places,
      });
    }
    async function preview() {
      const answer = await gx.post(form.dataset.gxLayout, { arrangement: arrangement() });
      if (!answer || !answer.ok) return;
      const place = form.parentElement.querySelector(".gx-lay-preview");
      place.hidden = false;
      gx.put(place, await answer.text());
      place.scrollIntoView({ behavior: "smooth", block: "start" });
    }
    form.addEventListener("submit", () => {
      form.elements.arrangement.value = arrangement();
    });
    addEventListener("load", () => {
      form.querySelectorAll(".gx-lay-list").forEach(sortable);
      window.Sortable.create(sections, { handle: "header > .gx-grip", animation: 120, onEnd: changed });
      form.dataset.ready = "1";
    });
  });
})();
