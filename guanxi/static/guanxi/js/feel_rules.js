// What the preview of expressions leaves to the server, and how it shows a value. The engine of the browser reckons in
// doubles, compares across kinds and knows no limits; it is good enough for plain comparisons while somebody types.

// Functions and forms in which its answer was found to differ, or may: a test compares them case by case.
const FUNCTIONS =
  "abs|ceiling|coincides|count|date and time|decimal|distinct values|duplicate values|during|duration|exp|extract|finishes|" +
  "floor|log|matches|max|mean|median|min|mode|modulo|now|number|product|range|replace|round [a-z]+(?: [a-z]+)?|sort|split|sqrt|" +
  "starts|stddev|string|substring|sum|today|years and months duration";
const DIFFERENT = [
  new RegExp(`(?<![\\w'])(?:${FUNCTIONS})\\s*\\(`), // rounding, order of texts and days, durations, regular expressions
  /\d\.\d.*[-+*/]|[-+*/].*\d\.\d|\//, // doubles: 0.1 + 0.2
  /\d{16}|\d[eE][-+]?\d/, // more digits than a double has
  /(?<![\w'])(?:some|every|for)(?![\w'])/, // nulls in loops, loops over days; no limits
  /\[[^\]]*\bitem\b/, // filters that call functions on the element
  /\(\s*(?:=|<|>)/, // ranges written (< 5)
  /@""\s*[-+*]|[-+*]\s*@""/, // reckoning with days and durations
];

export function asksServer(text) {
  const code = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return DIFFERENT.some((pattern) => pattern.test(code));
}

// A value as the server writes it.
export function shown(feel, value) {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map((one) => shown(feel, one)).join(", ")}]`;
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype)
    return `{${Object.entries(value)
      .map(([key, one]) => `${key}: ${shown(feel, one)}`)
      .join(", ")}}`;
  return feel.evaluate("string(x)", { x: value }).value ?? String(value);
}
