import { expect, test } from "vitest";
import { renderCheckReference } from "#core/check/render-check-reference.ts";

test("the reference in docs says what the rules say", async () => {
  await expect(renderCheckReference()).toMatchFileSnapshot("../../docs/reference/checks.md");
});
