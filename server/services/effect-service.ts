import { PharosError } from "#core/errors.ts";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";
import type { ChangeMark, RevisionEffect } from "#core/traffic/revision-effect.ts";
import type { EffectStore } from "#server/config/effect-store.ts";
import type { ConfigStore } from "#server/config/store.ts";
import { type EffectParts, measureEffect, timesAround } from "#server/services/measure-effect.ts";
import type { Services } from "#server/services/services.ts";

export interface EffectServiceOptions extends EffectParts {
  readonly store: Pick<ConfigStore, "history" | "revision">;
  readonly effects: EffectStore;
  readonly explain: (host: string) => readonly AppliedResource[];
  readonly now: () => number;
  /** A comparison that failed; it is tried again. */
  readonly onError: (error: PharosError) => void;
}

/** On each side of a revision. */
export const EFFECT_MS = 5 * 60_000;
/** Reports of the last window have come by then. */
const SETTLE_MS = 30_000;
/** Long enough to say something of what there was so far. */
const SO_FAR_MS = 60_000;
/** Ten-second windows are kept for a day; of what is older nothing is measured any more. */
const LOOKED_BACK_MS = 20 * 3600_000;
const LOOKED_AT_MAX = 100;
const REFS_SHOWN = 3;
/** Of a time in which more was written nobody can say what did it. */
const OTHERS_MAX = 20;

export interface EffectService extends Pick<Services, "effects"> {
  /** Measures what is due; one after another. */
  measureDue(): Promise<void>;
}

/** What revisions did: measured in the background once as much time is over after each as is looked at before it, and kept. */
export function createEffectService(options: EffectServiceOptions): EffectService {
  const { store, effects, now, explain } = options;

  async function measure(revision: number, lengthMs: number): Promise<RevisionEffect> {
    const made = await store.revision(revision);
    const { before, after } = timesAround(made.at, lengthMs);
    const near = await store.history({ fromMs: before.startMs, toMs: after.endMs, limit: LOOKED_AT_MAX });
    const others = near.map((each) => each.revision).filter((each) => each !== revision);
    const theirs = await Promise.all(others.slice(0, OTHERS_MAX).map((each) => store.revision(each)));
    return measureEffect(made, lengthMs, theirs, options);
  }

  return {
    async measureDue() {
      const toMs = now() - EFFECT_MS - SETTLE_MS;
      const due = await store.history({ fromMs: toMs - LOOKED_BACK_MS, toMs, limit: LOOKED_AT_MAX });
      const known = new Set((await effects.list(due.map(({ revision }) => revision))).map(({ revision }) => revision));
      for (const { revision } of due) {
        if (known.has(revision)) continue;
        try {
          await effects.put(await measure(revision, EFFECT_MS));
        } catch (error) {
          options.onError(PharosError.from(error));
          return;
        }
      }
    },
    effects: {
      async get(revision) {
        const [kept] = await effects.list([revision]);
        if (kept !== undefined) return { effect: kept, isSoFar: false, wholeAt: null };
        const { at } = await store.revision(revision);
        const { after } = timesAround(at, EFFECT_MS);
        const passedMs = now() - SETTLE_MS - after.startMs;
        if (passedMs > LOOKED_BACK_MS) return { effect: null, isSoFar: false, wholeAt: null };
        const wholeAt = new Date(after.endMs + SETTLE_MS).toISOString();
        if (passedMs < SO_FAR_MS) return { effect: null, isSoFar: true, wholeAt };
        const lengthMs = Math.min(EFFECT_MS, Math.floor(passedMs / 10_000) * 10_000);
        return { effect: await measure(revision, lengthMs), isSoFar: true, wholeAt };
      },
      list: (revisions) => effects.list(revisions),
      async marks({ host, ...range }) {
        const made = await store.history(range);
        const kept = new Map(
          (await effects.list(made.map(({ revision }) => revision))).map((each) => [each.revision, each]),
        );
        const applied = host === undefined ? null : new Set(explain(host).map(({ ref }) => ref));
        return made.map(({ revision, at, author, reason, changed }): ChangeMark => {
          const effect = kept.get(revision);
          const refs = changed.map(({ ref }) => ref);
          return {
            ...{ revision, author, reason, atMs: Date.parse(at), refs: refs.slice(0, REFS_SHOWN) },
            changed: refs.length,
            findings: effect?.findings.slice(0, REFS_SHOWN) ?? [],
            bears:
              applied === null
                ? null
                : refs.some((ref) => applied.has(ref)) ||
                  effect?.traffic.some(({ called }) => called === host) === true,
          };
        });
      },
    },
  };
}
