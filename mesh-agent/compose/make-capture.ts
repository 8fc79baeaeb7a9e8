import { Capture } from "#mesh-agent/capture/capture.ts";
import { removeMarked } from "#mesh-agent/capture/capture-mark.ts";
import { planCapture } from "#mesh-agent/capture/capture-plan.ts";
import { chooseFirewall } from "#mesh-agent/capture/firewall.ts";
import { takeOwnGroup } from "#mesh-agent/capture/own-group.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { readResolvers, resolversToCapture } from "#mesh-agent/dns/resolvers.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import type { Logger } from "#node/log.ts";

/**
 * Nothing is captured yet. Undefined where nothing is to be: what an earlier agent of this directory left is removed. Throws where
 * it cannot be captured. To be called before any connection is made.
 */
export async function makeCapture(config: AgentConfig, paths: AgentPaths, log: Logger): Promise<Capture | undefined> {
  const { capture, ports } = config;
  const mark = paths.captureMark;
  if (capture === undefined) {
    try {
      const removed = await removeMarked(mark);
      if (removed.length > 0) log.warn("removed rules of capture that an earlier agent left", { of: removed.join() });
    } catch (error) {
      log.error("rules of capture that an earlier agent left cannot be removed", { error: String(error) });
    }
    return undefined;
  }
  const firewall = await chooseFirewall(capture.mode);
  const owner = takeOwnGroup(capture.proxyGid);
  const plan = () => planCapture(capture, ports, owner, resolversToCapture(readResolvers()));
  return new Capture({ firewall, plan, whenDead: capture.whenDead, mark, log });
}
