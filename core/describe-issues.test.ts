import { expect, test } from "vitest";
import { z } from "zod";
import { describeIssues } from "#core/describe-issues.ts";

const schema = z.strictObject({
  name: z.string().regex(/^[a-z]+$/, "must be lower-case letters"),
  ports: z.array(z.strictObject({ port: z.int().min(1) })).default([]),
});

test.each([
  ["a field that is not there", {}, "name is missing"],
  ["our own words go on after the name", { name: "X" }, "name must be lower-case letters"],
  ["a field in a list", { name: "x", ports: [{ port: 0 }] }, "ports.0.port: Too small: expected number to be >=1"],
  ["one that nobody knows", { name: "x", nmae: "y" }, "there is no setting nmae"],
  ["one that nobody knows, further in", { name: "x", ports: [{ port: 1, p: 2 }] }, "ports.0 has no setting p"],
  ["several", { name: 1, more: 2 }, "name: Invalid input: expected string, received number; there is no setting more"],
  ["nothing at all", undefined, "nothing was given"],
])("%s", (_, input, words) => {
  const result = schema.safeParse(input);
  expect(result.error === undefined ? "" : describeIssues(result.error)).toBe(words);
});
