import type { RequestFieldName } from "#core/telemetry/request-fields.ts";
import type { RequestCondition } from "#core/telemetry/request-filter.ts";
import type { RequestQuery } from "#core/telemetry/request-query.ts";

/** A query by parameters as conditions. */
export function conditionsOf(asked: Omit<RequestQuery, "service" | "seconds" | "limit">): readonly RequestCondition[] {
  const { source, code, method, path, deniedOnly, traceId } = asked;
  const is = (field: RequestFieldName, value: string | undefined, isNot = false): RequestCondition[] =>
    value === undefined ? [] : [{ kind: "is", field, values: [value], isNot }];
  return [
    ...is("caller", source),
    ...(code === undefined ? [] : [codes(code.replace(/x+$/i, ""))]),
    ...is("method", method?.toUpperCase()),
    ...is("path", path === undefined ? undefined : `*${path}*`),
    ...is("policy", deniedOnly === true ? "" : undefined, true),
    ...is("trace", traceId),
  ];
}

/** By the first digits of a code. */
function codes(digits: string): RequestCondition {
  const places = 10 ** Math.max(0, 3 - digits.length);
  const from = Number(digits) * places;
  return { kind: "between", field: "code", from, to: from + places - 1, isNot: false };
}
