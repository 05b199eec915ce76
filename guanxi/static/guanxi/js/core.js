/* The one name space of Guanxi's scripts, and what all of them share. */
(function () {
  "use strict";
  const texts = JSON.parse(document.getElementById("gx-texts").textContent);

  /** The sentence for a key, with %(name)s filled from ``values``. */
  function text(key, values) {
    return (texts[key] || key).replace(/%\((\w+)\)s/g, (_all, name) => values[name]);
  }

  function csrf() {
    return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  }

  /** POST form fields to our own server; resolves to the Response, after telling about a refusal. */
  async function post(url, fields) {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields || {}))
      for (const one of [].concat(value)) body.append(name, one);
    let answer;
    try {
      answer = await fetch(url, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": csrf(), "HX-Request": "true" },
        credentials: "same-origin",
      });
    } catch {
      gx.toast({ message: text("failed"), tone: "danger" });
      return null;
    }
    announce(answer);
    if (answer.status >= 400 && answer.status !== 409 && answer.status !== 422)
      gx.toast({ message: refusal(answer.status, await answer.clone().text()), tone: "danger" });
    return answer;
  }

  /** Raise the events named in an HX-Trigger header, as htmx does for its own requests. */
  function announce(answer) {
    const header = answer.headers.get("HX-Trigger");
    if (!header || !header.startsWith("{")) return;
    for (const [name, detail] of Object.entries(JSON.parse(header)))
      document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }

  /** Why the server refused: its own words (platform/refusal.html) if it gave any, else by the status. */
  function refusal(status, html) {
    if (html && html.includes("data-gx-refusal"))
      return new DOMParser().parseFromString(html, "text/html").querySelector("[data-gx-refusal]").textContent;
    if (status === 401) return text("signed_out");
    if (status === 403) return text("refused");
    if (status === 404 || status === 410) return text("gone");
    return text("failed");
  }

  /** Put HTML made by our own templates into a place and wake htmx and the widgets in it. */
  function put(place, html) {
    place.innerHTML = html;
    window.htmx.process(place);
    place.dispatchEvent(new CustomEvent("gx:placed", { bubbles: true }));
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    const sprite = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", sprite + "#" + name);
    svg.append(use);
    return svg;
  }

  /** An element with classes, text and children. */
  function make(tag, classes, content) {
    const element = document.createElement(tag);
    if (classes) element.className = classes;
    if (content !== undefined) element.append(...[].concat(content));
    return element;
  }

  /** Whether a key belongs to what the person is typing into. */
  function typing(event) {
    return event.target.closest(
      "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], .ts-wrapper",
    );
  }

  function dialogOpen() {
    return document.querySelector("dialog[open]");
  }

  /** Call ``visit`` for every match now and in whatever is placed on the page later. */
  function each(selector, visit) {
    const run = (root) =>
      root.querySelectorAll(selector).forEach((found) => {
        const seen = (found.gxSeen ||= new Set());
        if (seen.has(visit)) return;
        seen.add(visit);
        visit(found);
      });
    run(document);
    document.addEventListener("gx:placed", (event) => run(event.target));
    document.addEventListener("htmx:load", (event) => run(event.target.parentElement || document));
  }

  const gx = { text, post, put, icon, make, typing, dialogOpen, each, announce, refusal, csrf };
  window.gx = gx;

  document.addEventListener("htmx:responseError", (event) =>
    gx.toast({ message: refusal(event.detail.xhr.status, event.detail.xhr.responseText), tone: "danger" }),
  );
  document.addEventListener("htmx:sendError", () => gx.toast({ message: text("failed"), tone: "danger" }));
})();
