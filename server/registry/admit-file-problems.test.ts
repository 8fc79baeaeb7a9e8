import { expect, test } from "vitest";
import { nameCertificate, nameRoots } from "#core/xds/file-secret-name.ts";
import { admitFileProblems } from "#server/registry/admit-file-problems.ts";

const SECRET = nameCertificate("/tls/a.crt", "/tls/a.key");
const SAID = { secret: SECRET, path: "/tls/a.crt", fault: "missing", errno: "", endedAtMs: 0, isLastGoodServed: false };

test("what is known is kept, without what does not belong to it", () => {
  expect(
    admitFileProblems([
      { ...SAID, errno: "ENOENT", endedAtMs: 5 },
      { ...SAID, fault: "unreadable", errno: "EACCES" },
      { ...SAID, fault: "ended", endedAtMs: 5, isLastGoodServed: true },
    ]),
  ).toEqual([
    { secret: SECRET, path: "/tls/a.crt", fault: "missing", isLastGoodServed: false },
    { secret: SECRET, path: "/tls/a.crt", fault: "unreadable", errno: "EACCES", isLastGoodServed: false },
    { secret: SECRET, path: "/tls/a.crt", fault: "ended", endedAtMs: 5, isLastGoodServed: true },
  ]);
});

test.each([
  ["a fault that there is not", { fault: "call 555-0100" }],
  ["a fault by a name of every object", { fault: "constructor" }],
  ["a path that is not the secret's", { path: "/etc/shadow" }],
  ["a secret that is of no files", { secret: "default", path: "default" }],
  ["the host's own authorities", { secret: "file-root:system", path: "system" }],
])("%s is not kept", (_, change) => {
  expect(admitFileProblems([{ ...SAID, ...change }])).toEqual([]);
});

test.each([
  ["not a moment", 9e15],
  ["no number", Number.NaN],
])("an end that is %s, and words for an error's name, are left out", (_, endedAtMs) => {
  expect(admitFileProblems([{ ...SAID, fault: "ended", endedAtMs }])).toMatchObject([{ fault: "ended" }]);
  expect(admitFileProblems([{ ...SAID, fault: "ended", endedAtMs }])[0]?.endedAtMs).toBeUndefined();
  expect(admitFileProblems([{ ...SAID, fault: "unreadable", errno: "click\nhere" }])[0]?.errno).toBeUndefined();
});

test("the same of the same file is kept once, whatever its time or its error's name", () => {
  const ended = Array.from({ length: 100 }, (_, index) => ({ ...SAID, fault: "ended", endedAtMs: index + 1 }));
  const unreadable = Array.from({ length: 100 }, (_, index) => ({ ...SAID, fault: "unreadable", errno: `E${index}` }));
  expect(admitFileProblems([...ended, ...unreadable])).toMatchObject([
    { fault: "ended", endedAtMs: 1 },
    { fault: "unreadable", errno: "E0" },
  ]);
});

test("too many, and too long ones, are cut off", () => {
  const many = Array.from({ length: 2000 }, (_, index) => ({
    ...SAID,
    secret: nameRoots(`/${index}`),
    path: `/${index}`,
  }));
  expect(admitFileProblems(many)).toHaveLength(500);
  const path = `/${"x".repeat(40_000)}`;
  expect(admitFileProblems([{ ...SAID, secret: nameRoots(path), path }])).toEqual([]);
});
