import { create } from "@bufbuild/protobuf";
import type { CredentialMaterial } from "#core/registry/credential-material.ts";
import type { CredentialUse, NamedCredential } from "#core/resolve/credential-use.ts";
import { endsTls, resolveGatewayPorts } from "#core/resolve/gateway-ports.ts";
import { resolveServerTls } from "#core/resolve/server-tls.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import { nameCredential } from "#core/xds/credential-name.ts";
import type { Origin, XdsResource } from "#core/xds/layer.ts";
import { SecretSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import { type CredentialTaker, listRuleCredentials } from "#server/envoy/clusters/rule-credentials.ts";
import { encodeResource, type Hash } from "#server/envoy/encode.ts";
import type { Init } from "#server/envoy/pack.ts";

/** What a credential holds, by `namespace/name`. Only where proxies are served: previews know of none. */
export type FindMaterial = (key: string) => CredentialMaterial | undefined;

interface Named extends NamedCredential {
  readonly origin: Origin;
}

/** The secrets that a proxy's own configuration names and that there are: of the Gateways that it serves, and of rules for whom it calls. */
export function buildCredentialSecrets(
  world: CompileReader,
  taker: CredentialTaker,
  find: FindMaterial,
  hash: Hash,
): XdsResource[] {
  const { namespace, labels, isGateway } = taker;
  const named = [...(isGateway ? ofGateways(world, labels) : []), ...listRuleCredentials(world, taker)];
  const found = new Map<string, { readonly use: CredentialUse; readonly origins: Origin[] }>();
  for (const { origin, ...each } of named) {
    const use = world.credentialUse(each, namespace);
    if (use.state !== "usable") continue;
    const name = nameCredential(use);
    const known = found.get(name);
    if (known === undefined) found.set(name, { use, origins: [origin] });
    else known.origins.push(origin);
  }
  return [...found].map(([name, { use, origins }]) => encode(name, use, origins, { world, find, hash }));
}

function ofGateways(world: CompileReader, labels: Readonly<Record<string, string>>): Named[] {
  return resolveGatewayPorts(world.gatewaysFor(labels)).ports.flatMap(({ isPlain, groups }) =>
    isPlain
      ? []
      : groups.flatMap(({ servers: [first], serves }): Named[] => {
          const tls = first === undefined || !endsTls({ serves }) ? undefined : resolveServerTls(first.server);
          if (first === undefined || tls?.kind !== "own") return [];
          const origin = {
            resource: formatRef(refOf(first.gateway)),
            path: `spec.servers[${first.index}].tls`,
          };
          return [
            ...tls.certificates.flatMap((each): Named[] =>
              each.kind === "credential" ? [{ credential: each.credential, part: "pair", origin }] : [],
            ),
            ...(tls.clients?.roots.kind === "credential"
              ? [{ credential: tls.clients.roots.credential, part: "roots" as const, origin }]
              : []),
          ];
        }),
  );
}

/** Under a version that says what it holds, so that previews, which do not know it, have the same. */
function encode(
  name: string,
  { key, part }: CredentialUse,
  origins: readonly Origin[],
  { world, find, hash }: { readonly world: CompileReader; readonly find: FindMaterial; readonly hash: Hash },
): XdsResource {
  const facts = world.credential(key);
  const digest = facts?.kind === "usable" ? facts.digest : "";
  const secret = create(SecretSchema, { name, ...contentOf(find(key) ?? {}, part) });
  const encoded = encodeResource(SecretSchema, name, secret, origins, hash);
  return { ...encoded, version: hash(new TextEncoder().encode(`${name} ${digest}`)) };
}

const inline = (text: string) => ({ specifier: { case: "inlineString", value: text } }) as const;

function contentOf(
  { certificate, key, roots, revocationList }: CredentialMaterial,
  part: CredentialUse["part"],
): Pick<Init<typeof SecretSchema>, "type"> {
  if (part === "pair")
    return certificate === undefined || key === undefined
      ? {}
      : {
          type: {
            case: "tlsCertificate",
            value: { certificateChain: inline(certificate), privateKey: inline(key) },
          },
        };
  return roots === undefined
    ? {}
    : {
        type: {
          case: "validationContext",
          value: {
            trustedCa: inline(roots),
            ...(revocationList === undefined ? {} : { crl: inline(revocationList) }),
          },
        },
      };
}
