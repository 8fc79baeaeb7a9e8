import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { GrpcServer } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

const SERVICE = "/envoy.service.discovery.v3.AggregatedDiscoveryService";

/** ADS that says exactly what a test tells it to, and notes each answer; nothing is sent of its own accord. */
export class RawAds {
  readonly #server: GrpcServer;
  readonly #isDelta: boolean;
  readonly requests: (DeltaDiscoveryRequest | DiscoveryRequest)[] = [];
  #stream: ServerStream | undefined;
  #nonce = 0;

  constructor(isDelta: boolean) {
    this.#isDelta = isDelta;
    this.#server = new GrpcServer({
      methods: new Map([
        [
          `${SERVICE}/${isDelta ? "DeltaAggregatedResources" : "StreamAggregatedResources"}`,
          { kind: "stream", open: (stream) => this.#open(stream) },
        ],
      ]),
    });
  }

  listen(): Promise<number> {
    return this.#server.listen({ host: "127.0.0.1", port: 0 });
  }

  /** Sends a response; returns its nonce. A body of any bytes will do. */
  send(
    type: XdsType,
    resources: Readonly<Record<string, Uint8Array>>,
    removedResources: readonly string[] = [],
  ): string {
    const nonce = String(++this.#nonce);
    const typeUrl = TYPE_URLS[type];
    const all = Object.entries(resources);
    const message = this.#isDelta
      ? toBinary(
          DeltaDiscoveryResponseSchema,
          create(DeltaDiscoveryResponseSchema, {
            typeUrl,
            nonce,
            removedResources: [...removedResources],
            resources: all.map(([name, value]) => ({ name, version: nonce, resource: { typeUrl, value } })),
          }),
        )
      : toBinary(
          DiscoveryResponseSchema,
          create(DiscoveryResponseSchema, {
            typeUrl,
            nonce,
            versionInfo: nonce,
            resources: all.map(([, value]) => ({ typeUrl, value })),
          }),
        );
    this.#stream?.send([Buffer.from(message)]);
    return nonce;
  }

  /** What Envoy said of a response: "" when it took it, its words when not; undefined when it has not answered. */
  answer(nonce: string): string | undefined {
    const request = this.requests.findLast(({ responseNonce }) => responseNonce === nonce);
    return request === undefined ? undefined : (request.errorDetail?.message ?? "");
  }

  /** Names that Envoy asked for, ever. */
  asked(type: XdsType): ReadonlySet<string> {
    return new Set(
      this.requests
        .filter(({ typeUrl }) => typeUrl === TYPE_URLS[type])
        .flatMap((request) => ("resourceNames" in request ? request.resourceNames : request.resourceNamesSubscribe)),
    );
  }

  has(type: XdsType): boolean {
    return this.requests.some(({ typeUrl }) => typeUrl === TYPE_URLS[type]);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #open(stream: ServerStream) {
    this.#stream = stream;
    this.requests.length = 0;
    return {
      onMessage: (message: Buffer) => {
        this.requests.push(
          this.#isDelta
            ? fromBinary(DeltaDiscoveryRequestSchema, message)
            : fromBinary(DiscoveryRequestSchema, message),
        );
      },
      onClose: () => undefined,
    };
  }
}
