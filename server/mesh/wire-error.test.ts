import { expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { fromWire, toWire } from "#server/mesh/wire-error.ts";

test("an error is the same on the other side of a thread", () => {
  const error = new PharosError("conflict", "it was changed", {
    hint: "read it again",
    details: { resource: "Gateway/default/a" },
  });
  const { code, message, hint, details } = fromWire(structuredClone(toWire(error)));
  expect({ code, message, hint, details }).toEqual({
    code: "conflict",
    message: "it was changed",
    hint: "read it again",
    details: { resource: "Gateway/default/a" },
  });
});
