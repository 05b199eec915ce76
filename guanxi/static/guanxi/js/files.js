/* Files of a record: one upload after the other, each with its progress, its refusal and its way out. */
(function () {
  "use strict";
  const gx = window.gx;

  /** A line for one file on its way; ``state.fail`` leaves the reason in it until it is closed. */
  function line(list, file, cancel) {
    const bar = gx.make("progress", "");
    const note = gx.make("small", "", "0%");
    const close = gx.make("button", "gx-icon-btn", gx.icon("x"));
    const item = gx.make("li", "gx-doc", [
      gx.make("span", "gx-doc-icon", gx.icon("file-upload")),
      gx.make("span", "gx-doc-text", [gx.make("span", "gx-doc-name", file.name), bar, note]),
      close,
    ]);
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    close.type = "button";
    close.setAttribute("aria-label", gx.text("cancel"));
    close.addEventListener("click", () => {
      cancel();
      item.remove();
    });
    list.append(item);
    return {
      item,
      progress(share) {
        bar.value = share;
        note.textContent = Math.floor(share * 100) + "%";
      },
      fail(message) {
        bar.remove();
        item.classList.add("gx-doc-failed");
        note.setAttribute("role", "alert");
        note.textContent = message;
        close.setAttribute("aria-label", gx.text("close"));
      },
    };
  }

  /** Send one file; resolves to the tab's new HTML, or null when it was refused or given up. */
  function send(form, list, file) {
    const request = new XMLHttpRequest();
    const shown = line(list, file, () => request.abort());
    const limit = Number(form.dataset.limit);
    if (limit && file.size > limit) {
      shown.fail(gx.text("file_too_large"));
      return Promise.resolve(null);
    }
    return new Promise((resolve) => {
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) shown.progress(event.loaded / event.total);
      });
      request.addEventListener("load", () => {
        if (request.status === 200) {
          shown.item.remove();
          resolve(request.responseText);
          return;
        }
        shown.fail(gx.refusal(request.status, request.responseText));
        resolve(null);
      });
      request.addEventListener("error", () => {
        shown.fail(gx.text("failed"));
        resolve(null);
      });
      request.addEventListener("abort", () => resolve(null));
      request.open("POST", form.action);
      request.setRequestHeader("X-CSRFToken", gx.csrf());
      request.setRequestHeader("HX-Request", "true");
      const body = new FormData();
      body.append("file", file);
      request.send(body);
    });
  }

  /** Put the new tab in place and keep the lines of what was refused. */
  function renew(place, html) {
    const left = [...place.querySelectorAll("[data-gx-uploads] > li")];
    const focus = place.contains(document.activeElement);
    gx.put(place.parentElement, html);
    const list = document.querySelector("[data-gx-uploads]");
    if (list) list.append(...left);
    const again = document.querySelector("[data-gx-upload] input[type=file]");
    if (focus && again) again.focus();
  }

  gx.each("[data-gx-upload]", (form) => {
    const place = form.closest("[data-gx-files]");
    const input = form.querySelector("input[type=file]");
    const list = place.querySelector("[data-gx-uploads]");
    input.addEventListener("change", async () => {
      const chosen = [...input.files];
      input.value = "";
      let html = null;
      for (const file of chosen) html = (await send(form, list, file)) || html;
      if (html && place.isConnected) renew(place, html);
    });
  });

  /** The number at the tab follows what the tab shows. */
  gx.each("[data-gx-files]", (place) => {
    const tab = document.getElementById("tab-files");
    const number = tab.querySelector("small") || tab.appendChild(gx.make("small", ""));
    number.textContent = place.dataset.count;
    number.hidden = !place.dataset.count;
  });
})();
