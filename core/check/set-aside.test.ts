import { expect, test } from "vitest";
import { checkConfig } from "#core/check/check-config.ts";
import { setAside } from "#core/check/set-aside.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const MESH = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 0,
};

const found = (annotation: string, day: string) => {
  const { resources } = parseDocuments(`apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: a
  annotations: { checks.pharos.dev/set-aside: ${JSON.stringify(annotation)} }
spec: { hosts: [a.test], http: [{ route: [{ destination: { host: nowhere.test } }] }] }
`);
  const nowMs = Date.parse(`${day}T23:59:59Z`);
  const told = setAside(checkConfig({ revision: 0, mesh: MESH, resources, instances: [] }), resources, nowMs);
  return told.map(({ severity, code, message }) => `${severity} ${code} ${message.replace(/^[^(]*/, "")}`);
};
const ASIDE = "destination-host-not-found until 2026-12-24: it comes with the next release";

test("what is set aside is an info with its reason, until its last day is over", () => {
  expect(found(ASIDE, "2026-12-24")).toEqual([
    "info destination-host-not-found (set aside until 2026-12-24: it comes with the next release)",
  ]);
  expect(found(ASIDE, "2026-12-25")).toEqual([
    "warning destination-host-not-found (it was set aside until 2026-12-24: it comes with the next release)",
  ]);
});

test("what was set aside before is so again by a line with another day, wherever that stands", () => {
  const before = "destination-host-not-found until 2026-11-01: once";
  for (const lines of [`${before}\n${ASIDE}`, `${ASIDE}\n${before}`])
    expect(found(lines, "2026-12-01")).toEqual([expect.stringMatching(/^info .*\(set aside until 2026-12-24/)]);
});

test.each([
  ["another finding", "subset-not-found until 2026-12-24: why", ["warning destination-host-not-found "]],
  [
    "a code that no finding has",
    "destination-host-not-fond until 2026-12-24: why",
    ["warning set-aside-annotation ", "warning destination-host-not-found "],
  ],
  ["no reason", "destination-host-not-found until 2026-12-24:", null],
  ["no day", "destination-host-not-found until 2026-13-41: why", null],
  ["nothing", "", null],
])("%s sets nothing aside", (_name, annotation, expected) => {
  expect(found(annotation, "2026-12-01")).toEqual(
    expected ?? ["warning set-aside-annotation ", "warning destination-host-not-found "],
  );
});

test("a long reason, and many lines that say nothing, cost no more than a few words of each finding", () => {
  const [first] = found(`destination-host-not-found until 2026-12-24: ${"x".repeat(200_000)}`, "2026-12-01");
  expect(first?.length).toBeLessThan(300);
  const wrong = (line: number) => `${line} nothing`;
  const unknown = (line: number) => `destination-host-not-${line} until 2026-12-24: why`;
  for (const [lineOf, lines] of [
    [wrong, 1000],
    [unknown, 15_000],
    [(line: number) => (line < 3 ? wrong(line) : unknown(line)), 15_000],
  ] as const) {
    const told = found(Array.from({ length: lines }, (_, line) => lineOf(line)).join("\n"), "2026-12-01");
    expect(told.filter((each) => each.startsWith("warning set-aside-annotation"))).toHaveLength(5);
  }
});
