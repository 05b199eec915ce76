/* Menu, appearance, the sheets of a phone, relative times, being off line. */
(function () {
  "use strict";
  const gx = window.gx;
  const root = document.documentElement;
  const YEAR = 31536000;

  /** Keep a choice: in a cookie so that the next page starts right, and at the server for other devices. */
  function keep(name, value) {
    document.cookie = `gx_${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
    const url = document.body.dataset.preferencesUrl;
    if (url)
      fetch(url, {
        method: "POST",
        body: new URLSearchParams({ [name]: value }),
        headers: { "X-CSRFToken": gx.csrf() },
      }).catch(() => null);
  }
  function setTheme(value) {
    root.dataset.gxTheme = value;
    keep("theme", value);
    press();
  }
  function setDensity(value) {
    root.dataset.gxDensity = value;
    keep("density", value);
    press();
  }
  function fold() {
    const closed = root.dataset.gxSidebar !== "closed";
    root.dataset.gxSidebar = closed ? "closed" : "open";
    document.querySelector("[data-gx-fold]").setAttribute("aria-expanded", String(!closed));
    keep("sidebar", closed ? "closed" : "open");
  }
  function press() {
    document
      .querySelectorAll("[data-gx-set-theme]")
      .forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.gxSetTheme === root.dataset.gxTheme)));
    document
      .querySelectorAll("[data-gx-set-density]")
      .forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.gxSetDensity === root.dataset.gxDensity)));
  }

  /** The menu is written once; the sheet of a phone shows the same. */
  function openPhoneMenu() {
    const groups = document.querySelectorAll("#gx-sidebar .gx-nav-group");
    document.getElementById("gx-phone-nav").replaceChildren(...[...groups].map((group) => group.cloneNode(true)));
    document.getElementById("gx-phone-menu").showModal();
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-gx-set-theme]")) setTheme(at("[data-gx-set-theme]").dataset.gxSetTheme);
    if (at("[data-gx-set-density]")) setDensity(at("[data-gx-set-density]").dataset.gxSetDensity);
    if (at("button[data-gx-density]")) setDensity(root.dataset.gxDensity === "compact" ? "comfortable" : "compact");
    if (at("[data-gx-fold]")) fold();
    if (at("[data-gx-phone-create]")) document.getElementById("gx-phone-create").showModal();
    if (at("[data-gx-phone-menu]")) {
      event.preventDefault();
      openPhoneMenu();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (gx.typing(event) || gx.dialogOpen() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "[" && document.querySelector("[data-gx-fold]")) fold();
    const button = [...document.querySelectorAll("[data-gx-key]")].find((one) => one.dataset.gxKey === event.key);
    if (button) {
      event.preventDefault();
      button.click();
    }
  });

  /** 3 min ago, from the machine-readable time; older than four weeks keeps its date. */
  function relative(iso) {
    const minutes = Math.round((Date.now() - new Date(iso)) / 60000);
    if (Number.isNaN(minutes) || minutes < 0 || minutes > 40320) return null;
    if (minutes < 1) return gx.text("now");
    if (minutes < 60) return gx.text("minutes", { count: minutes });
    if (minutes < 1440) return gx.text("hours", { count: Math.round(minutes / 60) });
    return gx.text("days", { count: Math.round(minutes / 1440) });
  }
  function refreshTimes() {
    document.querySelectorAll("time[data-gx-relative]").forEach((time) => {
      const words = relative(time.dateTime);
      if (words && words !== time.textContent) {
        time.title ||= time.textContent;
        time.textContent = words;
      }
    });
  }

  function connection() {
    const note = document.getElementById("gx-offline");
    note.hidden = navigator.onLine;
    note.querySelector("span").textContent = gx.text("offline");
  }

  press();
  refreshTimes();
  connection();
  setInterval(refreshTimes, 60000);
  document.addEventListener("htmx:load", refreshTimes);
  addEventListener("online", () => {
    connection();
    gx.toast({ message: gx.text("online"), tone: "success" });
  });
  addEventListener("offline", connection);
})();
