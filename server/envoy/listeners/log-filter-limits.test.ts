import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkLogFilter } from "#core/schema/cel/check-log-filter.ts";
import { charsTooMany, operationTag } from "#core/schema/cel/operation-tag.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";

// What the check lets through Envoy takes, at the limits of both.

const ANY = "type.googleapis.com/envoy.extensions";

let envoy: string;
const dir = mkdtempSync(join(tmpdir(), "pharos-log-filters-"));
beforeAll(async () => {
  envoy = await findTestEnvoy();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function isTaken(expressions: readonly string[]): boolean {
  const accessLog = expressions.map((expression) => ({
    name: "file",
    filter: {
      extensionFilter: {
        name: "cel",
        typedConfig: { "@type": `${ANY}.access_loggers.filters.cel.v3.ExpressionFilter`, expression },
      },
    },
    typedConfig: { "@type": `${ANY}.access_loggers.file.v3.FileAccessLog`, path: "/dev/null" },
  }));
  const proxy = {
    "@type": `${ANY}.filters.network.tcp_proxy.v3.TcpProxy`,
    statPrefix: "none",
    cluster: "none",
    accessLog,
  };
  const address = { socketAddress: { address: "127.0.0.1", portValue: 0 } };
  const listener = { name: "one", address, filterChains: [{ filters: [{ name: "tcp", typedConfig: proxy }] }] };
  const clusters = [{ name: "none", type: "STATIC", loadAssignment: { clusterName: "none" } }];
  const file = join(dir, "envoy.json");
  writeFileSync(file, JSON.stringify({ staticResources: { listeners: [listener], clusters } }));
  return spawnSync(envoy, ["--mode", "validate", "-c", file, "--log-level", "off"]).status === 0;
}

const chain = (count: number, sign: string, of = "1"): string => Array(count).fill(of).join(` ${sign} `);
const inLeft = (count: number): string => `${"(".repeat(count)}a == 1${" && a == 1)".repeat(count)}`;

test("what passes at the limit is taken", () => {
  const passing = [
    ...["+", "-", "*", "/", "%"].map((sign) => `${chain(32, sign)} == 1`.replace(/^1 . /, "")),
    chain(32, "+", "'a'"),
    chain(60, "&&", "a == 1"),
    chain(60, "||", "a == 1"),
    `request${".a".repeat(31)}`,
    `a${"[0]".repeat(31)}`,
    `${"!".repeat(9)}(a == 1)`,
    inLeft(29),
  ];
  for (const each of passing) expect([each, checkLogFilter(each)]).toEqual([each, undefined]);
  expect(isTaken(passing)).toBe(true);
});

test.each([chain(33, "+"), chain(33, "%"), `request${".a".repeat(32)}`, `a${"[0]".repeat(32)}`, inLeft(31)])(
  "%s passes no more, and Envoy would refuse it",
  (text) => {
    expect(checkLogFilter(text)).toContain("levels deep");
    expect(isTaken([text])).toBe(false);
  },
);

const ofPaths = (paths: readonly string[]): string => operationTag({ methods: [], paths, route: undefined }).expression;

test("paths of objectives are taken as long as they may be, with whatever is in them", () => {
  const behind = (begin: string) => `${begin}${"a".repeat(-charsTooMany(begin))}`;
  const longest = ["/{*}/", "/{*}/{**}/", `/${"p".repeat(100)}/{*}/`, `${"/{*}/orders".repeat(5)}/`].map(behind);
  const odd = ['/") || true || ("', "/'%)\\\\:5%", "/.*+^$()|[]\\{*}".replace("{*}", "/{*}"), "/{*}/[a](b)|.+$"];
  const whole = Array.from({ length: 16 }, (_, at) => `/${at}/{*}/${")".repeat(80)}`);
  expect(longest.map(charsTooMany)).toEqual([0, 0, 0, 0]);
  expect(isTaken([ofPaths(longest), ofPaths(odd), ofPaths(whole), ofPaths(["/a/{**}", "/{**}/z", "/{*}"])])).toBe(true);
});

test("Envoy refuses a path of an objective that is longer", () => {
  const path = `/{*}/${"a".repeat(93)}`;
  expect([charsTooMany(path), isTaken([ofPaths([path])])]).toEqual([1, false]);
});
