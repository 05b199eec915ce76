// Evaluates expressions beside the page, so that one that never ends can be killed with its worker.
import * as feel from "../../vendor/modules/feelin.js";
import { shown } from "./feel_rules.js";

self.addEventListener("message", ({ data }) => {
  const names = {};
  // Every declared name must be there, null if empty: names of several words fall apart otherwise.
  for (const [name, literal] of Object.entries(data.names)) names[name] = feel.evaluate(literal).value;
  const { value, warnings } = feel.evaluate(data.text, names);
  // A warning means that the engine has guessed: the server knows why and says it.
  self.postMessage({ id: data.id, sure: warnings.length === 0, value: shown(feel, value) });
});
self.postMessage({ ready: true });
