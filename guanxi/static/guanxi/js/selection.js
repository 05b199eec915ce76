/* Ticked rows and the bar with what can be done with them: of a list, and of a related list on a record. */
(function () {
  "use strict";
  const gx = window.gx;

  /** Watch the rows of ``place`` and fill ``bar`` from ``place.dataset.bulk``. ``state`` gives the filter of the list, so
      that "all" means what the person sees; without one only ticked rows can be meant. */
  gx.selectable = function (place, bar, state) {
    let anchor = null;
    let everything = false;
    let asked = 0;

    const rows = () => [...place.querySelectorAll("#gx-rows > tr[data-id]")];
    const box = (row) => row.querySelector(".gx-pick input");
    const chosen = () =>
      rows()
        .filter((row) => box(row).checked)
        .map((row) => row.dataset.id);

    function selection() {
      const filter = state ? state() : {};
      if (everything) return { ...filter, all: "1" };
      const ids = chosen();
      return { ...filter, ids, page: state && ids.length === rows().length ? "1" : "" };
    }
    function tick(some, on) {
      some.forEach((row) => {
        box(row).checked = on;
      });
      everything = false;
      showBar();
    }
    function select(row, on, range) {
      const all = rows();
      const [from, to] = [all.indexOf(anchor), all.indexOf(row)].sort((a, b) => a - b);
      tick(range && anchor && anchor.isConnected ? all.slice(from, to + 1) : [row], on);
      anchor = row;
    }
    async function showBar() {
      const count = chosen().length;
      const head = place.querySelector("[data-gx-all]");
      if (head) {
        head.checked = count > 0 && count === rows().length;
        head.indeterminate = count > 0 && !head.checked;
      }
      if (!count && !everything) {
        asked++;
        bar.hidden = true;
        bar.replaceChildren();
        return;
      }
      if (!place.dataset.bulk) return;
      const mine = ++asked;
      const answer = await gx.post(place.dataset.bulk, selection());
      if (!answer || !answer.ok || mine !== asked) return;
      gx.put(bar, await answer.text());
      bar.hidden = false;
    }
    const clear = () => tick(rows(), false);

    place.addEventListener("click", (event) => {
      const pick = event.target.closest("#gx-rows .gx-pick input");
      if (pick) select(pick.closest("tr"), pick.checked, event.shiftKey);
      if (event.target.matches("[data-gx-all]")) tick(rows(), event.target.checked);
      if (event.target.closest("[data-gx-everything]")) {
        everything = true;
        showBar();
      }
      if (event.target.closest("[data-gx-clear]")) clear();
      const command = event.target.closest("[data-gx-bulk]");
      if (command) gx.open(command.dataset.gxBulk, selection());
    });
    return { rows, box, select, selection, clear };
  };

  gx.each(".gx-related[data-bulk]", (place) => gx.selectable(place, place.querySelector(".gx-bulk")));
})();
