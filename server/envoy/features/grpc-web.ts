import { GrpcWebSchema } from "#proto/gen/envoy/extensions/filters/http/grpc_web/v3/grpc_web_pb.js";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { typed } from "#server/envoy/pack.ts";

const NAME = "envoy.filters.http.grpc_web";
const FILTER = typed(NAME, GrpcWebSchema, {});

/** Requests of browsers in gRPC-Web go on in gRPC, and answers come back; all others pass as they are. */
export const grpcWeb: HttpFilter = {
  name: NAME,
  phase: "traffic",
  inListener: (_, { takesGrpcWeb }) => (takesGrpcWeb ? FILTER : undefined),
};
