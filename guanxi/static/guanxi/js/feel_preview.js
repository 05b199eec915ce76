// The preview of an expression while it is typed: the browser where it is known to say the same, else the server.
//   const preview = new FeelPreview(addressOfTheServer, post);
//   await preview.answer("amount > 1000", { amount: "1200" })   // {"value": "true"} or {"error", "at", "to"}
import { asksServer } from "./feel_rules.js";

const PATIENCE = 200; // milliseconds

export class FeelPreview {
  constructor(address, post, patience = PATIENCE) {
    this.address = address;
    this.post = post;
    this.patience = patience;
    this.count = 0;
    this.worker = null;
  }

  // names: each with its value as an expression ("null" if empty).
  async answer(text, names) {
    const found = asksServer(text) ? null : await this.inBrowser(text, names);
    return found ?? this.post(this.address, { text, names });
  }

  // The answer of the browser, or null when it is not sure, fails, or takes too long.
  async inBrowser(text, names) {
    const worker = await this.started();
    if (!worker) return null;
    const id = ++this.count;
    return new Promise((done) => {
      const end = (answer) => {
        clearTimeout(clock);
        worker.removeEventListener("message", told);
        worker.removeEventListener("error", broken);
        done(answer);
      };
      const told = ({ data }) => data.id === id && end(data.sure ? { value: data.value } : null);
      const broken = () => end(null);
      const clock = setTimeout(() => {
        worker.terminate();
        if (this.worker === worker) this.worker = null;
        end(null);
      }, this.patience);
      worker.addEventListener("message", told);
      worker.addEventListener("error", broken);
      worker.postMessage({ id, text, names });
    });
  }

  // Loading the engine takes longer than an answer may, so the clock starts when it is there.
  async started() {
    if (this.worker) return this.worker;
    return new Promise((done) => {
      const worker = new Worker(new URL("./feel_worker.js", import.meta.url), { type: "module" });
      worker.addEventListener("message", () => done((this.worker = worker)), { once: true });
      worker.addEventListener("error", () => done(null), { once: true });
    });
  }
}
