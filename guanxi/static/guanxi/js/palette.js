/* Ctrl-K or /: menu, commands and records in one box. */
(function () {
  "use strict";
  const gx = window.gx;
  const dialog = document.getElementById("gx-palette");
  if (!dialog) return;
  const input = document.getElementById("gx-palette-input");
  const list = document.getElementById("gx-palette-list");
  let chosen = 0;
  let asked = 0;

  function menuItems() {
    return [...document.querySelectorAll("#gx-sidebar .gx-nav-item")].map((link) => ({
      label: link.querySelector(".gx-nav-label").textContent,
      hint: (link.closest(".gx-nav-group").querySelector("h2") || {}).textContent || "",
      icon: link.querySelector("use").getAttribute("href").split("#")[1],
      url: link.href,
    }));
  }
  /** Commands of this page: its visible buttons. */
  function pageItems() {
    const shown = "#gx-main .gx-head-actions :is(.btn, .dropdown-item, [data-gx-key]):not(.gx-blocked)";
    return [...document.querySelectorAll(shown)]
      .map((button) => ({ button, label: button.textContent.trim() || button.getAttribute("aria-label") }))
      .filter((item) => item.label)
      .map(({ button, label }) => ({ label, icon: "bolt", run: () => button.click() }));
  }
  function draw(groups) {
    list.replaceChildren();
    let count = 0;
    for (const group of groups.filter((one) => one.items.length)) {
      const box = gx.make("div", "gx-palette-group");
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", group.label);
      const title = gx.make("div", "gx-palette-title", group.label);
      title.setAttribute("aria-hidden", "true");
      box.append(title);
      for (const item of group.items) {
        const line = gx.make("div", "gx-palette-item", [
          gx.icon(item.icon || "arrow-right"),
          gx.make("span", "", item.label),
          gx.make("small", "", item.hint || ""),
        ]);
        line.id = "gx-hit-" + count++;
        line.setAttribute("role", "option");
        line.gxItem = item;
        box.append(line);
      }
      list.append(box);
    }
    if (!count) {
      const none = gx.make("div", "gx-palette-none", gx.text("no_hits"));
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      list.append(none);
    }
    choose(0);
  }
  function choose(index) {
    const lines = [...list.querySelectorAll(".gx-palette-item")];
    chosen = lines.length ? (index + lines.length) % lines.length : 0;
    lines.forEach((line, at) => line.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", lines.length ? lines[chosen].id : "");
    if (lines.length) lines[chosen].scrollIntoView({ block: "nearest" });
  }
  function run(line, aside) {
    if (!line) return;
    dialog.close();
    if (line.gxItem.run) line.gxItem.run();
    else if (aside) window.open(line.gxItem.url, "_blank", "noopener");
    else location.href = line.gxItem.url;
  }
  async function look() {
    const words = input.value.trim().toLowerCase();
    const fits = (item) => !words || (item.label + " " + (item.hint || "")).toLowerCase().includes(words);
    const own = [
      { label: gx.text("actions"), items: pageItems().filter(fits) },
      { label: gx.text("menu"), items: menuItems().filter(fits) },
    ];
    draw(own);
    if (!dialog.dataset.url) return;
    const mine = ++asked;
    const answer = await fetch(dialog.dataset.url + "?q=" + encodeURIComponent(words)).catch(() => null);
    if (!answer || !answer.ok || mine !== asked) return;
    const found = (await answer.json()).groups;
    if (mine !== asked) return;
    // What is already shown stays where it is: Enter must not take another line than the one just read.
    const at = chosen;
    draw(words ? [...own, ...found] : [...found, ...own]);
    if (words) choose(at);
  }
  function open() {
    if (dialog.open) return;
    input.value = "";
    dialog.showModal();
    look();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-gx-palette]")) open();
  });
  document.addEventListener("keydown", (event) => {
    const called =
      (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !gx.typing(event));
    if (called && !gx.dialogOpen()) {
      event.preventDefault();
      open();
    }
  });
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 80);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      dialog.close();
    } // a search box would only empty itself
    if (event.key === "ArrowDown") {
      event.preventDefault();
      choose(chosen + 1);
    }
    if (event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen - 1);
    }
    if (event.key === "Enter") {
      event.preventDefault();
      run(list.querySelectorAll(".gx-palette-item")[chosen], event.ctrlKey || event.metaKey);
    }
  });
  list.addEventListener("click", (event) =>
    run(event.target.closest(".gx-palette-item"), event.ctrlKey || event.metaKey),
  );
  list.addEventListener("mousemove", (event) => {
    const line = event.target.closest(".gx-palette-item");
    if (line && line.getAttribute("aria-selected") !== "true")
      choose([...list.querySelectorAll(".gx-palette-item")].indexOf(line));
  });
})();
