import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { StreamHandler } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

export const ADS_PATH = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

export interface FakeResource {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly body: Uint8Array;
}

interface Subscription {
  isWildcard: boolean;
  readonly names: Set<string>;
  readonly sent: Map<string, string>;
}

/** A delta ADS that serves a settable set of resources, for tests of what stands between it and Envoy. */
export class FakeAds {
  /** Everything that was asked, in order. */
  readonly requests: DeltaDiscoveryRequest[] = [];
  /** Names sent, in order; "-name" for a removal. */
  readonly sent: string[] = [];
  #nonce = 0;
  readonly #resources = new Map<string, FakeResource>();
  readonly #streams = new Set<{ send(): void }>();

  get streams(): number {
    return this.#streams.size;
  }

  set(...resources: readonly FakeResource[]): void {
    for (const resource of resources) this.#resources.set(`${resource.type} ${resource.name}`, resource);
    for (const stream of this.#streams) stream.send();
  }

  remove(type: string, name: string): void {
    this.#resources.delete(`${type} ${name}`);
    for (const stream of this.#streams) stream.send();
  }

  readonly method = { kind: "stream", open: (stream: ServerStream): StreamHandler => this.#open(stream) } as const;

  #open(stream: ServerStream): StreamHandler {
    const types = new Map<string, Subscription>();
    const session = {
      send: () => {
        for (const [type, subscription] of types) this.#send(stream, type, subscription, []);
      },
    };
    this.#streams.add(session);
    return {
      onClose: () => void this.#streams.delete(session),
      onMessage: (bytes) => {
        const request = fromBinary(DeltaDiscoveryRequestSchema, bytes);
        this.requests.push(request);
        const known = types.get(request.typeUrl);
        const subscription = known ?? {
          isWildcard: request.resourceNamesSubscribe.length === 0,
          names: new Set(),
          sent: new Map(Object.entries(request.initialResourceVersions)),
        };
        types.set(request.typeUrl, subscription);
        for (const name of request.resourceNamesSubscribe) {
          if (name === "*") subscription.isWildcard = true;
          else subscription.names.add(name);
        }
        for (const name of request.resourceNamesUnsubscribe) {
          subscription.names.delete(name);
          if (!subscription.isWildcard) subscription.sent.delete(name);
        }
        if (known === undefined || request.resourceNamesSubscribe.length > 0)
          this.#send(
            stream,
            request.typeUrl,
            subscription,
            request.resourceNamesSubscribe,
            known === undefined && request.resourceNamesSubscribe.length === 0 && subscription.sent.size === 0,
          );
      },
    };
  }

  #send(
    stream: ServerStream,
    type: string,
    { isWildcard, names, sent }: Subscription,
    asked: readonly string[],
    isFirst = false,
  ): void {
    const wanted = [...this.#resources.values()].filter(
      (resource) => resource.type === type && (isWildcard || names.has(resource.name)),
    );
    const changed = wanted.filter(({ name, version }) => sent.get(name) !== version);
    const isThere = (name: string) => wanted.some((resource) => resource.name === name);
    const removed = [
      ...[...sent.keys()].filter((name) => !isThere(name)),
      ...asked.filter((name) => name !== "*" && !isThere(name)),
    ];
    if (changed.length === 0 && removed.length === 0 && !isFirst) return;
    for (const { name, version } of changed) sent.set(name, version);
    for (const name of removed) sent.delete(name);
    this.sent.push(...changed.map(({ name }) => name), ...removed.map((name) => `-${name}`));
    const response = create(DeltaDiscoveryResponseSchema, {
      typeUrl: type,
      nonce: `n${++this.#nonce}`,
      resources: changed.map(({ name, version, body }) => ({
        name,
        version,
        resource: { typeUrl: type, value: body },
      })),
      removedResources: removed,
    });
    stream.send([toBinary(DeltaDiscoveryResponseSchema, response)]);
  }
}
