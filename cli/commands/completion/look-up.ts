import type { ApiClient } from "#cli/client/client.ts";
import type { Candidate, LookUp } from "#cli/commands/completion/values.ts";
import { findKind } from "#cli/commands/resource-args.ts";
import { KIND_NAMES } from "#core/kinds/kinds.ts";

/** Who waits longer than this for Tab has typed the word meanwhile. */
const ANSWER_MS = 2000;

/** Asks the server of the line; `connect` may throw where there is none. */
export function createLookUp(connect: () => ApiClient, flags: Readonly<Record<string, unknown>>): LookUp {
  const place = flags.allNamespaces === undefined ? { namespace: String(flags.namespace ?? "default") } : {};

  async function ask(question: (api: ApiClient, signal: AbortSignal) => Promise<readonly Candidate[]>) {
    try {
      return await question(connect(), AbortSignal.timeout(ANSWER_MS));
    } catch {
      return [];
    }
  }

  return {
    names: (types) =>
      ask(async (api, signal) => {
        const kinds = types === "all" ? KIND_NAMES : types.split(",").flatMap((type) => findKind(type) ?? []);
        if (kinds.length === 0) return [];
        const listed = await api.config.list.query({ kinds, ...place }, { signal });
        const byName = new Map(listed.map(({ name, hosts }) => [name, hosts.join(",")]));
        return [...byName].map(([word, description]) => ({ word, description }));
      }),
    namespaces: () =>
      ask(async (api, signal) =>
        (await api.services.names.query(undefined, { signal })).namespaces.map((word) => ({ word, description: "" })),
      ),
    proxies: () =>
      ask(async (api, signal) =>
        (await api.proxies.list.query(undefined, { signal })).map(({ name, namespace, connectedSince }) => ({
          word: `${name}.${namespace}`,
          description: connectedSince === null ? "away" : "",
        })),
      ),
    revisions: () =>
      ask(async (api, signal) =>
        (await api.config.history.query({ limit: 20 }, { signal })).map(({ revision, author, reason }) => ({
          word: String(revision),
          description: reason === "" ? author : `${author}: ${reason}`,
        })),
      ),
    revocations: () =>
      ask(async (api, signal) =>
        (await api.identity.revocations.query(undefined, { signal }))
          .filter(({ lifted }) => lifted === null)
          .map(({ id, kind, subject }) => ({ word: id, description: `${kind} ${subject}` })),
      ),
    joinTokens: () =>
      ask(async (api, signal) =>
        (await api.identity.joinTokens.query(undefined, { signal }))
          .filter(({ state }) => state === "unused")
          .map(({ id, namespace, serviceAccount }) => ({ word: id, description: `${namespace}/${serviceAccount}` })),
      ),
  };
}
