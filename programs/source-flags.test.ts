import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { prometheusFlag } from "#programs/source-flags.ts";

test("a Prometheus is named by its URL, with headers of a file", () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-headers-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "headers");
  writeFileSync(file, "# of the mesh's own\nauthorization=Bearer x\n");
  expect(prometheusFlag("http://prometheus:9090/", "15s", file)).toEqual({
    url: "http://prometheus:9090",
    headers: { authorization: "Bearer x" },
    scrapeIntervalMs: 15_000,
  });
});

test.each([
  ["prometheus:9090", "15s", "is not an http or https URL"],
  ["http://a:b@prometheus", "15s", "has a password in it"],
  ["http://prometheus", "100ms", "is less than a second"],
  ["http://prometheus", "soon", "--prometheus-scrape-interval"],
])("%s every %s is refused, with what is wrong", (url, interval, message) => {
  expect(() => prometheusFlag(url, interval, undefined)).toThrow(message);
});
