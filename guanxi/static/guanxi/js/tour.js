/* The first five minutes: five stops, skippable, replayable from Help (data-gx-tour-start). */
(function () {
  "use strict";
  const gx = window.gx;
  const STOPS = ["nav", "search", "create", "jobs", "user"];
  let box = null;
  let at = 0;

  /** Only stops whose place is on the screen: a phone has fewer. */
  function stops() {
    return STOPS.filter((stop) => {
      const target = document.querySelector(`[data-gx-tour="${stop}"]`);
      return target && target.checkVisibility();
    });
  }
  function finish() {
    if (!box) return;
    box.close();
    box.remove();
    box = null;
    document.querySelectorAll(".gx-tour-spot").forEach((one) => one.classList.remove("gx-tour-spot"));
    const url = document.body.dataset.preferencesUrl;
    if (url) gx.post(url, { tour: "done" });
  }
  function button(key, classes, act) {
    const one = gx.make("button", classes, gx.text(key));
    one.type = "button";
    one.addEventListener("click", act);
    return one;
  }
  function stand(target) {
    const spot = target.getBoundingClientRect();
    const own = box.getBoundingClientRect();
    const beside = spot.width < 400 && spot.height > 200;
    const left = beside
      ? spot.right + 12
      : Math.min(innerWidth - own.width - 12, Math.max(12, spot.left + spot.width / 2 - own.width / 2));
    box.style.left = `${left}px`;
    box.style.top = `${beside ? Math.max(12, spot.top + 24) : spot.bottom + 12}px`;
  }
  function show(index) {
    const path = stops();
    at = index;
    document.querySelectorAll(".gx-tour-spot").forEach((one) => one.classList.remove("gx-tour-spot"));
    const name = path[at];
    const target = document.querySelector(`[data-gx-tour="${name}"]`);
    target.classList.add("gx-tour-spot");
    const last = at === path.length - 1;
    const foot = gx.make("footer", "", [
      gx.make("small", "", gx.text("tour_step", { step: at + 1, count: path.length })),
      gx.make("span", "gx-grow"),
      at
        ? button("tour_back", "btn btn-sm", () => show(at - 1))
        : button("tour_skip", "btn btn-sm btn-ghost-secondary", finish),
      button(last ? "tour_done" : "tour_next", "btn btn-sm btn-primary", () => (last ? finish() : show(at + 1))),
    ]);
    box.replaceChildren(
      gx.make("h2", "", gx.text(`tour_${name}_title`)),
      gx.make("p", "", gx.text(`tour_${name}`)),
      foot,
    );
    stand(target);
    foot.lastElementChild.focus();
  }
  function start() {
    if (box || !stops().length) return;
    box = gx.make("dialog", "gx-tour");
    box.addEventListener("cancel", finish);
    document.body.append(box);
    box.showModal();
    show(0);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-gx-tour-start]")) start();
  });
  if (document.getElementById("gx-tour-start")) start();
})();
