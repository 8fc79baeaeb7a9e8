import { expect, test } from "vitest";
import { spanGroup, spanTitle } from "#core/telemetry/span-title.ts";

test.each([
  [
    "details.default.svc.cluster.local:9080/*",
    { "http.method": "GET", "http.url": "http://details:9080/details/0?full=1" },
    "GET /details/0",
  ],
  ["details.default.svc.cluster.local:9080/*", {}, "details.default.svc.cluster.local:9080/*"],
  ["router outbound|9080||x", { "http.request.method": "POST", "url.path": "/orders" }, "POST /orders"],
  ["render page", { "http.method": "GET", "http.url": "http://x/y" }, "render page"],
  ["host:80/*", { "http.method": "GET", "http.url": "http://host" }, "GET /"],
])("%s with %j is titled %s", (operation, attributes, title) => {
  expect(spanTitle({ operation, attributes: attributes as Record<string, string> })).toBe(title);
});

test("spans of one kind have one name, whatever they were asked for", () => {
  const asked = (url: string) =>
    spanGroup({ operation: "inbound|http|80/*", attributes: { "http.method": "GET", "http.url": url } });
  expect(asked("http://a/reviews/17?x=1")).toBe(asked("http://b:8080/reviews/4711"));
  expect(asked("http://a/reviews/17")).not.toBe(asked("http://a/ratings/17"));
  expect(spanGroup({ operation: "SELECT orders", attributes: {} })).toBe("SELECT orders");
});
