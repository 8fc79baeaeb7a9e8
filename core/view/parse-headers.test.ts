import { expect, test } from "vitest";
import { parseHeader, parseHeaders } from "#core/view/parse-headers.ts";

test("reads a header a line", () => {
  expect(parseHeaders("end-user: jason\n\n x-b:  1:2 \n")).toEqual({
    headers: [
      ["end-user", "jason"],
      ["x-b", "1:2"],
    ],
    wrong: null,
  });
});

test("names the line that is no header", () => {
  expect(parseHeaders("a: b\nno header").wrong).toBe("no header");
});

test.each(["no header", ":authority: a", "a b: c", ": c", ""])("%j is no header", (line) => {
  expect(parseHeader(line)).toBeUndefined();
});
