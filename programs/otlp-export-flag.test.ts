import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { otlpExportFlag } from "#programs/otlp-export-flag.ts";

test.each([
  ["http://collector:4318/", { protocol: "http", address: "http://collector:4318", isTls: false }],
  ["https://otlp.example/tenant", { protocol: "http", address: "https://otlp.example/tenant", isTls: true }],
  ["grpc://collector", { protocol: "grpc", address: "collector:4317", isTls: false }],
  ["grpcs://[::1]:443", { protocol: "grpc", address: "[::1]:443", isTls: true }],
])("%s is a collector", (text, address) => {
  expect(otlpExportFlag(text, undefined)).toEqual({ ...address, headers: {} });
});

test.each([
  ["collector:4318", /none of http, https, grpc, grpcs/],
  ["nothing", /is no URL/],
  ["http://user:secret@collector", /password in it/],
])("%s is refused", (text, message) => {
  expect(() => otlpExportFlag(text, undefined)).toThrow(message);
});

test("headers come from a file, and a line that is none is named", () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-headers-"));
  const file = join(dir, "headers");
  try {
    writeFileSync(file, "# mine\nauthorization=Bearer a=b \n\nx-tenant = shop\n");
    expect(otlpExportFlag("http://c", file).headers).toEqual({ authorization: "Bearer a=b", "x-tenant": "shop" });
    writeFileSync(file, "a=1\nbroken\n");
    expect(() => otlpExportFlag("http://c", file)).toThrow(/line 2: is not name=value/);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
