import { expect, test } from "vitest";
import { simulateHref } from "#components/simulate/simulate-href.ts";

test.each([
  [
    { from: "shop-v1.default", host: "cart.default.svc.cluster.local", port: 8080 },
    "shop-v1.default",
    "http://cart.default.svc.cluster.local:8080/",
  ],
  [{ from: "", host: "a.example.com", port: 80 }, null, "http://a.example.com/"],
  [{ from: "a", host: "store", port: 7000, isTcp: true }, "a", "tcp://store:7000"],
])("%o", (link, from, url) => {
  const { pathname, searchParams } = new URL(simulateHref(link), "http://console");
  expect([pathname, searchParams.get("from"), searchParams.get("url")]).toEqual(["/simulate", from, url]);
});
