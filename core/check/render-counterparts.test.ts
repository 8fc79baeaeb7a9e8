import { expect, test } from "vitest";
import { CHECK_RULES } from "#core/check/check-config.ts";
import { ISTIO_MESSAGES } from "#core/check/istio-messages.ts";
import { KIALI_CHECKS } from "#core/check/kiali-checks.ts";
import { renderCounterparts } from "#core/check/render-counterparts.ts";

test("the reference in docs has all of them, in order", async () => {
  for (const codes of [Object.keys(ISTIO_MESSAGES), Object.keys(KIALI_CHECKS)]) expect(codes).toEqual(codes.toSorted());
  // As many as Istio 1.31 and Kiali 2.30 have.
  expect([Object.keys(ISTIO_MESSAGES).length, Object.keys(KIALI_CHECKS).length]).toEqual([68, 72]);
  await expect(renderCounterparts()).toMatchFileSnapshot("../../docs/reference/istio-and-kiali-checks.md");
});

test("a rule that says what Kiali calls its finding stands there", () => {
  const named = CHECK_RULES.flatMap(({ code, kiali }) => (kiali === undefined ? [] : [{ code, kiali }]));
  expect(named.filter(({ code, kiali }) => ![KIALI_CHECKS[kiali]?.[1]].flat().includes(code))).toEqual([]);
});
