/* Selects that search: by name, pinyin or code at the server, with what tells namesakes apart. */
(function () {
  "use strict";
  const gx = window.gx;

  function line(data, escape) {
    const hint = data.hint ? `<small>${escape(data.hint)}</small>` : "";
    return `<div>${escape(data.text)}${hint}</div>`;
  }
  function pick(select) {
    const url = select.dataset.url;
    const settings = {
      plugins: select.multiple ? ["remove_button"] : [],
      valueField: "value",
      labelField: "text",
      searchField: url ? [] : ["text"],
      maxOptions: 200,
      placeholder: select.dataset.placeholder,
      create: select.dataset.create === "1",
      hidePlaceholder: true,
      closeAfterSelect: !select.multiple,
      allowEmptyOption: false,
      dropdownParent: select.closest("dialog") ? null : "body",
      render: {
        option: line,
        item: (data, escape) => `<div>${escape(data.text)}</div>`,
        no_results: () => `<div class="no-results">${gx.text("no_hits")}</div>`,
        loading: () => `<div class="no-results">${gx.text("loading")}</div>`,
      },
    };
    if (url) {
      settings.preload = "focus";
      settings.load = function (words, done) {
        const hand = (results) => {
          const chosen = !this.isOpen && this.isFull();
          done(results);
          if (chosen) this.close(); // an answer that comes late opened it again over what stands below
        };
        fetch(url + (url.includes("?") ? "&" : "?") + "q=" + encodeURIComponent(words))
          .then((answer) => (answer.ok ? answer.json() : { results: [] }))
          .then((json) => hand(json.results))
          .catch(() => hand());
      };
      settings.shouldLoad = () => true;
      settings.score = () => () => 1;
    }
    const box = new window.TomSelect(select, settings);
    select.setAttribute("aria-hidden", "true"); // Tom Select moves the label to its own input
    const label =
      select.getAttribute("aria-label") || (select.labels && select.labels[0] && select.labels[0].textContent) || "";
    if (!box.control_input.id || select.getAttribute("aria-label")) box.control_input.setAttribute("aria-label", label);
    return box;
  }

  gx.pick = pick;
  gx.each("select[data-gx-pick]", pick);
})();
