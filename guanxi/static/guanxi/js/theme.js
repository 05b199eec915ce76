/* Runs before the first paint: the system's choice of light or dark, and what the person folded. */
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function cookie(name) {
    var found = document.cookie.match("(?:^|; )gx_" + name + "=([a-z]+)");
    return found && found[1];
  }
  function paint() {
    var choice = root.dataset.gxTheme;
    var theme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    if (root.dataset.bsTheme === theme) return;
    root.dataset.bsTheme = theme;
    root.dispatchEvent(new CustomEvent("gx:theme", { bubbles: true }));
  }

  root.dataset.gxTheme = cookie("theme") || root.dataset.gxTheme;
  root.dataset.gxDensity = cookie("density") || root.dataset.gxDensity;
  root.dataset.gxSidebar = cookie("sidebar") || root.dataset.gxSidebar;
  paint();
  dark.addEventListener("change", paint);
  new MutationObserver(paint).observe(root, { attributes: true, attributeFilter: ["data-gx-theme"] });
})();
