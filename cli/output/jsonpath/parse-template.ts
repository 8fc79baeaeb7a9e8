import { badExpression } from "#cli/output/jsonpath/bad-expression.ts";
import { parsePath } from "#cli/output/jsonpath/parse-path.ts";
import type { Part, Path, Template } from "#cli/output/jsonpath/template.ts";

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"', "'": "'" };
const TEMPLATE_HINT = `for example {.metadata.name} or {range .items[*]}{.metadata.name}{"\\n"}{end}`;

/** The index of the brace that ends what begins at `from`; braces in quotes do not count. */
function endOfAction(text: string, from: number): number | undefined {
  let quote = "";
  for (let index = from; index < text.length; index += 1) {
    const sign = text.charAt(index);
    if (sign === "\\") index += 1;
    else if (quote !== "") {
      if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "}") return index;
  }
  return undefined;
}

interface Open {
  readonly path: Path;
  readonly at: number;
  readonly outer: Part[];
}

/**
 * kubectl's template: text, and in braces a path, quoted text, `range PATH` or `end`. An expression without braces is one path, as
 * `kubectl wait --for=jsonpath=` takes it. Throws a UsageError that tells the place.
 */
export function parseTemplate(expression: string): Template {
  const fail = (what: string, at: number, hint = TEMPLATE_HINT) => badExpression(expression, what, at, hint);
  if (expression.trim() === "") throw fail("there is no expression", 0);
  if (!/[{}]/.test(expression)) {
    const isBare = /^[A-Za-z_]/.test(expression);
    return {
      kind: "jsonpath",
      parts: [{ kind: "path", path: parsePath(expression, isBare ? `.${expression}` : expression, isBare ? -1 : 0) }],
    };
  }

  let parts: Part[] = [];
  const open: Open[] = [];

  function readQuoted(text: string, at: number): string {
    const quote = text.charAt(0);
    let read = "";
    for (let index = 1; index < text.length; index += 1) {
      const sign = text.charAt(index);
      if (sign === quote && index === text.length - 1) return read;
      if (sign === quote) break;
      if (sign !== "\\") {
        read += sign;
        continue;
      }
      index += 1;
      const escaped = ESCAPES[text.charAt(index)];
      if (escaped === undefined)
        throw fail(
          `${JSON.stringify(text.slice(index - 1, index + 1))} is not an escape`,
          at + index - 1,
          "\\n, \\t, \\\\",
        );
      read += escaped;
    }
    throw fail("quoted text is not all there is in its braces", at);
  }

  function readAction(action: string, start: number): void {
    const text = action.trim();
    const at = start + action.indexOf(text);
    if (/^["']/.test(text)) parts.push({ kind: "text", text: readQuoted(text, at) });
    else if (text === "end") {
      const range = open.pop();
      if (range === undefined) throw fail('"end" ends no range', at);
      range.outer.push({ kind: "range", path: range.path, parts });
      parts = range.outer;
    } else if (/^range\s/.test(text)) {
      const path = text.slice("range".length).trim();
      open.push({ path: parsePath(expression, path, at + text.length - path.length), at, outer: parts });
      parts = [];
    } else if (/^[.$@[]/.test(text)) parts.push({ kind: "path", path: parsePath(expression, text, at) });
    else throw fail(text === "" ? "nothing is in the braces" : `${JSON.stringify(text)} is not a path`, at);
  }

  let at = 0;
  while (at < expression.length) {
    const sign = expression.charAt(at);
    if (sign === "}") throw fail('"}" closes nothing', at);
    if (sign === "{") {
      const end = endOfAction(expression, at + 1);
      if (end === undefined) throw fail('"{" is not closed', at);
      readAction(expression.slice(at + 1, end), at + 1);
      at = end + 1;
    } else {
      const end = at + expression.slice(at).search(/[{}]|$/);
      parts.push({ kind: "text", text: expression.slice(at, end) });
      at = end;
    }
  }
  const range = open.at(-1);
  if (range !== undefined) throw fail("the range is not ended: {end} is missing", range.at);
  return { kind: "jsonpath", parts };
}
