import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { runPharos } from "#testing/run-pharos.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const limit = (name: string, namespace: string, spec: string) => `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: ${name}, namespace: ${namespace} }
spec: { ${spec} }
`;
const RULE = "limit: { amount: 10, per: 1m }";

const CONFIG = [
  limit(
    "caller",
    "default",
    `selector: { matchLabels: { app: reviews } }, mode: Shadow, rules: [{ name: each, bucket: { key: [{ attribute: source.ip }] }, ${RULE} }, { name: all, ${RULE} }]`,
  ),
  limit("page", "shop", `rules: [{ name: all, ${RULE} }]`),
  limit("own", "shop", `scope: Instance, rules: [{ name: all, ${RULE} }]`),
  "\napiVersion: limits.pharos.dev/v1\nkind: Quota\nmetadata: { name: q, namespace: shop }\nspec: { amount: 1, period: { calendar: Day, timeZone: UTC } }\n",
].join("---");

let server: Serve;
const limits = (...args: string[]) => runPharos(server.dir, ["limits", ...args]);

beforeAll(async () => {
  server = await startServe();
  expect(await runPharos(server.dir, ["apply", "-f", "-"], CONFIG)).toMatchObject({ code: 0 });
});
afterAll(() => server.stop());

/** Cells of a table. */
const cells = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {3,}/));

test("rules are listed with their mode and what they stand over", async () => {
  const { stdout, code } = await limits();
  expect(code).toBe(0);
  expect(cells(stdout)).toEqual([
    ["LIMIT", "RULE", "MODE", "AT MOST", "STANDS OVER", "REQUESTS", "ADMITTED", "WOULD REFUSE", "REFUSED", "EXEMPT"],
    ["default/caller", "each", "Shadow", "10 requests in 1m for each source.ip", "nobody", "0", "0", "0", "0", "0"],
    ["default/caller", "all", "Shadow", "10 requests in 1m", "nobody", "0", "0", "0", "0", "0"],
    ["shop/own", "all", "Enforce", "10 requests in 1m", "nobody", "0", "0", "0", "0", "0"],
    ["shop/page", "all", "Enforce", "10 requests in 1m", "nobody", "0", "0", "0", "0", "0"],
  ]);
});

test.each(["json", "yaml"])("one limit by its name, as %s", async (format) => {
  const { stdout } = await limits("shop/page", "-o", format);
  expect(parse(stdout)).toMatchObject({ namespace: "shop", name: "page", rules: [{ name: "all" }], consumers: [] });
});

test("a name alone is of the default namespace, or of the one that is named", async () => {
  expect((await limits("caller")).stdout).toContain("nobody has used anything of it");
  expect((await limits("own", "-n", "shop")).stdout).toContain("only its agent counts");
});

test.each([
  [["page"], 4, "there is no RateLimit default/page"],
  [["q", "-n", "shop"], 4, "there is no RateLimit shop/q"],
  [["--most", "0"], 2, "is not a whole number from 1 to 1000"],
])("%j is told as what it is", async (args, code, message) => {
  const run = await limits(...args);
  expect(run.stderr).toContain(message);
  expect(run.code).toBe(code);
});
