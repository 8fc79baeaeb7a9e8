import { create, toBinary } from "@bufbuild/protobuf";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { readMessage } from "#grpc/read-message.ts";
import type { OpenSecretStream } from "#mesh-agent/sds/secret-stream.ts";
import type { EncodedSecret } from "#mesh-agent/sds/secrets.ts";
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

/** Incremental SDS: every name asked for is answered, and pushed again when its content changes. */
export const openDeltaSecrets: OpenSecretStream = (stream, source, log) => {
  let nonce = 0;
  const subscribed = new Set<string>();
  /** Name → version that Envoy was sent. */
  const sent = new Map<string, string>();

  const send = (changed: readonly EncodedSecret[], absent: readonly string[] = []): void => {
    if (changed.length === 0 && absent.length === 0) return;
    for (const { name, version } of changed) sent.set(name, version);
    nonce += 1;
    const response = create(DeltaDiscoveryResponseSchema, {
      typeUrl: TYPE_URLS.SDS,
      nonce: String(nonce),
      resources: changed.map(({ name, version, body }) => ({
        name,
        version,
        resource: { typeUrl: TYPE_URLS.SDS, value: body },
      })),
      removedResources: [...absent],
    });
    stream.send([toBinary(DeltaDiscoveryResponseSchema, response)]);
  };

  return {
    wants: (name) => subscribed.has(name),
    push() {
      send(source.secrets().filter(({ name, version }) => subscribed.has(name) && sent.get(name) !== version));
    },
    handler: {
      onMessage(message) {
        const request = readMessage(DeltaDiscoveryRequestSchema, message);
        if (request.errorDetail !== undefined)
          log.error("envoy refused a secret", { message: request.errorDetail.message });
        for (const name of request.resourceNamesUnsubscribe) {
          sent.delete(name);
          subscribed.delete(name);
        }
        const wanted = request.resourceNamesSubscribe;
        source.want(wanted);
        for (const name of wanted) subscribed.add(name);
        const secrets = source.secrets();
        send(
          secrets.filter(({ name }) => wanted.includes(name)),
          wanted.filter((name) => !source.mayCome(name) && !secrets.some((secret) => secret.name === name)),
        );
      },
    },
  };
};
