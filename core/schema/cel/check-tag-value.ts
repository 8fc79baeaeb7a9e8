import { checkLogExpression } from "#core/schema/cel/check-log-filter.ts";
import { attributePath } from "#core/schema/cel/evaluate-cel.ts";
import { type Expression, partsOf } from "#core/schema/cel/expression.ts";
import { parseCel } from "#core/schema/cel/parse-cel.ts";

/** Attributes of Envoy and of Istio's proxies by which requests are told apart in the metrics. */
export const COUNTED_ATTRIBUTES = [
  "response.code",
  "response.grpc_status",
  "connection.mtls",
  "downstream_peer.workload",
  "downstream_peer.namespace",
  "downstream_peer.app",
  "downstream_peer.version",
  "upstream_peer.workload",
  "upstream_peer.namespace",
  "upstream_peer.app",
  "upstream_peer.version",
] as const;
export type CountedAttribute = (typeof COUNTED_ATTRIBUTES)[number];

const COUNTED: ReadonlySet<string> = new Set(COUNTED_ATTRIBUTES);
const FUNCTIONS: ReadonlySet<string> = new Set(
  "?: || && < <= > >= == != in + - * / % ! has string size contains startsWith endsWith".split(" "),
);

/** What Envoy knows of a request or a connection when it has ended, by its first name. */
const OF_PROXIES: ReadonlySet<string> = new Set(
  "request response connection source destination upstream metadata filter_state upstream_filter_state xds".split(" "),
);
/** Such labels of one side of a workload's calls; those beyond them have no value. */
export const WRITTEN_TAGS_MAX = 16;
/** It stands in each line of the log, and with each series. */
const WRITTEN_CHARS_MAX = 200;
/** Where Envoy takes a command of a log's format to end. */
const ENDS_COMMAND = /\)(?::\d+)?%/;

type Problem = string | { readonly notHandled: string } | undefined;

/** Why a metric's label cannot have the value of this expression; `notHandled` where Istio's proxies would know it. Undefined where it can. */
export function checkTagValue(text: string): Problem {
  if (text === "") return "is empty";
  const parsed = parseCel(text);
  if ("problem" in parsed) return parsed.problem;
  const { expression } = parsed;
  const problem = checkCounted(expression);
  const names = [...firstNames(expression)];
  if (problem === undefined || !names.some((name) => OF_PROXIES.has(name))) return problem;
  const other = names.find((name) => !OF_PROXIES.has(name));
  if (other !== undefined)
    return {
      notHandled: `it asks for ${other} and for what the proxy alone knows of a request: make two labels of it`,
    };
  return checkWritten(text);
}

/**
 * The expression by whose value a proxy writes a label. What it comes to is written as text: `string(...)` around all of it, which Envoy
 * does not have, says nothing more.
 */
export function writtenText(text: string): string {
  const inner = /^\s*string\s*\((.*)\)\s*$/s.exec(text)?.[1]?.trim();
  if (inner === undefined) return text.trim();
  const whole = parseCel(text);
  const isAll = "expression" in whole && whole.expression.kind === "call" && whole.expression.name === "string";
  return isAll ? inner : text.trim();
}

/** Whether the value is had from what requests are counted by: those before the label was asked for have it too. Others the proxy writes into each line. */
export function isCounted(expression: Expression): boolean {
  return checkCounted(expression) === undefined;
}

function checkWritten(whole: string): Problem {
  const text = writtenText(whole);
  const parsed = parseCel(text);
  if ("problem" in parsed) return parsed.problem;
  if (text.length > WRITTEN_CHARS_MAX) return `is longer than ${WRITTEN_CHARS_MAX} characters`;
  // Envoy finds no command in a text with one, and refuses the listener.
  if (/[\r\n]/.test(text)) return "has a line break: write it in one line";
  if (ENDS_COMMAND.test(text)) return "has a % right behind a bracket: write a space between them";
  if (joinsTexts(parsed.expression)) return { notHandled: "proxies do not join texts: make two labels of it" };
  return checkLogExpression(parsed.expression);
}

/** Envoy adds numbers alone: of other sums none comes to anything. */
function joinsTexts(expression: Expression): boolean {
  if (expression.kind === "call" && expression.name === "+" && !expression.args.some(isNumber)) return true;
  return partsOf(expression).some(joinsTexts);
}

function isNumber(expression: Expression): boolean {
  if (expression.kind === "call" && /^[-+*/%]$/.test(expression.name)) return expression.args.some(isNumber);
  return expression.kind === "literal" && typeof expression.value === "number";
}

/** What the paths of its attributes begin with. */
function* firstNames(expression: Expression): Generator<string> {
  if (expression.kind === "name") yield expression.name;
  for (const part of partsOf(expression)) yield* firstNames(part);
}

function checkCounted(expression: Expression): Problem {
  switch (expression.kind) {
    case "literal":
      return undefined;
    case "name":
    case "field": {
      const path = attributePath(expression);
      if (path !== undefined && COUNTED.has(path)) return undefined;
      return {
        notHandled: `requests are not counted by ${path ?? "that"}; there are ${COUNTED_ATTRIBUTES.join(", ")}, and Envoy's attributes of a request`,
      };
    }
    case "index":
    case "map":
      return { notHandled: "labels are of what requests are counted by, which has no maps" };
    case "list":
      return { notHandled: "a list stands behind `in` alone" };
    case "call": {
      const { name, args } = expression;
      if (!FUNCTIONS.has(name)) return { notHandled: `${name}() is not known to labels` };
      const parts = name === "in" ? args.flatMap((each) => (each.kind === "list" ? each.items : [each])) : args;
      for (const each of parts) {
        const problem = checkCounted(each);
        if (problem !== undefined) return problem;
      }
      return undefined;
    }
  }
}
