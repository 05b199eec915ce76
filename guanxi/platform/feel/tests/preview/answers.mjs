// What the browser's engine says: cases on standard input as JSON, answers on standard output.
// {"library": path, "rules": path, "names": {name: literal}, "cases": [text]} -> [{"value": text, "asks": whether the preview asks the server}]
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const task = JSON.parse(readFileSync(0, "utf8"));
const feel = await import(pathToFileURL(task.library).href);
const { asksServer, shown } = await import(pathToFileURL(task.rules).href);

const names = {};
for (const [name, literal] of Object.entries(task.names)) names[name] = feel.evaluate(literal).value;

const answers = task.cases.map((text) => {
  let value;
  try {
    value = shown(feel, feel.evaluate(text, names).value);
  } catch (error) {
    value = `error: ${error.constructor.name}`;
  }
  return { value, asks: asksServer(text) };
});
console.log(JSON.stringify(answers));
