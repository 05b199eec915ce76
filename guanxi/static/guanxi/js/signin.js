// Passkeys: hands the parts of our pages to the script of the sign-in library, and says it when a key does not answer.
(() => {
  "use strict";
  const place = document.querySelector("[data-gx-key]");
  const button = document.getElementById("gx-key-button");
  if (!place || !button) return;
  const ids = { credential: "gx-key-answer", [place.dataset.gxKeyButton]: "gx-key-button" };
  if (document.getElementById("gx-key-data")) ids.data = "gx-key-data";
  if (document.getElementById("gx-key-passwordless")) ids.passwordless = "gx-key-passwordless";
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.querySelector("[data-gx-key-error]").hidden = false;
  });
  window.allauth.webauthn.forms[place.dataset.gxKey]({ ids });
})();
