/* Writing an expression: what is wrong with it, what it gives for a record or for typed values, and which names there are.
   The form of a rule gets its choice of fields and values from the same answer. */
(function () {
  "use strict";
  const gx = window.gx;
  const PAUSE = 250; // milliseconds after the last key

  async function json(url) {
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    return answer && answer.ok ? answer.json() : null;
  }

  /** The text input of a rule's field becomes a choice of the fields that there are. */
  function chooseField(form, targets) {
    const old = form.querySelector('.gx-field [name="field"]');
    if (!old) return;
    const select = gx.make("select", "form-select");
    for (const name of ["id", "name", "aria-describedby", "required", "aria-required"])
      if (old.hasAttribute(name)) select.setAttribute(name, old.getAttribute(name));
    select.append(new Option("—", ""));
    for (const one of targets) select.append(new Option(one.label, one.key));
    if (old.value && !targets.some((one) => one.key === old.value)) select.append(new Option(old.value, old.value));
    select.value = old.value;
    old.replaceWith(select);
  }
  /** Values are named for a rule that limits a choice only, and only those of its field. */
  function chooseOptions(form, targets) {
    const place = form.querySelector('[data-field="options"]');
    const box = place && place.querySelector("select").tomselect;
    if (!box) return;
    const target = targets.find((one) => one.key === form.elements.field.value);
    const limits = form.elements.effect.value === "limit";
    place.hidden = !limits;
    const kept = limits ? box.items.filter((one) => target && target.options.some((each) => each.value === one)) : [];
    box.clear(true);
    box.clearOptions();
    box.addOptions(target ? target.options : []);
    box.setValue(kept, true);
  }

  gx.each("[data-gx-try]", async (panel) => {
    const form = panel.closest("form");
    const text = form.querySelector(`[name="${panel.dataset.gxTry}"]`);
    const entity = form.querySelector('[name="entity"]');
    if (!text || !entity) return;
    text.closest(".gx-field").append(panel);
    text.classList.add("gx-code");
    const verdict = panel.querySelector(".gx-try-verdict");
    const values = panel.querySelector(".gx-try-values");
    const { FeelPreview } = await import(gx.expressionEngine);
    const preview = new FeelPreview(panel.dataset.try, gx.askExpression);
    let known = { names: [], targets: [], picker: "", sample: "" };
    let typed = {};
    let turn = 0;
    let clock = 0;

    function say(message, wrong) {
      verdict.textContent = message;
      verdict.classList.toggle("gx-wrong", Boolean(wrong));
    }
    function showNames() {
      panel.querySelector(".gx-try-names").replaceChildren(
        ...known.names.map((one) => {
          const button = gx.make("button", "gx-try-name", [gx.make("code", "", one.key), ` ${one.label}`]);
          button.type = "button";
          button.title = one.type;
          button.addEventListener("click", () => {
            text.setRangeText(one.key, text.selectionStart, text.selectionEnd, "end");
            text.focus();
            text.dispatchEvent(new Event("input", { bubbles: true }));
          });
          return gx.make("li", "", [button]);
        }),
      );
    }
    function showValues(names) {
      const shown = new Set([...values.querySelectorAll("input")].map((one) => one.dataset.name));
      if (names.length === shown.size && names.every((one) => shown.has(one))) return;
      values.replaceChildren(
        ...names.map((name) => {
          const input = gx.make("input", "form-control form-control-sm gx-code");
          input.dataset.name = name;
          input.value = typed[name] ?? "null";
          input.addEventListener("input", () => {
            typed[name] = input.value;
            soon();
          });
          return gx.make("label", "", [gx.make("span", "", name), input]);
        }),
      );
    }
    async function judge() {
      const mine = ++turn;
      if (!text.value.trim() || !entity.value) return say("");
      const answer = await gx.post(panel.dataset.check, { entity: entity.value, text: text.value });
      const found = answer && answer.ok ? await answer.json() : null;
      if (mine !== turn || !found) return undefined;
      if (found.error) return say(found.error, true);
      showValues(found.names);
      const names = Object.fromEntries(found.names.map((name) => [name, (typed[name] || "").trim() || "null"]));
      const given = await preview.answer(text.value, names);
      if (mine !== turn) return undefined;
      if (given.error) return say(given.error, true);
      const held = { true: gx.text("try_holds"), false: gx.text("try_fails"), null: gx.text("try_fails") };
      const told = panel.dataset.gxTry === "condition" ? held[given.value] : gx.text("try_value", given);
      return say(`${gx.text("try_kind", found)} · ${told || given.value}`);
    }
    function soon() {
      clearTimeout(clock);
      clock = setTimeout(judge, PAUSE);
    }
    async function renew() {
      panel.hidden = !entity.value;
      if (!entity.value) return;
      known = (await json(`${panel.dataset.about}?entity=${encodeURIComponent(entity.value)}`)) || known;
      showNames();
      chooseField(form, known.targets);
      chooseOptions(form, known.targets);
      const select = panel.querySelector("#gx-try-record");
      panel.querySelector(".gx-try-record").hidden = !known.picker;
      if (known.picker) {
        if (select.tomselect) select.tomselect.destroy();
        select.dataset.url = known.picker;
        gx.pick(select).on("change", async (pk) => {
          const found = pk && (await json(known.sample.replace("__id__", pk)));
          if (!found) return;
          typed = found.names;
          values.replaceChildren();
          judge();
        });
      }
      panel.dataset.ready = "1";
      judge();
    }
    text.addEventListener("input", soon);
    form.addEventListener("change", (event) => {
      if (event.target === entity) renew();
      else if (["field", "effect"].includes(event.target.name)) chooseOptions(form, known.targets);
    });
    renew();
  });
})();
