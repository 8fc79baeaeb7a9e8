import type { ExtensionProvider, HttpAuthorizer } from "#core/kinds/mesh-config/extension-provider.ts";
import { type AskedService, resolveAsked } from "#core/resolve/asked-service.ts";
import type { GuardingPolicy } from "#core/resolve/guarding-policy.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";

export type HttpProvider = HttpAuthorizer;

/** Somebody whom policies have asked about requests. */
export interface Authorizer extends AskedService {
  readonly provider: ExtensionProvider;
  readonly protocol: "http" | "grpc";
}

/** Why a policy's provider cannot be asked: what it is about is refused then, as in Istio. */
export type NotAsked = "no-provider" | "no-service" | "no-port";

type Reader = Pick<CallerReader, "settings" | "service" | "mesh">;

/** Those that the policies over a workload have asked, in order of their names; policies that are only tried have nobody asked. */
export function resolveAuthorizers(
  reader: Reader,
  policies: readonly Pick<GuardingPolicy, "provider" | "isDryRun">[],
): readonly Authorizer[] {
  const names = new Set(policies.flatMap(({ provider, isDryRun }) => (isDryRun ? [] : (provider ?? []))));
  return [...names].sort().flatMap((name) => {
    const found = resolveAuthorizer(reader, name);
    return typeof found === "string" ? [] : [found];
  });
}

export function resolveAuthorizer(reader: Reader, name: string): Authorizer | NotAsked {
  const provider = reader.settings().providers.find((each) => each.name === name);
  const asked = provider?.envoyExtAuthzHttp ?? provider?.envoyExtAuthzGrpc;
  if (provider === undefined || asked === undefined) return "no-provider";
  const found = resolveAsked(reader, asked);
  if (typeof found === "string") return found;
  return { provider, protocol: provider.envoyExtAuthzHttp === undefined ? "grpc" : "http", ...found };
}
