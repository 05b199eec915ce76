/* The month: arrows go from day to day, Enter opens one, n begins a record on it, PageUp and PageDown turn the month. */
(function () {
  "use strict";
  const gx = window.gx;
  const place = document.querySelector("[data-gx-calendar]");
  if (!place) return;
  const days = [...place.querySelectorAll("td[data-day]")];
  const start = days.find((day) => day.hasAttribute("aria-current")) || days.find((day) => !day.matches(".gx-outside"));
  start.tabIndex = 0;
  // The agenda of a phone begins with what is still to come.
  if (start.hasAttribute("aria-current")) {
    const ahead = [...place.querySelectorAll(".gx-agenda li[data-day]")].find((day) => day.dataset.day >= start.dataset.day);
    if (ahead && ahead.checkVisibility()) ahead.scrollIntoView({ block: "start" });
  }

  function turn(where) {
    place.querySelector(`[data-gx-month=${where}]`).click();
  }
  function move(from, by) {
    const day = days[days.indexOf(from) + by];
    if (!day) {
      turn(by < 0 ? "prev" : "next");
      return;
    }
    from.tabIndex = -1;
    day.tabIndex = 0;
    day.focus();
  }

  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  document.addEventListener("keydown", (event) => {
    if (gx.typing(event) || gx.dialogOpen() || event.ctrlKey || event.metaKey || event.altKey) return;
    const day = event.target.closest("td[data-day]");
    const turned = { PageUp: "prev", PageDown: "next", t: "today" }[event.key];
    if (turned) {
      event.preventDefault();
      turn(turned);
    } else if (steps[event.key] && !event.target.closest("a, button")) {
      event.preventDefault();
      if (day) move(day, steps[event.key]);
      else start.focus();
    } else if (day === event.target && event.key === "Enter") {
      day.querySelector(".gx-month-day").click();
    } else if (day && event.key === "n") {
      const create = day.querySelector("[data-gx-day-new]");
      if (create) create.click();
    }
  });
})();
