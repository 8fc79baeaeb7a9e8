import { join } from "node:path";
import type { Diagnostic } from "#core/diagnostic.ts";
import { listKeys } from "#core/registry/list-keys.ts";
import { wantedKeys } from "#core/resolve/token-rules.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { refOf } from "#core/resource/resource.ts";
import type { KeyView } from "#core/view/config.ts";
import type { Logger } from "#node/log.ts";
import type { Config } from "#server/compose/make-config.ts";
import { describeKeys } from "#server/keys/describe-keys.ts";
import { fetchKeySet } from "#server/keys/fetch-key-set.ts";
import { readKeyFile, writeKeyFile } from "#server/keys/key-file.ts";
import { KeyKeeper } from "#server/keys/key-keeper.ts";
import { isLoopback } from "#server/listen-address.ts";
import type { ServerOptions } from "#server/server-options.ts";

/** So long proxies wait at a start for keys of which nothing is kept: without them they would refuse tokens. */
const FIRST_KEYS_MS = 5000;

/** The keys of issuers of tokens. */
export interface Keys {
  findings(): readonly Diagnostic[];
  /** What is known of the keys at a place; undefined of one that nobody wants. */
  at(location: string): Omit<KeyView, "location"> | undefined;
  /** Brings what has come since they were made, and what comes from here on, to the compiler; there must be one by now. */
  open(): void;
  close(): void;
}

/** Begins to fetch what the configuration asks for. What comes soon is part of the world that a compiler begins with. */
export async function makeKeys(
  { dir, host }: Pick<ServerOptions, "dir" | "host">,
  { state, publisher }: Pick<Config, "state" | "publisher">,
  log: Logger,
): Promise<Keys> {
  const file = join(dir, "token-keys.json");
  const allowsLoopback = isLoopback(host);
  /** Until there is a compiler. */
  let early: Record<string, string | null> | undefined = {};
  const publish = (keySets: Readonly<Record<string, string | null>>): void => {
    // The publisher tells of what fails.
    void publisher.compile({ upserts: [], deletes: [], keySets }).catch(() => undefined);
  };
  const { kept, damage } = readKeyFile(file);
  if (damage !== undefined) log.warn("keys of tokens that were kept are fetched again", { why: damage });
  const keeper: KeyKeeper = new KeyKeeper(kept, {
    fetch: (location, timeoutMs, signal) => fetchKeySet(location, { allowsLoopback, timeoutMs, signal }),
    onChange(keySets) {
      if (early === undefined) publish(keySets);
      else Object.assign(early, keySets);
    },
    save(all) {
      try {
        writeKeyFile(file, all);
      } catch (error) {
        log.warn("keys of tokens are not kept beyond this run", { error: String(error) });
      }
    },
    later(ms, callback) {
      const timer = setTimeout(callback, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
    nowMs: () => Date.now(),
  });
  const authentications = () => state.all("RequestAuthentication");
  const follow = (): void => {
    const wanted = new Map<string, number>();
    for (const { uri, timeoutMs } of authentications().flatMap(wantedKeys))
      wanted.set(uri, Math.max(timeoutMs, wanted.get(uri) ?? 0));
    keeper.follow(wanted);
  };
  follow();
  const tooLong = new Promise<void>((resolve) => setTimeout(resolve, FIRST_KEYS_MS).unref());
  await Promise.race([keeper.triedAll(), tooLong]);
  publisher.begin([], { keySets: keeper.keySets() });
  early = {};
  publisher.onPublish(({ upserts, deletes }) => {
    if (ofKind([...upserts.map(refOf), ...deletes], "RequestAuthentication").length > 0) follow();
  });
  return {
    findings: () => describeKeys(authentications(), (location) => keeper.status(location)),
    at(location) {
      const status = keeper.status(location);
      if (status === undefined) return undefined;
      const { fetchedAtMs, error, nextAtMs, keys } = status;
      return {
        fetchedAt: asTime(fetchedAtMs),
        error: error ?? null,
        nextAt: asTime(nextAtMs),
        keys: keys === undefined ? [] : listKeys(keys),
      };
    },
    open() {
      const come = early ?? {};
      early = undefined;
      if (Object.keys(come).length > 0) publish(come);
    },
    close: () => keeper.close(),
  };
}

function asTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
