import type { ApiClient } from "#cli/client/client.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { hasErrors } from "#core/diagnostic.ts";
import type { Distribution, Refusal } from "#core/view/mesh.ts";
import type { Origin } from "#core/xds/layer.ts";

const POLL_MS = 100;
/** What is at fault of what was refused is found by offering it without: as often it is asked whether that is known. */
const BLAME_POLLS_MAX = 5;

/** Where an object's path stands in the files that were applied. */
export type Locate = (origin: Origin) => string | undefined;
const nowhere: Locate = () => undefined;

type Rollout = Pick<Distribution, "revision" | "proxies" | "away" | "failures" | "findings" | "isComplete">;

/** Polls until every connected proxy that must have `revision` has answered, one has refused, or the time is over. */
export async function watchRollout(api: ApiClient, revision: number, timeoutMs: number): Promise<Distribution> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const rollout = await api.config.distribution.query({ revision });
    if (rollout.isComplete || Date.now() > deadline) return rollout;
    // Others follow a first refusal within moments; who waits for proxies that stay away waits for nothing.
    if (rollout.proxies.some(({ state }) => state === "refused")) return watchBlame(api, revision);
    await delay(POLL_MS);
  }
}

async function watchBlame(api: ApiClient, revision: number): Promise<Distribution> {
  for (let left = BLAME_POLLS_MAX; ; left -= 1) {
    await delay(POLL_MS);
    const rollout = await api.config.distribution.query({ revision });
    if (left <= 1 || refusalsIn(rollout).every(({ isHeldWithout }) => isHeldWithout)) return rollout;
  }
}

const refusalsIn = ({ proxies }: Pick<Rollout, "proxies">): readonly Refusal[] =>
  proxies.filter(({ state }) => state === "refused").flatMap(({ refusals }) => refusals);

const isOfApplied = (refusals: readonly Refusal[], locate: Locate): boolean =>
  refusals.some(({ origins }) => origins.some((origin) => locate(origin) !== undefined));

/** What was applied is refused too where it was not changed by the revision, and is left out as before. */
export function exitOfRollout(
  { proxies, failures = [], findings = [], isComplete }: Rollout,
  locate: Locate = nowhere,
): number {
  const isRefused = (proxy: Rollout["proxies"][number]): boolean =>
    proxy.state === "refused" || isOfApplied(proxy.refusals, locate);
  if (failures.length > 0 || hasErrors(findings) || proxies.some(isRefused)) return EXIT.refused;
  return isComplete ? EXIT.ok : EXIT.timeout;
}

/** Who has it, who refused it and why, who has not answered, who is away. */
export function describeRollout(
  { revision, proxies, away, failures = [], isComplete }: Rollout,
  locate: Locate = nowhere,
): string {
  const of = (state: string) => proxies.filter((proxy) => proxy.state === state);
  const [acked, refused, pending] = [of("acked"), of("refused"), of("pending")];
  const lines: string[] = [];
  if (proxies.length === 0)
    lines.push(
      isComplete
        ? `revision ${revision}: no connected proxy needs it`
        : `timed out: revision ${revision} has not been compiled`,
    );
  for (const { resource, message } of failures)
    lines.push(`not translated: ${resource === undefined ? "" : `${resource}: `}${message}`);
  if (acked.length > 0) {
    const slowest = Math.round(Math.max(...acked.map(({ ackMs }) => ackMs ?? 0)));
    const have = acked.length === 1 ? "1 proxy has" : `${acked.length} proxies have`;
    lines.push(`revision ${revision}: ${have} it, the last after ${slowest} ms`);
    lines.push(...describeRefusals(acked, locate));
    if (acked.some(({ refusals }) => isOfApplied(refusals, locate)))
      lines.push("what is left out is of what was applied here: correct it and apply again");
  }
  lines.push(...describeRefusals(refused, locate));
  if (refused.length > 0) {
    const refusals = refusalsIn({ proxies: refused });
    const isAllHeld = refusals.every(({ isHeldWithout }) => isHeldWithout);
    const isOthers = locate !== nowhere && !isOfApplied(refusals, locate);
    lines.push(
      isAllHeld && isOthers
        ? "what is left out is not of what was applied here: correct it where it is from"
        : `${isAllHeld ? "" : "they keep what they had; "}correct it and apply again, or take revision ${revision} back with ` +
            `\`pharos rollback ${revision} --undo\``,
    );
  }
  if (pending.length > 0 && refused.length === 0)
    lines.push(
      `timed out: ${pending.length} of ${proxies.length} proxies have not acknowledged revision ${revision}`,
      ...pending.map(({ id }) => `waiting for ${id}`),
    );
  lines.push(...away.map((id) => `away: ${id}`));
  return lines.map((line) => `${line}\n`).join("");
}

/** One paragraph for each thing that was refused, however many proxies said the same. */
export function describeRefusals(
  proxies: readonly { readonly id: string; readonly refusals: readonly Refusal[] }[],
  locate: Locate = nowhere,
): string[] {
  const all = proxies.flatMap(({ id, refusals }) =>
    refusals.map((refusal) => ({ id, refusal, cause: causeOf(refusal) })),
  );
  const byWords = Map.groupBy(all, ({ refusal, cause }) => `${cause}\n${refusal.message}`);
  return [...byWords.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const ids = [...new Set(same.map(({ id }) => id))];
    const places = [...new Set(first.refusal.origins.flatMap((origin) => locate(origin) ?? []))];
    return [
      `refused: ${first.cause}`,
      ...places.map((place) => `  at ${place}`),
      // What a proxy says further down is not to be read as this program's.
      `  envoy says: ${first.refusal.message.replaceAll("\n", "\n    | ")}`,
      ...ids.map((id) => `  refused by ${id}`),
      ...(first.refusal.isHeldWithout
        ? [
            `  it is left out there${first.refusal.wasHeldWithout ? ", as it was before" : ""}, and all else is in force`,
          ]
        : []),
      ...(first.refusal.isOfferedAgain
        ? ["  the cause is on its host: it is offered again by itself, within minutes once that is gone"]
        : []),
    ];
  });
}

/** `VirtualService/default/ratings spec.http[0], spec.http[1]; ServiceEntry/default/ratings`, or the xDS resource. */
function causeOf({ type, resource, origins }: Refusal): string {
  const byObject = Map.groupBy(origins, (origin) => origin.resource);
  if (byObject.size === 0) return `${type} ${resource}`;
  return [...byObject]
    .map(([object, places]) => [object, places.flatMap(({ path }) => path ?? []).join(", ")].filter(Boolean).join(" "))
    .join("; ");
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
