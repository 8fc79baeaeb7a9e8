import { existsSync, readFileSync } from "node:fs";
import type { AgentConfig } from "#mesh-agent/config.ts";

/** The join token as it is now: given, or what its file holds. Undefined when there is none. */
export function readToken({ token, tokenFile }: Pick<AgentConfig, "token" | "tokenFile">): string | undefined {
  if (token !== undefined) return token.trim();
  if (tokenFile === undefined || !existsSync(tokenFile)) return undefined;
  const text = readFileSync(tokenFile, "utf8").trim();
  return text === "" ? undefined : text;
}
