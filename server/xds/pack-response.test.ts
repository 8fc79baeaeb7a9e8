import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Packer } from "#server/xds/pack-response.ts";
import type { Response } from "#server/xds/response.ts";

const response = (nonce: string, size: number): Response => ({
  typeUrl: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  nonce,
  chunks: [],
  extras: {},
  parts: [Buffer.alloc(size, "outbound|80||"), Buffer.from(nonce)],
});

test("what a second stream is sent is compressed, once for all that follow, and reads as it was", () => {
  const packer = new Packer();
  const message = response("a", 100_000);
  expect(packer.pack(message)).toBeUndefined();
  const packed = packer.pack(message);
  expect(packed?.length).toBeLessThan(10_000);
  expect(gunzipSync(packed ?? "")).toEqual(Buffer.concat(message.parts));
  expect(packer.pack(response("a", 100_000))).toBe(packed);
});

test("another content is another message, and small ones go as they are", () => {
  const packer = new Packer();
  for (const message of [response("a", 100_000), response("b", 100_000)]) expect(packer.pack(message)).toBeUndefined();
  expect(packer.pack(response("b", 100_000))).not.toEqual(packer.pack(response("a", 100_000)));
  for (let stream = 0; stream < 3; stream += 1) expect(packer.pack(response("c", 1000))).toBeUndefined();
});
