import { expect, test } from "vitest";
import { resourceHref } from "#components/format/resource-href.ts";
import { buildCommands, filterCommands } from "#components/shell/build-commands.ts";

const catalog = {
  namespaces: ["default"],
  services: [
    {
      host: "reviews.default.svc.cluster.local",
      namespace: "default",
      name: "reviews",
      ports: [],
      subsets: [],
      versions: [],
      labels: {},
    },
    {
      host: "old-reviews.shop.svc.cluster.local",
      namespace: "shop",
      name: "old-reviews",
      ports: [],
      subsets: [],
      versions: [],
      labels: {},
    },
  ],
  workloads: [],
  principals: [],
  gateways: [],
};

test("a service is found by parts of its name and namespace, the one that starts so first", () => {
  const found = filterCommands(buildCommands({ catalog }), "revi", 10);
  expect(found.map(({ label }) => label)).toEqual(["reviews", "old-reviews"]);
  expect(filterCommands(buildCommands({ catalog }), "reviews shop", 1).map(({ label }) => label)).toEqual([
    "old-reviews",
  ]);
});

test.each([
  ["VirtualService/default/reviews", "/traffic/VirtualService/default/reviews"],
  ["AuthorizationPolicy/default/deny", "/security/AuthorizationPolicy/default/deny"],
])("%s is edited at %s", (ref, href) => {
  expect(resourceHref(ref)).toBe(href);
});

const proxy = {
  id: "sidecar~reviews-v1-0~default",
  name: "reviews-v1-0",
  namespace: "default",
  workload: "reviews-v1",
};
const everything = buildCommands({
  catalog,
  proxies: [proxy],
  revisions: [{ revision: 12, reason: "v3 is ready" }],
});

test.each([
  ["a proxy", "reviews-v1-0", "/proxies/sidecar~reviews-v1-0~default"],
  ["a revision by its reason", "v3 is ready", "/changes/12"],
  ["a revision by its number, known or not", "revision 7", "/changes/7"],
  ["a trace by its id", "0af7651916cd43dd8448eb211c80319c", "/traces/0af7651916cd43dd8448eb211c80319c"],
  ["a verb", "deny", "/security/new"],
  ["a verb by another word", "canary", "/traffic/new?task=canary"],
  ["a verb for a service", "shift old-reviews", "/traffic/new?host=old-reviews.shop.svc.cluster.local"],
])("finds %s", (_, query, href) => {
  expect(filterCommands(everything, query, 12)[0]?.href).toBe(href);
});

test("the console's theme is chosen by its name", () => {
  const found = filterCommands(buildCommands({}), "theme", 5);
  expect(found.map(({ theme }) => theme)).toEqual(["system", "light", "dark"]);
});
