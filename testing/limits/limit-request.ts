import { create, toBinary } from "@bufbuild/protobuf";
import { LIMIT_ENTRIES } from "#core/xds/limits-metadata.ts";
import { RateLimitRequestSchema } from "#proto/gen/envoy/service/ratelimit/v3/rls_pb.js";

/** What Envoy asks an agent of a request that has the limits of a set, and nothing that any of them counts by. */
export const limitRequest = (set: string): Uint8Array =>
  toBinary(
    RateLimitRequestSchema,
    create(RateLimitRequestSchema, { descriptors: [{ entries: [{ key: LIMIT_ENTRIES.set, value: set }] }] }),
  );
