/* The filter popover: typed conditions in groups, written as the JSON tree of platform/feel into the address bar. */
(function () {
  "use strict";
  const gx = window.gx;
  const dialog = document.getElementById("gx-filter");
  if (!dialog) return;
  let fields = [];
  const tree = JSON.parse(document.getElementById("gx-filter-tree").textContent);
  const place = dialog.querySelector(".gx-filter-groups");
  const NUMBERS = ["integer", "decimal", "money"];

  const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
  const fieldOf = (row) => fields.find((field) => field.key === row.querySelector("[data-field]").value);
  const operatorOf = (row) =>
    fieldOf(row).operators.find((one) => one.key === row.querySelector("[data-operator]").value);

  function options(select, items, chosen) {
    select.replaceChildren(
      ...items.map(
        (item) =>
          new Option(
            item.label,
            item.key ?? item.value,
            false,
            []
              .concat(chosen ?? [])
              .map(String)
              .includes(String(item.key ?? item.value)),
          ),
      ),
    );
  }
  function input(field, value) {
    const control = gx.make("input", "form-control");
    control.type = field.kind === "date" ? "date" : field.kind === "date_time" ? "datetime-local" : "text";
    if (NUMBERS.includes(field.kind)) control.inputMode = "decimal";
    control.value = value ?? "";
    control.setAttribute("aria-label", gx.text("value"));
    return control;
  }
  function select(field, operator, values) {
    const control = gx.make("select", "form-select");
    const choices = operator.choices.length ? operator.choices : field.choices;
    control.multiple = operator.values === -1;
    control.setAttribute("aria-label", gx.text("value"));
    options(control, control.multiple ? choices : [{ value: "", label: gx.text("choose") }, ...choices], values);
    if (field.picker) {
      for (const value of values)
        if (![...control.options].some((one) => one.value === String(value)))
          control.add(new Option(value, value, true, true));
      control.dataset.url = field.picker;
    }
    return control;
  }
  /** The control for what the operator takes: nothing, one value, two, or a list. */
  function drawValue(row, values = []) {
    const spot = row.querySelector(".gx-filter-value");
    const field = fieldOf(row);
    const operator = operatorOf(row);
    spot.replaceChildren();
    if (operator.values === 0) return;
    if (operator.choices.length || field.choices.length || field.picker) {
      const control = select(field, operator, values);
      spot.append(control);
      if (control.multiple || field.picker) gx.pick(control);
      return;
    }
    for (let at = 0; at < Math.max(1, operator.values); at++) {
      if (at) spot.append(gx.make("span", "gx-hint", gx.text("and")));
      spot.append(input(field, operator.values === -1 ? values.join(", ") : values[at]));
    }
  }
  function drawOperators(row, chosen) {
    options(row.querySelector("[data-operator]"), fieldOf(row).operators, chosen);
  }
  function addRow(group, node) {
    const row = copy("gx-filter-row");
    const known = node && fields.some((field) => field.key === node[1]);
    if (node && !known) {
      keepNode(group, node);
      return;
    }
    options(row.querySelector("[data-field]"), fields, node ? node[1] : fields[0].key);
    drawOperators(row, node && node[0]);
    group.querySelector(".gx-filter-rows").append(row);
    drawValue(row, node ? (Array.isArray(node[2]) ? node[2] : node.slice(2)) : []);
    if (!node) row.querySelector("[data-field]").focus();
  }
  /** A part too deep for this popover stays as it is. */
  function keepNode(group, node) {
    const row = gx.make("p", "gx-filter-kept", JSON.stringify(node));
    row.gxNode = node;
    group.querySelector(".gx-filter-rows").append(row);
  }
  function addGroup(joiner, nodes) {
    if (place.children.length) place.append(copy("gx-filter-joiner"));
    const group = copy("gx-filter-group");
    group.querySelector("[data-join]").value = joiner;
    place.append(group);
    for (const node of nodes) ["and", "or", "not"].includes(node[0]) ? keepNode(group, node) : addRow(group, node);
    if (!nodes.length) addRow(group);
  }
  function draw() {
    place.replaceChildren();
    const [head, ...nodes] = tree.length ? tree : ["and"];
    if (!["and", "or"].includes(head)) {
      addGroup("and", [tree]);
      return;
    }
    const nested = nodes.filter((node) => ["and", "or"].includes(node[0]));
    const plain = nodes.filter((node) => !nested.includes(node));
    if (plain.length || !nested.length) addGroup(head, plain);
    nested.forEach((node) => addGroup(node[0], node.slice(1)));
    place.querySelectorAll("[data-top]").forEach((one) => {
      one.value = head;
    });
  }
  function readRow(row) {
    if (row.gxNode) return row.gxNode;
    const operator = operatorOf(row);
    const controls = [...row.querySelectorAll(".gx-filter-value > :is(input, select)")];
    const values = controls
      .flatMap((one) =>
        one.multiple
          ? [...one.selectedOptions].map((option) => option.value)
          : operator.values === -1
            ? one.value.split(/[,\uff0c\u3001\n]/).map((part) => part.trim())
            : [one.value.trim()],
      )
      .filter(Boolean);
    if (operator.values !== 0 && values.length < Math.max(1, operator.values)) return null;
    return [operator.key, fieldOf(row).key, ...(operator.values === -1 ? [values] : values)];
  }
  function read() {
    const groups = [...place.querySelectorAll(".gx-filter-box")].map((group) => [
      group.querySelector("[data-join]").value,
      ...[...group.querySelectorAll(".gx-filter-row, .gx-filter-kept")].map(readRow).filter(Boolean),
    ]);
    const full = groups.filter((group) => group.length > 1);
    if (full.length < 2) return full[0] || [];
    const top = place.querySelector("[data-top]").value;
    return [
      top,
      ...full.flatMap((group) => (group.length === 2 ? [group[1]] : group[0] === top ? group.slice(1) : [group])),
    ];
  }
  function go(next) {
    const url = new URL(location.href);
    for (const name of ["after", "before", "filter"]) url.searchParams.delete(name);
    if (next.length) url.searchParams.set("filter", JSON.stringify(next));
    location.href = url;
  }

  /** What may be filtered by, asked for once per page: most readers of a list never open the popover. */
  async function load() {
    if (fields.length) return true;
    const answer = await fetch(dialog.dataset.url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) fields = (await answer.json()).fields;
    else gx.toast({ message: answer ? gx.refusal(answer.status, "") : gx.text("failed"), tone: "danger" });
    return Boolean(answer?.ok);
  }
  async function open(chip) {
    if (!(await load()) || dialog.open) return;
    draw();
    dialog.showModal();
    const row = chip && dialog.querySelectorAll(".gx-filter-row")[Number(chip.dataset.gxChip)];
    if (row) row.querySelector(".gx-filter-value :is(input, select)")?.focus();
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-gx-filter]") || at("[data-gx-chip]")) open(at("[data-gx-chip]"));
    if (at("[data-filter-add]")) addRow(at(".gx-filter-box"));
    if (at("[data-filter-group]")) addGroup("or", []);
    if (at("[data-filter-remove]")) at(".gx-filter-row").remove();
    if (at("[data-filter-clear]")) go([]);
    if (at("[data-filter-apply]")) go(read());
  });
  dialog.addEventListener("change", (event) => {
    const row = event.target.closest(".gx-filter-row");
    if (event.target.matches("[data-field]")) {
      drawOperators(row);
      drawValue(row);
    }
    if (event.target.matches("[data-operator]")) drawValue(row);
    if (event.target.matches("[data-top]"))
      place.querySelectorAll("[data-top]").forEach((one) => {
        one.value = event.target.value;
      });
  });
  dialog.addEventListener("keydown", (event) => {
    if (
      event.key === "Enter" &&
      event.target.matches(".gx-filter-value input") &&
      !event.target.closest(".ts-wrapper") &&
      !event.isComposing
    ) {
      event.preventDefault();
      go(read());
    }
  });
})();
