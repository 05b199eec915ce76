/* Short messages; one that can be undone stays for 30 seconds, the others for six. */
(function () {
  "use strict";
  const gx = window.gx;
  const shelf = document.getElementById("gx-toasts");
  const pattern = document.getElementById("gx-toast");

  function toast({ message, tone = "neutral", undo_url: undoUrl, url, url_label: label }) {
    const box = pattern.content.firstElementChild.cloneNode(true);
    box.classList.add("gx-is-" + tone);
    box.querySelector(".gx-toast-text").textContent = message;
    const leave = () => box.remove();
    let timer;
    const wait = () => {
      timer = setTimeout(leave, undoUrl ? 30000 : tone === "danger" ? 10000 : 6000);
    };
    if (url) {
      const link = box.querySelector(".gx-toast-link");
      link.hidden = false;
      link.href = url;
      link.textContent = label || url;
    }
    if (undoUrl) {
      const button = box.querySelector(".gx-toast-undo");
      button.hidden = false;
      button.textContent = gx.text("undo");
      button.addEventListener("click", async () => {
        button.disabled = true;
        const answer = await gx.post(undoUrl);
        leave();
        if (answer && answer.ok) document.body.dispatchEvent(new CustomEvent("gx:refresh", { bubbles: true }));
      });
    }
    box.querySelector(".gx-toast-close").addEventListener("click", leave);
    box.addEventListener("mouseenter", () => clearTimeout(timer));
    box.addEventListener("mouseleave", wait);
    while (shelf.children.length > 3) shelf.firstElementChild.remove();
    shelf.append(box);
    wait();
  }

  gx.toast = toast;
  document.body.addEventListener("gx:toast", (event) => toast(event.detail));
  const first = document.getElementById("gx-first-toasts");
  if (first) JSON.parse(first.textContent).forEach(toast);
})();
