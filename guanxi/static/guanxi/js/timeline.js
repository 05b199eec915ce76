/* The composer above a timeline. The unfinished text is kept by the server, never in the browser. */
(function () {
  "use strict";
  const gx = window.gx;

  gx.each("[data-gx-composer]", (composer) => {
    let timer;
    const forms = [...composer.querySelectorAll("[data-compose-form]")];
    const buttons = [...composer.querySelectorAll("[data-gx-compose]")];
    const current = () => forms.find((form) => !form.hidden);

    /** Change the kind; what is already written goes along. */
    function choose(kind) {
      const before = current();
      for (const form of forms) form.hidden = form.dataset.composeForm !== kind;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.gxCompose === kind));
      const after = current();
      if (before && before !== after) {
        after.elements.text.value ||= before.elements.text.value;
        before.elements.text.value = "";
        before.classList.remove("gx-dirty");
      }
      after.elements.text.focus();
    }
    function draft(event) {
      if (!composer.dataset.draftUrl || event.target.name !== "text") return;
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const form = current();
        const answer = await gx.post(composer.dataset.draftUrl, {
          kind: form.dataset.composeForm,
          text: form.elements.text.value,
        });
        if (answer && answer.ok) form.classList.remove("gx-dirty");
      }, 800);
    }

    composer.addEventListener("click", (event) => {
      const button = event.target.closest("[data-gx-compose]");
      if (button) choose(button.dataset.gxCompose);
    });
    composer.addEventListener("input", draft);
    composer.addEventListener("submit", () => clearTimeout(timer));
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const tab = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (!tab || tab.getAttribute("role") !== "tab") return;
    tab.parentElement
      .querySelectorAll("[role=tab]")
      .forEach((one) => one.setAttribute("aria-selected", String(one === tab)));
  });
  gx.each("[role=tablist]", (tabs) => {
    // On a phone the tabs scroll: the chosen one stands in the middle.
    const chosen = tabs.querySelector("[aria-selected=true]");
    if (chosen) tabs.scrollLeft = chosen.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
    tabs.addEventListener("keydown", (event) => {
      const all = [...tabs.querySelectorAll("[role=tab]")];
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) all[(all.indexOf(event.target) + step + all.length) % all.length].focus();
    });
  });
})();
