import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { readClientTls, readServerTls } from "#core/simulate/read/transport-socket.ts";
import { nameCredential, nameMissing } from "#core/xds/credential-name.ts";
import { TransportSocketSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";

const pair = { key: "edge/shop", part: "pair" } as const;
const roots = { key: "edge/clients", part: "roots" } as const;

function contexts(certificate: string, authorities: string) {
  const commonTlsContext = {
    tlsCertificateSdsSecretConfigs: [{ name: certificate }],
    validationContextType: {
      case: "combinedValidationContext" as const,
      value: { defaultValidationContext: {}, validationContextSdsSecretConfig: { name: authorities } },
    },
  };
  return [
    readServerTls(
      create(TransportSocketSchema, {
        configType: {
          case: "typedConfig",
          value: anyPack(DownstreamTlsContextSchema, create(DownstreamTlsContextSchema, { commonTlsContext })),
        },
      }),
    ),
    readClientTls(
      create(TransportSocketSchema, {
        configType: {
          case: "typedConfig",
          value: anyPack(UpstreamTlsContextSchema, create(UpstreamTlsContextSchema, { commonTlsContext })),
        },
      }),
    ),
  ];
}

test.each([
  ["nothing where both are served", nameCredential(pair), nameCredential(roots), undefined],
  ["a certificate that nobody has stored", nameMissing(pair), nameCredential(roots), "edge/shop"],
  ["authorities that nobody has stored", nameCredential(pair), nameMissing(roots), "edge/clients"],
])("either end lacks %s", (_, certificate, authorities, lacks) => {
  for (const tls of contexts(certificate, authorities)) expect(tls).toMatchObject({ lacks });
});
