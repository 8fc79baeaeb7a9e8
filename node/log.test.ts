import { expect, test } from "vitest";
import { Secret } from "#core/secret.ts";
import { createLogger } from "#node/log.ts";

const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function logged(
  format: "json" | "text",
  isTTY = false,
): { readonly lines: string[]; readonly log: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  return { lines, log: createLogger(format, { write: (text) => lines.push(text), isTTY }) };
}

test("a line is an object with time, level, message and fields; secrets are not in it, and of an error its stack is", () => {
  const { lines, log } = logged("json");
  log.warn("a %s of its own", { token: new Secret("hush"), error: new Error("broken"), none: undefined, count: 2 });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    at: expect.stringMatching(AT),
    level: "warn",
    message: "a %s of its own",
    token: "[redacted]",
    error: expect.stringContaining("Error: broken\n    at "),
    count: 2,
  });
  expect(lines[0]).toMatch(/\}\n$/);
});

test("a line of text is one line, whatever is in it", () => {
  const { lines, log } = logged("text");
  log.info("first\nsecond", { path: "/a b", again: 3, isLast: true, left: undefined });
  expect(lines[0]?.slice(25)).toBe('info  first\\nsecond path="/a b" again=3 isLast=true\n');
  expect(lines[0]?.slice(0, 24)).toMatch(AT);
});

test("a terminal gets colours", () => {
  const { lines, log } = logged("text", true);
  log.error("x");
  expect(lines[0]?.slice(25)).toBe("\u001b[31merror\u001b[0m x\n");
});

test("a field that cannot be written as JSON does not lose the line", () => {
  const { lines, log } = logged("json");
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  log.info("kept", { circular });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ message: "kept" });
});
