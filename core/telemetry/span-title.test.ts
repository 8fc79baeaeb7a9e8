import { expect, test } from "vitest";
import { spanTitle } from "#core/telemetry/span-title.ts";

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
