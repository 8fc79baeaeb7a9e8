// The rules that Istio's CRDs hold fields against each other by: what each refuses is refused here too, and not all that it is about.
import { describe, expect, test } from "vitest";
import { KIND_NAMES, KINDS } from "#core/kinds/kinds.ts";
import { FORMATS } from "#core/schema/formats.ts";
import { listFields } from "#core/schema/list-fields.ts";
import { ISTIO_RULES } from "#testing/istio-crd/istio-rules.ts";
import { documentOf, errorsOf } from "#testing/istio-crd/refusals.ts";

describe.each(ISTIO_RULES.map((rule) => [`${rule.kind} ${rule.at}`, rule] as const))("%s", (_, rule) => {
  test(rule.says, () => {
    if (rule.taken !== undefined) expect(errorsOf(documentOf(rule.kind, rule.taken))).toEqual([]);
    const through = rule.refused.filter((spec) => errorsOf(documentOf(rule.kind, spec)).length === 0);
    expect(through).toEqual([]);
  });
});

test("must be a valid duration greater than 1ms: so is every duration, but for those that may be 0", () => {
  const formats = new Set(
    KIND_NAMES.flatMap((kind) =>
      listFields(KINDS[kind].schema).flatMap(([, field]) =>
        field.status === "handled" && field.type.kind === "string" ? (field.type.format ?? []) : [],
      ),
    ),
  );
  const durations = [...formats].filter((format) => format.includes("duration"));
  expect(durations.sort()).toEqual(["duration", "duration-in-seconds", "duration-or-zero", "keepalive-duration"]);
  for (const format of durations) {
    for (const text of ["", "5", "5 s", "-1s", "0.5ms", "1ns"])
      expect(FORMATS[format](text), `${format} ${text}`).toBeDefined();
    expect(FORMATS[format]("0s") === undefined).toBe(format === "duration-or-zero");
    expect(FORMATS[format]("1m")).toBeUndefined();
  }
});
