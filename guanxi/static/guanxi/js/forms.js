/* Forms: errors as a field is left, what depends on what, the guard of unsaved work, Ctrl-S and Esc. */
(function () {
  "use strict";
  const gx = window.gx;
  let leaving = false;

  function show(field, message) {
    const note = field.querySelector(".gx-error");
    field.classList.toggle("gx-invalid", Boolean(message));
    note.hidden = !message;
    note.textContent = message;
    field
      .querySelectorAll("input, select, textarea")
      .forEach((one) => (message ? one.setAttribute("aria-invalid", "true") : one.removeAttribute("aria-invalid")));
  }
  /** Ask the browser first, then the server where the field has its own check. */
  async function check(field) {
    const control = field.querySelector("input:not([type=hidden]), select, textarea");
    if (!control || !control.name) return;
    if (!control.checkValidity()) {
      show(field, control.validationMessage);
      return;
    }
    if (!field.dataset.check) {
      show(field, "");
      return;
    }
    const answer = await gx.post(field.dataset.check, Object.fromEntries(new FormData(control.form)));
    if (answer && answer.ok) show(field, (await answer.text()).trim());
  }
  function depend(form) {
    form.querySelectorAll("[data-when]").forEach((field) => {
      const data = new FormData(form).getAll(field.dataset.when).map(String);
      field.hidden = !field.dataset.values.split(" ").some((value) => data.includes(value));
    });
  }
  const dirty = () => document.querySelector("[data-gx-guard].gx-dirty");

  gx.each("[data-gx-guard]", (form) => {
    depend(form);
    const change = () => {
      form.classList.add("gx-dirty");
      depend(form);
    };
    form.addEventListener("input", change);
    form.addEventListener("change", change);
    form.addEventListener("submit", () => form.classList.remove("gx-dirty"));
    const wrong = form.querySelector("[aria-invalid=true]") || form.querySelector("[role=alert][tabindex]");
    if (wrong) wrong.focus();
  });
  document.addEventListener("focusout", (event) => {
    const field = event.target.closest && event.target.closest(".gx-form .gx-field");
    if (!field || (event.relatedTarget && field.contains(event.relatedTarget))) return;
    if (field.closest("form").classList.contains("gx-dirty") || field.classList.contains("gx-invalid")) check(field);
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (
      !link ||
      !dirty() ||
      leaving ||
      event.ctrlKey ||
      event.metaKey ||
      link.target ||
      link.getAttribute("href").startsWith("#") ||
      link.hasAttribute("hx-get")
    )
      return;
    event.preventDefault();
    if (await gx.ask(gx.text("leave"), gx.text("leave_yes"), gx.text("leave_no"))) {
      leaving = true;
      location.href = link.href;
    }
  });
  addEventListener("beforeunload", (event) => {
    if (dirty() && !leaving) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      const form =
        document.querySelector("dialog[open] form[data-gx-save]") || document.querySelector("form[data-gx-save]");
      if (form) {
        event.preventDefault();
        form.requestSubmit();
      }
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.matches("textarea")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    if (event.key === "Escape" && !gx.dialogOpen()) {
      const own = event.target.closest(".gx-prop-form");
      const cancel = own
        ? own.querySelector("[data-gx-escape]")
        : event.target.closest(".gx-form") && document.querySelector("[data-gx-cancel]");
      if (cancel) cancel.click();
    }
  });
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button || event.target.method === "dialog" || event.target.method === "get") return;
    setTimeout(() => {
      button.disabled = true;
    }, 0);
    setTimeout(() => {
      button.disabled = false;
    }, 8000);
  });

  // What decides how a file is read renews the page as soon as it is changed.
  gx.each("[data-gx-resubmit]", (tools) =>
    tools.addEventListener("change", () => {
      const form = tools.closest("form");
      form.classList.remove("gx-dirty");
      form.requestSubmit(tools.querySelector("button"));
    }),
  );

  gx.each("[data-gx-drop]", (drop) => {
    const input = drop.querySelector("input");
    const words = drop.querySelector(".gx-drop-text");
    input.addEventListener("change", () => {
      if (words && input.files.length) words.textContent = [...input.files].map((file) => file.name).join(", ");
    });
    for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, () => drop.classList.add("gx-over"));
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("gx-over"));
  });
})();
