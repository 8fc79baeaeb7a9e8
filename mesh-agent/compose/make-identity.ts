import type { AgentConfig } from "#mesh-agent/config.ts";
import { IdentityKeeper } from "#mesh-agent/identity/identity-keeper.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import { readToken } from "#mesh-agent/read-token.ts";
import type { Logger } from "#node/log.ts";

/** Who the agent is in the mesh; not open yet. */
export function makeIdentity(config: AgentConfig, paths: AgentPaths, log: Logger): IdentityKeeper {
  return new IdentityKeeper({
    file: paths.identity,
    namespace: config.namespace,
    serviceAccount: config.serviceAccount,
    server: config.server,
    readToken: () => readToken(config),
    tokenFile: config.token === undefined ? config.tokenFile : undefined,
    log,
  });
}
