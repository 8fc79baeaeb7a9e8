import { create, toBinary } from "@bufbuild/protobuf";
import type { ProxyNode } from "#core/xds/layer.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { readMessage } from "#grpc/read-message.ts";
import type { StreamHandler } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import type { AdsServer } from "#server/xds/ads-server.ts";

/** What Envoy asks for with all of its type, and what by name: of that these ask for half. */
const WHOLE: readonly XdsType[] = ["CDS", "LDS", "VHDS"];
const NAMED: readonly XdsType[] = ["EDS", "RDS"];
/** Opens a stream of a node that answers all that it is sent, and asks for every second name that it could. */
export function connect(ads: AdsServer, node: ProxyNode): StreamHandler {
  const method = [...ads.methods().values()][0];
  if (method?.kind !== "stream") throw new Error("no stream is served");
  let handler: StreamHandler | undefined;
  const told: Buffer[] = [];
  const say = (type: XdsType, more: { readonly nonce?: string; readonly names?: readonly string[] } = {}): void =>
    handler?.onMessage(
      Buffer.from(
        toBinary(
          DeltaDiscoveryRequestSchema,
          create(DeltaDiscoveryRequestSchema, {
            node: { id: node.id },
            typeUrl: TYPE_URLS[type],
            responseNonce: more.nonce ?? "",
            resourceNamesSubscribe: [...(more.names ?? [])],
          }),
        ),
      ),
    );
  const answer = (): void => {
    for (let next = told.shift(); next !== undefined; next = told.shift()) {
      const { typeUrl, nonce } = readMessage(DeltaDiscoveryResponseSchema, next);
      const type = Object.entries(TYPE_URLS).find(([, url]) => url === typeUrl)?.[0] as XdsType;
      say(type, { nonce });
    }
  };
  const stream = {
    peer: { address: "127.0.0.1", certificate: undefined },
    queuedBytes: 0,
    send: (parts: readonly Buffer[]) => {
      told.push(Buffer.concat(parts));
      queueMicrotask(answer);
    },
    end: () => undefined,
  } as unknown as ServerStream;
  handler = method.open(stream);
  for (const type of WHOLE) say(type);
  const held = ads.view(node.id)?.layers ?? [];
  for (const type of NAMED) {
    const names = held
      .flatMap(({ resources }) => [...(resources.get(type)?.keys() ?? [])])
      .filter((_, at) => at % 2 === 0);
    if (names.length > 0) say(type, { names });
  }
  return handler;
}
