import type { ClientTls } from "#core/simulate/cluster.ts";
import type { NameTest, ServerTls } from "#core/simulate/listener.ts";
import { openAny } from "#core/simulate/read/open-any.ts";
import { readStringMatcher } from "#core/simulate/read/string-matcher.ts";
import { missingCredential } from "#core/xds/credential-name.ts";
import { SECRET_NAMES } from "#core/xds/secret-names.ts";
import type { TransportSocket } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { ProxyProtocolUpstreamTransportSchema } from "#proto/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js";
import {
  type CertificateValidationContext,
  SubjectAltNameMatcher_SanType as SanType,
} from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import {
  type CommonTlsContext,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";

const PLAIN: ClientTls = { kind: "plain" };

/** Undefined: plain text. */
export function readServerTls(socket: TransportSocket | undefined): ServerTls | undefined {
  const context = openAny(DownstreamTlsContextSchema, typedConfig(socket));
  if (context === undefined) return undefined;
  return {
    needsCertificate: context.requireClientCertificate ?? false,
    lacks: lacking(context.commonTlsContext),
    clientNames: readNames(validation(context.commonTlsContext)),
  };
}

export function readClientTls(socket: TransportSocket | undefined): ClientTls {
  // What is said ahead of it, for a server that reads it, changes nothing of how it goes on.
  const behind = openAny(ProxyProtocolUpstreamTransportSchema, typedConfig(socket));
  if (behind !== undefined) return readClientTls(behind.transportSocket);
  const context = openAny(UpstreamTlsContextSchema, typedConfig(socket));
  if (context === undefined) return PLAIN;
  const common = context.commonTlsContext;
  const certificate = common?.tlsCertificateSdsSecretConfigs[0]?.name;
  const checked = common?.validationContextType.case !== undefined;
  return {
    kind: "tls",
    serverName: context.sni === "" ? undefined : context.sni,
    alpn: common?.alpnProtocols ?? [],
    certificate,
    serverNames: readNames(validation(common)),
    isChecked: checked,
    trustsMesh: rootsOf(common) === SECRET_NAMES.roots,
    lacks: lacking(common),
  };
}

/** Envoy serves nothing until it has all the secrets that a context names. */
function lacking(common: CommonTlsContext | undefined): string | undefined {
  const named = [...(common?.tlsCertificateSdsSecretConfigs ?? []).map(({ name }) => name), rootsOf(common) ?? ""];
  return named.map(missingCredential).find((key) => key !== undefined);
}

/** The name of the secret with the authorities. */
function rootsOf(common: CommonTlsContext | undefined): string | undefined {
  const context = common?.validationContextType;
  return context?.case === "combinedValidationContext"
    ? context.value.validationContextSdsSecretConfig?.name
    : undefined;
}

function typedConfig(socket: TransportSocket | undefined) {
  return socket?.configType.case === "typedConfig" ? socket.configType.value : undefined;
}

function validation(common: CommonTlsContext | undefined): CertificateValidationContext | undefined {
  const context = common?.validationContextType;
  if (context?.case === "validationContext") return context.value;
  return context?.case === "combinedValidationContext" ? context.value.defaultValidationContext : undefined;
}

function readNames(context: CertificateValidationContext | undefined): NameTest[] {
  return (context?.matchTypedSubjectAltNames ?? []).flatMap(({ sanType, matcher }) =>
    matcher === undefined
      ? []
      : [
          {
            ...readStringMatcher(matcher),
            of:
              sanType === SanType.URI
                ? ("uri" as const)
                : sanType === SanType.DNS
                  ? ("dns" as const)
                  : ("other" as const),
          },
        ],
  );
}
