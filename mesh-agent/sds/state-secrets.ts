import { create, toBinary } from "@bufbuild/protobuf";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { readMessage } from "#grpc/read-message.ts";
import type { OpenSecretStream } from "#mesh-agent/sds/secret-stream.ts";
import { DiscoveryRequestSchema, DiscoveryResponseSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

/** State-of-the-world SDS: the whole set of names asked for, sent when it or its content changes. */
export const openStateSecrets: OpenSecretStream = (stream, source, log) => {
  let names: readonly string[] = [];
  let nonce = 0;
  let sentVersion = "";

  const send = (): void => {
    const wanted = source.secrets().filter(({ name }) => names.includes(name));
    const version = wanted.map((secret) => `${secret.name}=${secret.version}`).join(",");
    if (wanted.length === 0 || version === sentVersion) return;
    sentVersion = version;
    nonce += 1;
    const response = create(DiscoveryResponseSchema, {
      typeUrl: TYPE_URLS.SDS,
      versionInfo: version,
      nonce: String(nonce),
      resources: wanted.map(({ body }) => ({ typeUrl: TYPE_URLS.SDS, value: body })),
    });
    stream.send([toBinary(DiscoveryResponseSchema, response)]);
  };

  return {
    wants: (name) => names.includes(name),
    push: send,
    handler: {
      onMessage(message) {
        const request = readMessage(DiscoveryRequestSchema, message);
        // An answer to an older response says nothing about what is wanted now.
        if (request.responseNonce !== "" && request.responseNonce !== String(nonce)) return;
        if (request.errorDetail !== undefined)
          log.error("envoy refused a secret", { message: request.errorDetail.message });
        names = request.resourceNames;
        source.want(names);
        send();
      },
    },
  };
};
