import { attributePath } from "#core/schema/cel/evaluate-cel.ts";
import type { Expression } from "#core/schema/cel/expression.ts";
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

/** Why a metric's label cannot have the value of this expression; `notHandled` where Istio's proxies would know it. Undefined where it can. */
export function checkTagValue(text: string): string | { readonly notHandled: string } | undefined {
  if (text === "") return "is empty";
  const parsed = parseCel(text);
  return "problem" in parsed ? parsed.problem : checkParts(parsed.expression);
}

function checkParts(expression: Expression): ReturnType<typeof checkTagValue> {
  switch (expression.kind) {
    case "literal":
      return undefined;
    case "name":
    case "field": {
      const path = attributePath(expression);
      if (path !== undefined && COUNTED.has(path)) return undefined;
      return {
        notHandled: `requests are not counted by ${path ?? "that"}; there are ${COUNTED_ATTRIBUTES.join(", ")}`,
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
        const problem = checkParts(each);
        if (problem !== undefined) return problem;
      }
      return undefined;
    }
  }
}
