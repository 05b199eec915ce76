/* What the server tells while the page is open. Events, each with JSON data:
     badge      {counter, count}                 a number in the menu, the bar or the bottom bar
     job        {id, label, percent, state, url} the ring; parts with data-gx-job reload; the end makes a toast
     toast      as contexts.Toast
     record     {entity, id, version, name}      somebody changed the record that is open
     signed_out {}                               the session ended */
(function () {
  "use strict";
  const gx = window.gx;
  const url = document.body.dataset.liveUrl;
  if (!url) return;

  function badge({ counter, count }) {
    document.querySelectorAll(`[data-gx-counter="${CSS.escape(counter)}"]`).forEach((mark) => {
      mark.textContent = count > 99 ? "99+" : count;
      mark.hidden = !count;
    });
  }
  function job(data) {
    const ring = document.querySelector("[data-gx-jobs]");
    const alive = data.state === "running" || data.state === "waiting";
    if (ring) {
      ring.querySelector(".gx-ring").classList.toggle("gx-alive", alive);
      ring.querySelector(".gx-ring-bar").setAttribute("stroke-dasharray", `${alive ? data.percent : 0} 100`);
      ring.dataset.tip = alive ? `${data.label} ${data.percent}%` : ring.getAttribute("aria-label");
    }
    document
      .querySelectorAll(`[data-gx-job="${CSS.escape(String(data.id))}"]`)
      .forEach((part) => window.htmx.trigger(part, "gx:job"));
  }
  function record({ entity, id, version, name }) {
    const open = document.getElementById("gx-record");
    if (
      !open ||
      open.dataset.entity !== entity ||
      open.dataset.id !== String(id) ||
      Number(open.dataset.version) >= version
    )
      return;
    const note = document.getElementById("gx-record-note");
    note.querySelector("p").textContent = gx.text("record_changed", { name });
    note.hidden = false;
  }
  const hear = {
    badge,
    job,
    record,
    toast: gx.toast,
    signed_out: () => gx.toast({ message: gx.text("signed_out"), tone: "warning" }),
  };

  function alone() {
    const source = new EventSource(url);
    for (const name of Object.keys(hear)) source.addEventListener(name, (event) => hear[name](JSON.parse(event.data)));
    addEventListener("pagehide", () => source.close());
  }
  function shared() {
    const script = document.querySelector('script[src*="/js/live."]').src.replace("/js/live.", "/js/live_worker.");
    const worker = new SharedWorker(script, { name: "gx-live" });
    worker.port.addEventListener("message", ({ data }) => hear[data.name](data.data));
    worker.port.start();
    worker.port.postMessage({ listen: new URL(url, location.href).href });
    addEventListener("pagehide", () => worker.port.postMessage({ leave: true }));
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }

  try {
    if ("SharedWorker" in window) shared();
    else alone();
  } catch {
    alone();
  }
})();
