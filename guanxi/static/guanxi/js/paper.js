/* The print view's only button. */
document.querySelector("[data-gx-print]").addEventListener("click", () => window.print());
