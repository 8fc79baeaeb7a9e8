import { expect, test } from "vitest";
import { buildCommands, filterCommands, resourceHref } from "#components/shell/build-commands.ts";

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
  const found = filterCommands(buildCommands(catalog, undefined), "revi", 10);
  expect(found.map(({ label }) => label)).toEqual(["reviews", "old-reviews"]);
  expect(filterCommands(buildCommands(catalog, undefined), "reviews shop", 10).map(({ label }) => label)).toEqual([
    "old-reviews",
  ]);
});

test.each([
  ["VirtualService/default/reviews", "/traffic/VirtualService/default/reviews"],
  ["AuthorizationPolicy/default/deny", "/security/AuthorizationPolicy/default/deny"],
])("%s is edited at %s", (ref, href) => {
  expect(resourceHref(ref)).toBe(href);
});
