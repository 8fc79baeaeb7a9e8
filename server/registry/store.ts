import { PharosError } from "#core/errors.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Database } from "#server/db/open-database.ts";

/** Keeps the registered instances over a restart of the server. */
export interface RegistryStore {
  list(): Promise<readonly WorkloadInstance[]>;
  upsert(instances: readonly WorkloadInstance[]): Promise<void>;
  /** `namespace/name` of each; those unknown are passed over. */
  delete(keys: readonly string[]): Promise<void>;
}

export function createRegistryStore(db: Database, now: () => Date = () => new Date()): RegistryStore {
  return {
    async list() {
      const rows = await db.workloadInstance.findMany({ orderBy: { key: "asc" } });
      return rows.map((row) => parseInstance(row.key, row.body));
    },
    async upsert(instances) {
      if (instances.length === 0) return;
      const updatedAt = now();
      const byKey = new Map(instances.map((instance) => [`${instance.namespace}/${instance.name}`, instance]));
      await db.$transaction([
        ...chunksOf([...byKey.keys()]).map((keys) => db.workloadInstance.deleteMany({ where: { key: { in: keys } } })),
        db.workloadInstance.createMany({
          data: [...byKey].map(([key, instance]) => ({ key, body: JSON.stringify(instance), updatedAt })),
        }),
      ]);
    },
    async delete(keys) {
      for (const chunk of chunksOf(keys)) await db.workloadInstance.deleteMany({ where: { key: { in: chunk } } });
    },
  };
}

/** SQLite bounds the parameters of one statement. */
function chunksOf(keys: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let start = 0; start < keys.length; start += 1000) chunks.push(keys.slice(start, start + 1000));
  return chunks;
}

function parseInstance(key: string, body: string): WorkloadInstance {
  try {
    return JSON.parse(body) as WorkloadInstance;
  } catch (cause) {
    throw new PharosError("internal", `instance ${key} in the database cannot be read`, { cause });
  }
}
