"""Texts that try to become more than text: each would leave an element ``x-9``, an attribute ``data-x-9`` or ``window.__x``
behind if a page took it for markup or script. ``{n}`` makes each of them another one."""

PAYLOADS = (
    "<x-9></x-9><script>window.__x={n}</script>",
    '"><x-9></x-9><img src=x onerror=window.__x={n}>',
    "'><x-9></x-9><svg onload=window.__x={n}>",
    "</script><x-9></x-9><script>window.__x={n}</script>",
    "</textarea></title><x-9></x-9><iframe src=/help/?{n}></iframe>",
    '" autofocus onfocus=window.__x={n} data-x-9="',
    "' onmouseover=window.__x={n} data-x-9='",
    "<a data-x-9 href=javascript:window.__x={n}>x</a>",
    "&lt;x-9&gt;&lt;img src=x onerror=window.__x={n}&gt;",
    '{{constructor.constructor("window.__x={n}")()}}',
    "<b data-x-9 hx-get=/help/?{n} hx-trigger=load>x</b>",
    "<meta http-equiv=refresh content=0;url=/help/?{n}><x-9>",
    "<base href=//evil.test/{n}><x-9>",
    "<style>*{x:url(//evil.test/{n})}</style><x-9>",
    "</template></noscript><x-9><script>window.__x={n}</script>",
    "--><x-9>{n}<!--",
    "\\u003cx-9\\u003e\\x3cx-9\\x3e{n}",
    "javascript:window.__x={n}",
)
SHORT = "<x-9>{n}"


def payload(n: int, length: int = 0) -> str:
    """One that fits into so many signs (0: any number)."""
    for text in (PAYLOADS[n % len(PAYLOADS)], '"><x-9 onx={n}>', SHORT):
        made = text.replace("{n}", str(n))
        if not length or len(made) <= length:
            return made
    return ""


#: What a text that became markup leaves in a page; a frame of ours is sandboxed.
TRACES = """(() => {
  const judge = (root) => [...root.querySelectorAll(
      "x-9, [data-x-9], [onerror], [onload], [onfocus], [onmouseover], [onx], object, embed, base[href], meta[http-equiv],"
      + " iframe:not([sandbox])")]
    .concat([...root.querySelectorAll("[href], [src], [action], [formaction], [hx-get], [hx-post]")]
      .filter((one) => ["href", "src", "action", "formaction", "hx-get", "hx-post"]
        .some((name) => /^\\s*javascript:/i.test(one.getAttribute(name) || ""))))
    .map((one) => one.outerHTML.slice(0, 200));
  const kept = () => {
    try {
      return JSON.stringify([{...localStorage}, {...sessionStorage}]);
    } catch {
      return "";  // a sandboxed page has none
    }
  };
  return {
    page: () => [...judge(document), ...("__x" in window ? ["window.__x"] : []),
      ...(/x-9|__x/.test(kept()) ? ["kept in the browser"] : [])],
    // Parts that a page fetches later, read as the browser would read them, but without opening a page for each.
    parts: (addresses) => Promise.all(addresses.map(async (address) => {
      const answer = await fetch(address, {headers: {"HX-Request": "true"}});
      const kind = answer.headers.get("Content-Type") || "";
      if (answer.status >= 500) return [`${address}: ${answer.status}`];
      if (!kind.startsWith("text/html")) return [];
      return judge(new DOMParser().parseFromString(await answer.text(), "text/html"))
        .map((found) => `${address}: ${found}`);
    })).then((all) => all.flat()),
  };
})()"""
