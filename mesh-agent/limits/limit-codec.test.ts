import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { decodeLimitRequest, encodeLimitAnswer, type LimitAnswer } from "#mesh-agent/limits/limit-codec.ts";
import {
  RateLimitDescriptor_EntrySchema,
  RateLimitDescriptor_RateLimitOverrideSchema,
  RateLimitDescriptorSchema,
} from "#proto/gen/envoy/extensions/common/ratelimit/v3/ratelimit_pb.js";
import {
  RateLimitRequestSchema,
  RateLimitResponse_Code,
  RateLimitResponseSchema,
} from "#proto/gen/envoy/service/ratelimit/v3/rls_pb.js";

const TEXTS = ["", "a", "Ünïcode 🛰 \u0000", "x".repeat(127), "y".repeat(128), "z".repeat(70_000)];

test("a request is read as the library writes it, whatever else it says", () => {
  const entries = TEXTS.map((value, at) => ({ key: `header:x-${at}`, value }));
  const limit = create(RateLimitDescriptor_RateLimitOverrideSchema, { requestsPerUnit: 3 });
  const written = entries.map((entry) => create(RateLimitDescriptor_EntrySchema, entry));
  const descriptors = [written, written.slice(0, 1)].map((each) =>
    create(RateLimitDescriptorSchema, { entries: each, limit }),
  );
  const message = create(RateLimitRequestSchema, { domain: "pharos", hitsAddend: 7, descriptors });
  // The library's messages are older: hits_addend (3) and is_negative_hits (4) of a descriptor.
  const costs = [
    [0x12, 4, 0x1a, 0, 0x20, 1],
    [0x12, 8, 0x1a, 6, 0x08, 0x80, 0xd0, 0xac, 0xf3, 0x0e],
  ];
  const bytes = Buffer.concat([toBinary(RateLimitRequestSchema, message), ...costs.map((each) => Buffer.from(each))]);
  expect(decodeLimitRequest(bytes)).toEqual([
    { entries, hitsAddend: undefined },
    { entries: entries.slice(0, 1), hitsAddend: undefined },
    { entries: [], hitsAddend: 0 },
    { entries: [], hitsAddend: 4_000_000_000 },
  ]);
});

test("what is no UTF-8 stands as one sign, and what is no message is refused wherever it ends", () => {
  // descriptors { entries { key: "a", value: ff } }
  const bytes = Buffer.from([0x12, 8, 0x0a, 6, 0x0a, 1, 0x61, 0x12, 1, 0xff]);
  expect(decodeLimitRequest(bytes)).toEqual([{ entries: [{ key: "a", value: "\ufffd" }], hitsAddend: undefined }]);
  for (let end = 1; end < bytes.length; end += 1) expect(() => decodeLimitRequest(bytes.subarray(0, end))).toThrow();
});

const read = (answer: LimitAnswer) => fromBinary(RateLimitResponseSchema, new Uint8Array(encodeLimitAnswer(answer)));

test("an answer is read by the library as it was meant", () => {
  const headers = TEXTS.map((value, at) => [`x-${at}`, value] as const);
  const marks = Object.fromEntries(TEXTS.map((value, at) => [`mark-${at}`, value]));
  for (const body of TEXTS)
    for (const isAdmitted of [true, false]) {
      const code = isAdmitted ? RateLimitResponse_Code.OK : RateLimitResponse_Code.OVER_LIMIT;
      const of = (more: object) =>
        create(RateLimitResponseSchema, { overallCode: code, statuses: [{ code }], ...more });
      expect(read({ isAdmitted, headers, body, marks })).toEqual(
        of({
          responseHeadersToAdd: headers.map(([key, value]) => ({ key, value })),
          rawBody: new Uint8Array(Buffer.from(body)),
          dynamicMetadata: marks,
        }),
      );
      expect(read({ isAdmitted, headers: [], body: "", marks: {} })).toEqual(of({}));
    }
});
