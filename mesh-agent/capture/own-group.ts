import { PharosError } from "#core/errors.ts";
import type { ProxyOwner } from "#mesh-agent/capture/capture-plan.ts";

/**
 * By what this process's connections, and those of the Envoy that it starts, are told from the applications'. Root has its group
 * changed to `gid`; another user is nobody's but the agent's. Throws "forbidden" where the group cannot be changed.
 */
export function takeOwnGroup(gid: number): ProxyOwner {
  const uid = process.getuid?.();
  if (uid !== undefined && uid !== 0) return { kind: "uid", id: uid };
  try {
    process.setgid?.(gid);
  } catch (cause) {
    throw new PharosError("forbidden", `cannot run as the group ${gid}: ${(cause as Error).message}`, {
      hint: "run the agent as root with CAP_SETGID, or as a user of its own with CAP_NET_ADMIN",
      cause,
    });
  }
  return { kind: "gid", id: gid };
}
