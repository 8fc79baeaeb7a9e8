import type { RevisionEffect } from "#core/traffic/revision-effect.ts";
import type { Database } from "#server/db/open-database.ts";

/** What revisions did to traffic, as it was measured once. */
export interface EffectStore {
  /** Of those of these that are there. */
  list(revisions: readonly number[]): Promise<readonly RevisionEffect[]>;
  put(effect: RevisionEffect): Promise<void>;
}

export function createEffectStore(db: Database, now: () => Date = () => new Date()): EffectStore {
  return {
    async list(revisions) {
      const rows = await db.revisionEffect.findMany({ where: { revision: { in: [...revisions] } } });
      return rows.map(({ body }) => JSON.parse(body) as RevisionEffect);
    },
    async put(effect) {
      const row = { body: JSON.stringify(effect), measuredAt: now() };
      const { revision } = effect;
      await db.revisionEffect.upsert({ where: { revision }, create: { revision, ...row }, update: row });
    },
  };
}
