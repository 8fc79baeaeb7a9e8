import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { type ConfigStore, createConfigStore } from "#server/config/store.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";

export const A = "DestinationRule/default/a";
export const B = "DestinationRule/default/b";

export function rule(name: string, host = name, comment = ""): string {
  return `${comment}apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: ${name} }\nspec: { host: ${host} }\n`;
}

export function upsert(text: string, expectedVersion?: number): ConfigChange {
  return { op: "upsert", text, expectedVersion };
}

/** A store of configuration; by its clock each revision is a second after the one before. */
class ConfigCase {
  directory = "";
  #clock = 0;
  #opened: OpenDatabase | undefined;
  #store: ConfigStore | undefined;

  get opened(): OpenDatabase {
    if (this.#opened === undefined) throw new Error("no database is open");
    return this.#opened;
  }

  get store(): ConfigStore {
    if (this.#store === undefined) throw new Error("no store is open");
    return this.#store;
  }

  async begin(): Promise<void> {
    this.directory = mkdtempSync(join(tmpdir(), "pharos-config-"));
    this.#clock = Date.UTC(2026, 0, 1);
    await this.open();
  }

  async end(): Promise<void> {
    await this.opened.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async open(bytesMax?: number): Promise<void> {
    this.#opened = await openDatabase(join(this.directory, "pharos.db"), bytesMax === undefined ? {} : { bytesMax });
    this.#store = createConfigStore(this.opened.db, undefined, () => {
      this.#clock += 1000;
      return new Date(this.#clock);
    });
  }

  apply(changes: ConfigChange[], author = "alice", reason = "why not"): ReturnType<ConfigStore["apply"]> {
    return this.store.apply({ changes, author, reason });
  }

  /** Of each rule the host. */
  async hosts(): Promise<Record<string, string>> {
    const { resources } = await this.store.snapshotResources();
    return Object.fromEntries(
      resources.map((resource) => [
        resource.metadata.name,
        resource.kind === "DestinationRule" ? resource.spec.host : "",
      ]),
    );
  }
}

/** An empty one for each test. */
export function configCase(): ConfigCase {
  const at = new ConfigCase();
  beforeEach(() => at.begin());
  afterEach(() => at.end());
  return at;
}
