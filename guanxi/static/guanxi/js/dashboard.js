/* Arranging a dashboard: tiles are dragged, or moved with their buttons; the order is kept at once. */
(function () {
  "use strict";
  const gx = window.gx;

  gx.each("[data-gx-dash]", (board) => {
    const tiles = () => [...board.querySelectorAll(":scope > .gx-tile")];
    async function keep() {
      const order = tiles()
        .map((tile) => tile.dataset.id)
        .join(",");
      const answer = await gx.post(board.dataset.gxDash, { order, version: board.dataset.version });
      if (answer && answer.headers.get("X-Version")) board.dataset.version = answer.headers.get("X-Version");
    }
    window.Sortable.create(board, {
      draggable: ".gx-tile",
      handle: ".gx-tile-grip",
      animation: 120,
      ghostClass: "gx-ghost",
      onEnd: keep,
    });
    board.addEventListener("click", (event) => {
      const button = event.target.closest("[data-gx-move]");
      if (!button) return;
      const tile = button.closest(".gx-tile");
      const all = tiles();
      const beside = all[all.indexOf(tile) + Number(button.dataset.gxMove)];
      if (!beside) return;
      if (button.dataset.gxMove === "1") beside.after(tile);
      else beside.before(tile);
      button.focus();
      keep();
    });
  });
})();
