import parseQuery from "jsonpath-rfc9535/parser";
import { badExpression } from "#cli/output/jsonpath/bad-expression.ts";
import type { Path } from "#cli/output/jsonpath/template.ts";

const FUNCTIONS: readonly string[] = ["length", "count", "match", "search", "value"];
/** A member's name as kubectl reads it: dashes and slashes are part of it, a backslash keeps a dot or a bracket. */
const NAME = /(?:\\.|[^\s.[\]{}()$@\\"',])+/y;
const PATH_HINT = "a path is like .metadata.name, .items[*].spec or ['a.b']";
const SELECTOR_HINT = "brackets hold [0], [-1:], [*], ['name'] or a filter of RFC 9535: [?(@.kind==\"Gateway\")]";

/** The index after the bracket that closes the one at `at`; brackets in quotes do not count. Undefined when none does. */
function endOfBrackets(text: string, at: number): number | undefined {
  let depth = 0;
  let quote = "";
  for (let index = at; index < text.length; index += 1) {
    const sign = text.charAt(index);
    if (quote !== "") {
      if (sign === "\\") index += 1;
      else if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "[") depth += 1;
    else if (sign === "]") {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return undefined;
}

function functionsIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const inner = Object.values(node).flatMap(functionsIn);
  return "type" in node && node.type === "FunctionExpr" && "name" in node ? [String(node.name), ...inner] : inner;
}

/**
 * `text`, which stands in `expression` at `offset`, as a query of RFC 9535. Names are read as kubectl reads them; what is in brackets is
 * RFC 9535 itself. Throws a UsageError that tells the place.
 */
export function parsePath(expression: string, text: string, offset: number): Path {
  const fail = (what: string, at: number, hint = PATH_HINT) => badExpression(expression, what, offset + at, hint);
  const from = text.startsWith("$") ? "whole" : "current";
  let at = /^[$@]/.test(text) ? 1 : 0;
  let query = "$";

  function readName(): void {
    NAME.lastIndex = at;
    const name = NAME.exec(text)?.[0];
    if (name === undefined) throw fail("a name is missing", at);
    query += `[${JSON.stringify(name.replace(/\\(.)/g, "$1"))}]`;
    at += name.length;
  }

  function readBrackets(): void {
    const end = endOfBrackets(text, at);
    if (end === undefined) throw fail('"[" is not closed', at, SELECTOR_HINT);
    const selector = text.slice(at, end);
    try {
      const unknown = functionsIn(parseQuery(`$${selector}`)).find((name) => !FUNCTIONS.includes(name));
      if (unknown !== undefined)
        throw fail(
          `there is no function "${unknown}"`,
          at + selector.indexOf(unknown),
          `one of ${FUNCTIONS.join(", ")}`,
        );
    } catch (error) {
      // The parser's own words list every character that could follow.
      const place = (error as { location?: { start?: { offset?: number } } }).location?.start?.offset;
      if (place === undefined) throw error;
      const found = selector.charAt(place - 1);
      throw fail(`${JSON.stringify(found)} makes no sense`, at + place - 1, SELECTOR_HINT);
    }
    query += selector;
    at = end;
  }

  while (at < text.length) {
    if (text.startsWith("..", at)) {
      at += 2;
      query += "..";
      if (text.startsWith("*", at)) {
        query += "*";
        at += 1;
      } else if (text.startsWith("[", at)) readBrackets();
      else readName();
    } else if (text.startsWith(".*", at)) {
      query += ".*";
      at += 2;
    } else if (text.startsWith(".[", at)) at += 1;
    else if (text.startsWith(".", at)) {
      at += 1;
      // `{.}` is all there is, as in kubectl.
      if (at < text.length || at > 1) readName();
    } else if (text.startsWith("[", at)) readBrackets();
    else throw fail(`${JSON.stringify(text.charAt(at))} makes no sense`, at);
  }
  return { from, query };
}
