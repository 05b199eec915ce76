/* Kanban: a card dropped in another column is a command; a refusal puts it back and says why. Trees: arrow keys. */
(function () {
  "use strict";
  const gx = window.gx;

  gx.each("[data-gx-board]", (board) => {
    async function move(event) {
      const { item: card, from, to, oldIndex } = event;
      if (from === to) return;
      const back = () => from.insertBefore(card, from.children[oldIndex] || null);
      const answer = await gx.post(board.dataset.gxBoard, {
        id: card.dataset.id,
        version: card.dataset.version,
        value: to.dataset.value,
      });
      if (!answer || !answer.ok) {
        back();
        if (answer && (answer.status === 409 || answer.status === 422))
          gx.toast({ message: (await answer.text()).trim(), tone: "danger" });
        return;
      }
      if (answer.headers.get("X-Version")) card.dataset.version = answer.headers.get("X-Version");
      for (const list of [from, to]) {
        const total = list.closest(".gx-column").querySelector(".gx-column-count");
        if (/^\d+$/.test(total.textContent)) total.textContent = Number(total.textContent) + (list === to ? 1 : -1);
      }
    }
    board.querySelectorAll(".gx-column-cards").forEach((list) =>
      window.Sortable.create(list, {
        group: "board",
        draggable: ".gx-board-card",
        animation: 120,
        delay: 200,
        delayOnTouchOnly: true,
        ghostClass: "gx-ghost",
        onEnd: move,
      }),
    );
  });

  gx.each(".gx-tree", (tree) => {
    tree.addEventListener("click", (event) => {
      const toggle = event.target.closest("[data-gx-toggle]");
      if (!toggle) return;
      const line = toggle.closest("li");
      const open = toggle.getAttribute("aria-expanded") !== "true";
      toggle.setAttribute("aria-expanded", String(open));
      line.querySelector(":scope > ul").hidden = !open;
      if (open) window.htmx.trigger(line.querySelector(":scope > ul"), "gx:open");
    });
    tree.addEventListener("keydown", (event) => {
      const lines = [...tree.querySelectorAll(".gx-node-link")].filter((one) => one.checkVisibility());
      const at = lines.indexOf(event.target);
      if (at < 0) return;
      const toggle = event.target.parentElement.querySelector("[data-gx-toggle]");
      const open = toggle && toggle.getAttribute("aria-expanded") === "true";
      if (event.key === "ArrowDown" && lines[at + 1]) lines[at + 1].focus();
      else if (event.key === "ArrowUp" && lines[at - 1]) lines[at - 1].focus();
      else if (event.key === "ArrowRight" && toggle && !open) toggle.click();
      else if (event.key === "ArrowLeft" && toggle && open) toggle.click();
      else return;
      event.preventDefault();
    });
  });
})();
