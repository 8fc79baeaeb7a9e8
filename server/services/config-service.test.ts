import { expect, test } from "vitest";
import type { ConfigChange } from "#core/resource/config-change.ts";
import type { ConfigStore } from "#server/config/store.ts";
import { type ConfigServiceOptions, createConfigService } from "#server/services/config-service.ts";

/** What of a check is done where, for a text of that many characters. */
async function whereIsChecked(length: number): Promise<readonly string[]> {
  const places: string[] = [];
  const document = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
  const changes: ConfigChange[] = [{ op: "upsert", text: document.padEnd(length, "#") }];
  const service = createConfigService({
    store: {
      plan: async () => ({ changed: [], unchanged: [], diagnostics: [], upserts: [], deletes: [] }),
    } satisfies Pick<ConfigStore, "plan"> as unknown as ConfigStore,
    state: { revision: 0, snapshot: () => ({ resources: [] }) },
    check: () => {
      places.push("checked here");
      return [];
    },
    previews: {
      read: async () => {
        places.push("read in the thread");
        return { writes: [], diagnostics: [] };
      },
      findings: async () => {
        places.push("checked in the thread");
        return { findings: [], resolved: [] };
      },
    },
  } as unknown as ConfigServiceOptions);
  await service.check(changes, { user: "ada" });
  return [...new Set(places)];
}

test("a few lines are checked at once, and all else in the thread that is in nobody's way", async () => {
  expect(await whereIsChecked(8000)).toEqual(["checked here"]);
  expect(await whereIsChecked(9000)).toEqual(["read in the thread", "checked in the thread"]);
});
