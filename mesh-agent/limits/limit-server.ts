import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { limitHeaders } from "#core/rate-limit/limit-headers.ts";
import { readDescriptor, setOfDescriptor } from "#core/simulate/limits/read-descriptor.ts";
import { GrpcServer } from "#grpc/server.ts";
import type { LimitSets } from "#mesh-agent/limits/limit-sets.ts";
import type { Limiter, Verdict } from "#mesh-agent/limits/limiter.ts";
import type { Logger } from "#node/log.ts";
import {
  RateLimitRequestSchema,
  RateLimitResponse_Code,
  RateLimitResponseSchema,
} from "#proto/gen/envoy/service/ratelimit/v3/rls_pb.js";

const PATH = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";
/** Envoy asks for limits that it has accepted before the agent hears of that. */
const PATIENCE_MS = 500;

export interface LimitServerOptions {
  readonly sets: LimitSets;
  readonly limiter: Limiter;
  readonly log: Logger;
}

/** Envoy's rate-limit service, over a Unix socket of this host. */
export class LimitServer {
  readonly #options: LimitServerOptions;
  readonly #server: GrpcServer;
  /** By `policy rule`. */
  readonly admitted = new Map<string, number>();
  readonly refused = new Map<string, number>();

  constructor(options: LimitServerOptions) {
    this.#options = options;
    this.#server = new GrpcServer({
      methods: new Map([[PATH, { kind: "unary", handle: (request) => this.#decide(request) }]]),
      onFailure: (_, error) => options.log.error("a request was not held against its limits", { error: String(error) }),
    });
  }

  async listen(socketPath: string): Promise<void> {
    await this.#server.listen({ socketPath });
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  async #decide(bytes: Uint8Array): Promise<Uint8Array> {
    const { sets, limiter } = this.#options;
    const entries = fromBinary(RateLimitRequestSchema, bytes).descriptors[0]?.entries ?? [];
    const set = setOfDescriptor(entries);
    const rules = set === undefined ? undefined : await sets.find(set, PATIENCE_MS);
    if (rules === undefined) throw new PharosError("unavailable", `no limits are known by the name ${String(set)}`);
    const verdict = await new Promise<Verdict>((done) => limiter.decide(rules, readDescriptor(entries), done));
    for (const { rule, isAdmitted } of verdict.counted) {
      const counts = isAdmitted ? this.admitted : this.refused;
      const name = `${rule.policy} ${rule.name}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return encodeVerdict(verdict);
  }
}

function encodeVerdict({ counted, refusedBy }: Verdict): Uint8Array {
  const told = refusedBy === undefined ? counted.filter(({ rule }) => !rule.isShadow) : [refusedBy];
  const headers = [...limitHeaders(told), ...(refusedBy?.rule.refusedHeaders ?? [])];
  const shadow = counted.find(({ rule, isAdmitted }) => rule.isShadow && !isAdmitted);
  const marks = {
    ...(refusedBy === undefined ? {} : { rule: `${refusedBy.rule.policy} ${refusedBy.rule.name}` }),
    ...(shadow === undefined ? {} : { shadow: `${shadow.rule.policy} ${shadow.rule.name}` }),
  };
  const code = refusedBy === undefined ? RateLimitResponse_Code.OK : RateLimitResponse_Code.OVER_LIMIT;
  return toBinary(
    RateLimitResponseSchema,
    create(RateLimitResponseSchema, {
      overallCode: code,
      statuses: [{ code }],
      responseHeadersToAdd: headers.map(([key, value]) => ({ key, value })),
      rawBody: Buffer.from(refusedBy?.rule.refusedBody ?? ""),
      ...(Object.keys(marks).length === 0 ? {} : { dynamicMetadata: marks }),
    }),
  );
}
