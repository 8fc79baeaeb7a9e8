import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { RateLimitRule } from "#core/kinds/rate-limit/schema.ts";
import type { Path } from "#core/schema/path.ts";

/** What a limit is of says which of its other fields mean something. */
export function validateUnit({ limit, cost = {}, refund }: RateLimitRule, path: Path): Diagnostic[] {
  const { unit = "Requests", per, burst } = limit;
  const at = (name: string): Path => [...path, "limit", name];
  if (unit !== "Concurrent")
    return [
      ...(per === undefined
        ? [
            errorAt(
              [...path, "limit"],
              "missing-field",
              "per is missing: in what time the amount is",
              "set per, such as 10s",
            ),
          ]
        : []),
      ...(unit === "Bytes" ? validateBytes(cost, path) : []),
    ];
  return [
    ...(per === undefined
      ? []
      : [warningAt(at("per"), "no-effect", "requests at a time are counted for as long as they last", "leave it out")]),
    ...(burst === undefined
      ? []
      : [
          errorAt(
            at("burst"),
            "conflicting-fields",
            "there are never more than the amount at a time",
            "leave it out, and set amount to how many there may be",
          ),
        ]),
    ...(refund === undefined
      ? []
      : [
          warningAt(
            [...path, "refund"],
            "no-effect",
            "every request gives its place back when it ends",
            "leave it out",
          ),
        ]),
    ...(cost.responseHeader === undefined
      ? []
      : [
          warningAt(
            [...path, "cost", "responseHeader"],
            "no-effect",
            "when the response comes the request is over",
            "leave it out, or set requestHeader",
          ),
        ]),
  ];
}

/** Of what counts bytes. */
export function validateBytes(cost: NonNullable<RateLimitRule["cost"]>, path: Path): Diagnostic[] {
  return (["requestHeader", "responseHeader"] as const)
    .filter((name) => cost[name] !== undefined)
    .map((name) =>
      errorAt(
        [...path, "cost", name],
        "conflicting-fields",
        "bytes are counted, whatever a header says",
        "leave it out, or set unit to Requests",
      ),
    );
}
