import { existsSync, readFileSync } from "node:fs";

/** Where a join token may stand. */
export interface TokenPlace {
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
}

/** The join token as it is now: given, or what its file holds. Undefined when there is none. */
export function readToken({ token, tokenFile }: TokenPlace): string | undefined {
  if (token !== undefined) return token.trim();
  if (tokenFile === undefined || !existsSync(tokenFile)) return undefined;
  const text = readFileSync(tokenFile, "utf8").trim();
  return text === "" ? undefined : text;
}
