/* Rules over fields, followed while somebody types: what is shown, needed, locked, and which choices are left. The server
   asks them again when the form is saved; a condition that cannot be answered here changes nothing. */
(function () {
  "use strict";
  const gx = window.gx;
  const engine = new URL("feel_preview.js", document.currentScript.src).href;
  const PAUSE = 150; // milliseconds after the last key

  const inputs = (field) => field.querySelectorAll("input, select, textarea");

  /** What stands in an input, as an expression; null where it is none. */
  function written(form, name, kind) {
    const control = form.querySelector(`.gx-field [name="${name}"]:not([type=hidden])`);
    if (kind === "boolean") return String(Boolean(control && control.checked));
    const value = control ? control.value.trim() : "";
    if (!value) return "null";
    if (kind === "number") {
      const number = value.replace(/[,\uFF0C\s]/g, "");
      return /^-?\d+(\.\d+)?$/.test(number) ? number : "null";
    }
    if (kind === "date") return /^\d{4}-\d\d-\d\d$/.test(value) ? `date("${value}")` : "null";
    return JSON.stringify(value);
  }
  function names(form, rule) {
    return Object.fromEntries(
      Object.entries(rule.names).map(([name, { kind, value }]) => [name, kind ? written(form, name, kind) : value]),
    );
  }

  function need(field, needed) {
    inputs(field).forEach((one) => {
      if (one.type === "hidden" || one.type === "checkbox" || !one.name) return;
      one.required = needed;
      if (needed) one.setAttribute("aria-required", "true");
      else one.removeAttribute("aria-required");
    });
    const label = field.querySelector(".form-label");
    const star = field.querySelector(".gx-required");
    if (needed && !star && label) label.append(" ", gx.make("span", "gx-required", "*"));
    if (!needed && star) star.remove();
  }
  /** What is hidden or locked is not sent, so it stays as it is. */
  function still(field, stays) {
    inputs(field).forEach((one) => {
      one.disabled = stays;
      if (one.tomselect) one.tomselect[stays ? "disable" : "enable"]();
    });
  }
  function lock(field, reason) {
    field.classList.toggle("gx-locked", Boolean(reason));
    let note = field.querySelector(".gx-lock-note");
    if (!reason) {
      if (note) note.remove();
      return;
    }
    if (!note) field.append((note = gx.make("p", "gx-lock-note")));
    note.replaceChildren(gx.icon("lock"), reason);
  }
  function offer(field, values) {
    const select = field.querySelector("select");
    if (!select) return;
    const box = select.tomselect;
    if (!box) {
      select.querySelectorAll("option").forEach((option) => {
        option.hidden = option.disabled = Boolean(
          values && option.value && !option.selected && !values.includes(option.value),
        );
      });
      return;
    }
    field.gxOptions ||= Object.values(box.options).map((one) => ({ ...one }));
    for (const one of field.gxOptions) {
      const left = !values || values.includes(one.value) || box.items.includes(one.value);
      if (left) box.addOption(one);
      else box.removeOption(one.value);
    }
    box.refreshOptions(false);
  }

  function apply(form, rules, held) {
    const verdicts = new Map();
    rules.forEach((rule, index) => {
      const verdict = verdicts.get(rule.field) || { always: rule.always, hidden: false, needed: false };
      const holds = held[index];
      if (rule.effect === "show" && holds === false) verdict.hidden = true;
      if (rule.effect === "require" && holds) verdict.needed = true;
      if (rule.effect === "lock" && holds) verdict.locked = rule.label;
      if (rule.effect === "limit" && holds)
        verdict.values = verdict.values ? verdict.values.filter((one) => rule.options.includes(one)) : rule.options;
      verdicts.set(rule.field, verdict);
    });
    for (const [name, verdict] of verdicts) {
      const field = form.querySelector(`[data-field="${name}"]`);
      if (!field) continue;
      field.hidden = verdict.hidden;
      need(field, verdict.always || (verdict.needed && !verdict.hidden));
      lock(field, verdict.locked);
      offer(field, verdict.values);
      still(field, verdict.hidden || Boolean(verdict.locked));
    }
    form.querySelectorAll(".gx-section").forEach((section) => {
      const fields = [...section.querySelectorAll(".gx-field")];
      section.hidden = fields.length > 0 && fields.every((one) => one.hidden);
    });
    form.dataset.rules = "followed";
  }

  async function ask(address, question) {
    const answer = await fetch(address, {
      method: "POST",
      body: JSON.stringify(question),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": gx.csrf() },
    }).catch(() => null);
    return answer && answer.ok ? answer.json() : {};
  }

  /** true, false, or null where the condition has no answer: the server counts that as false, a fault as unknown. */
  function verdict(answer) {
    if (answer.error || answer.value === undefined) return undefined;
    return answer.value === "true";
  }

  gx.askExpression = ask;
  gx.expressionEngine = engine;
  gx.each("#gx-rules", async (block) => {
    const { url, rules } = JSON.parse(block.textContent);
    const form = block.closest("form");
    const { FeelPreview } = await import(engine);
    const preview = new FeelPreview(url, ask);
    let turn = 0;
    let clock = 0;
    const known = new Map();
    async function follow() {
      const mine = ++turn;
      const held = await Promise.all(
        rules.map(async (rule) => {
          const values = names(form, rule);
          const key = JSON.stringify([rule.text, values]);
          if (!known.has(key)) {
            const found = verdict(await preview.answer(rule.text, values));
            if (found === undefined) return undefined;
            known.set(key, found);
          }
          return known.get(key);
        }),
      );
      if (mine === turn) apply(form, rules, held);
    }
    const soon = () => {
      clearTimeout(clock);
      clock = setTimeout(follow, PAUSE);
    };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    follow();
  });
})();
