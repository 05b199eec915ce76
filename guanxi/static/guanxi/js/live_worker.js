/* One event stream for all tabs of a browser: HTTP/1.1 allows six connections to a host. */
"use strict";
const ports = new Set();
let source = null;
let address = "";

function tell(message) {
  for (const port of ports) port.postMessage(message);
}
function listen(url) {
  if (source && address === url && source.readyState !== 2) return;
  if (source) source.close();
  address = url;
  source = new EventSource(url);
  for (const name of ["badge", "job", "toast", "record", "signed_out"]) {
    source.addEventListener(name, (event) => tell({ name, data: JSON.parse(event.data) }));
  }
}

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.addEventListener("message", ({ data }) => {
    if (data.listen) listen(data.listen);
    if (data.leave) ports.delete(port);
    if (!ports.size && source) {
      source.close();
      source = null;
    }
  });
  port.start();
});
