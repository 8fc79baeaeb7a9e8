// A rate-limit service that lets all through, as a child process: `SOCKET`. What asking costs whoever is asked.
import { create, toBinary } from "@bufbuild/protobuf";
import { LocalServer } from "#grpc/local-server.ts";
import { RateLimitResponse_Code, RateLimitResponseSchema } from "#proto/gen/envoy/service/ratelimit/v3/rls_pb.js";

const answer = toBinary(
  RateLimitResponseSchema,
  create(RateLimitResponseSchema, { overallCode: RateLimitResponse_Code.OK }),
);
await new LocalServer(
  () => answer,
  (error) => process.stderr.write(`${String(error)}\n`),
).listen(process.argv[2] ?? "");
