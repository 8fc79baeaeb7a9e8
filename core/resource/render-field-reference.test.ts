import { expect, test } from "vitest";
import { renderFieldReference } from "#core/resource/render-field-reference.ts";

test("the reference in docs says what the tables say", async () => {
  await expect(renderFieldReference()).toMatchFileSnapshot("../../docs/reference/fields.md");
});
