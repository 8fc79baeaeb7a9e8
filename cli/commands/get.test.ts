import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runPharos } from "#testing/run-pharos.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const rule = (name: string, namespace: string, labels: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: ${namespace}, labels: ${labels} }
spec: { host: ${name}.${namespace}.svc.cluster.local }
`;

const CONFIG = [
  rule("details", "default", "{ app: details, tier: back }"),
  rule("ratings", "default", "{ app: ratings, tier: back, canary: 'true' }"),
  rule("reviews", "default", "{ app: reviews, tier: front }"),
  rule("reviews", "shop", "{ app: reviews }"),
  rule("bare", "default", "{}"),
].join("---");

let server: Serve;
const pharos = (...args: string[]) => runPharos(server.dir, args);

beforeAll(async () => {
  server = await startServe();
  expect(await runPharos(server.dir, ["apply", "-f", "-"], CONFIG)).toMatchObject({ code: 0 });
});
afterAll(() => server.stop());

const names = (...of: string[]) => of.map((name) => `destinationrule.networking.istio.io/${name}\n`).join("");

describe("get -l chooses by labels as kubectl does", () => {
  test.each([
    ["tier=back", names("details", "ratings")],
    ["tier!=back", names("bare", "reviews")],
    ["app in (details, reviews),tier", names("details", "reviews")],
    ["!canary,app", names("details", "reviews")],
    ["app=nothing", ""],
  ])("%s", async (selector, stdout) => {
    expect(await pharos("get", "dr", "-o", "name", "-l", selector)).toEqual({ code: 0, stdout, stderr: "" });
  });

  test("in all namespaces and of all types", async () => {
    const { stdout } = await pharos("get", "all", "-A", "-l", "app=reviews", "-o", "json");
    expect(JSON.parse(stdout).items.map(({ metadata }: never) => metadata)).toMatchObject([
      { namespace: "default", name: "reviews" },
      { namespace: "shop", name: "reviews" },
    ]);
  });

  test.each([
    [
      ["get", "dr", "-l", "app in reviews"],
      'app in reviews": "(" is missing: there is "reviews" at character 8 (hint: ',
    ],
    [["get", "dr", "reviews", "-l", "app=reviews"], "names and -l together"],
    [["delete", "dr/reviews", "-l", "app=reviews"], "names and -l together"],
    [["delete", "dr", "-l", "app="].concat("--all"), "--all and -l together"],
    [["delete", "-f", "-", "-l", "app=reviews"], "-f and -l together"],
    [["delete", "-l", "app=reviews"], "which resources?"],
    [["delete", "dr", "-l", ""], "nothing to delete was named"],
  ])("%j is refused", async (args, says) => {
    const run = await pharos(...args);
    expect(run.stderr).toContain(says);
    expect(run.code).toBe(2);
  });
});

describe("-o jsonpath prints what the expression finds in what -o json prints", () => {
  test.each([
    [["get", "dr", "reviews", "-o", "jsonpath={.spec.host}"], "reviews.default.svc.cluster.local"],
    [["get", "dr/reviews", "-o=jsonpath={.metadata.labels.app}"], "reviews"],
    [
      ["get", "dr", "-A", "-l", "app=reviews", "-o", 'jsonpath={range .items[*]}{.metadata.namespace}{"\\n"}{end}'],
      "default\nshop\n",
    ],
    [["history", "-o", "jsonpath={[0].revision}"], "1"],
    [["token", "list", "-o", "jsonpath={[*].id}"], ""],
    [["proxy-status", "-o", "jsonpath={[*].id}"], ""],
  ])("%j", async (args, stdout) => {
    expect(await pharos(...args)).toEqual({ code: 0, stdout, stderr: "" });
  });

  test.each([
    ["jsonpath={.items[}", '"[" is not closed at character 8 (hint: '],
    ["jsonpath=", "there is no expression"],
    ["xml", "Allowed choices are table, wide, name, json, yaml, jsonpath=EXPR."],
  ])("-o %s is refused", async (format, says) => {
    const run = await pharos("get", "dr", "-o", format);
    expect(run.stderr).toContain(says);
    expect(run.code).toBe(2);
  });
});

test("delete -l deletes those and no others", async () => {
  expect(await pharos("delete", "dr", "-l", "tier=back,!canary")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^RESOURCE +RESULT\nDestinationRule\/default\/details +deleted\n$/),
  });
  expect(await pharos("delete", "dr", "-l", "tier=none")).toEqual({
    code: 0,
    stdout: "",
    stderr: "nothing to delete\n",
  });
  const left = await pharos("get", "dr", "-o", "name");
  expect(left.stdout).toBe(names("bare", "ratings", "reviews"));
});
