import type { DatabaseSync, StatementSync } from "node:sqlite";
import { PharosError } from "#core/errors.ts";
import type { BucketState, Holder, KeyChanges, KeyState } from "#core/rate-limit/key-owner.ts";
import type { OwnerState } from "#core/rate-limit/lease-owner.ts";
import { inTransaction } from "#node/in-transaction.ts";
import { isForWantOfRoom } from "#node/sqlite-file.ts";
import type { TroubleLog } from "#node/trouble-log.ts";
import { LedgerStore, type LedgerWrite } from "#server/limits/ledger-store.ts";
import { migrateLimits } from "#server/limits/migrations.ts";

const NOTHING_GRANTED = "nothing is granted of limits";

/** Limits count by a clock that is slow at worst, ledgers by the calendar. */
export interface OwnerTime {
  readonly nowMs: number;
  readonly calendarMs: number;
}

export interface StoredKey {
  readonly rule: string;
  readonly key: string;
  readonly changes: KeyChanges;
}

/** What the owner has to know again when it is started again: written before it answers, in one transaction an answer. */
export class LeaseStore {
  readonly ledger: LedgerStore;
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #insertHolder: StatementSync;
  readonly #removeHolder: StatementSync;
  readonly #removeHolders: StatementSync;
  readonly #clock: StatementSync;

  readonly #troubles: TroubleLog | undefined;

  /** Throws SQLite's error where it is no database. */
  constructor(db: DatabaseSync, troubles?: TroubleLog) {
    this.#db = db;
    this.#troubles = troubles;
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    migrateLimits(this.#db);
    this.ledger = new LedgerStore(db);
    this.#insert = this.#db.prepare("INSERT OR REPLACE INTO lease_key (key, rule, state) VALUES (?, ?, ?)");
    this.#remove = this.#db.prepare("DELETE FROM lease_key WHERE key = ?");
    this.#insertHolder = this.#db.prepare("INSERT OR REPLACE INTO lease_holder (key, agent, state) VALUES (?, ?, ?)");
    this.#removeHolder = this.#db.prepare("DELETE FROM lease_holder WHERE key = ? AND agent = ?");
    this.#removeHolders = this.#db.prepare("DELETE FROM lease_holder WHERE key = ?");
    this.#clock = this.#db.prepare("INSERT OR REPLACE INTO lease_clock (id, now_ms, calendar_ms) VALUES (1, ?, ?)");
  }

  /** When the owner's clocks were read last, in their times; 0 at first. */
  get lastMs(): OwnerTime {
    const row = this.#db.prepare("SELECT now_ms, calendar_ms FROM lease_clock").get();
    return { nowMs: Number(row?.now_ms ?? 0), calendarMs: Number(row?.calendar_ms ?? 0) };
  }

  /** By `policy|rule`. */
  read(): ReadonlyMap<string, OwnerState> {
    const holders = Map.groupBy(this.#db.prepare("SELECT key, agent, state FROM lease_holder").all(), ({ key }) => key);
    const rows = this.#db.prepare("SELECT key, rule, state FROM lease_key").all();
    const byRule = Map.groupBy(rows, ({ rule }) => String(rule));
    const stateOf = ({ key, state }: (typeof rows)[number]): KeyState => ({
      ...(JSON.parse(String(state)) as BucketState),
      holders: (holders.get(key ?? null) ?? []).map(
        ({ agent, state: of }) => [String(agent), JSON.parse(String(of)) as Holder] as const,
      ),
    });
    return new Map(
      [...byRule].map(([rule, own]) => [
        rule,
        { keys: own.map((row) => [String(row.key), stateOf(row)] as const), floors: [] },
      ]),
    );
  }

  /** Throws "exhausted" where the disk has no room, else "unavailable": then nothing was granted, and nothing forgotten. */
  write(
    now: OwnerTime,
    forgotten: Iterable<string>,
    keys: readonly StoredKey[],
    ledger: readonly LedgerWrite[] = [],
  ): void {
    try {
      inTransaction(this.#db, () => {
        for (const key of forgotten) {
          this.#remove.run(key);
          this.#removeHolders.run(key);
        }
        for (const { key, rule, changes } of keys) {
          this.#insert.run(key, rule, JSON.stringify(changes.bucket));
          for (const [agent, holder] of changes.holders)
            if (holder === undefined) this.#removeHolder.run(key, agent);
            else this.#insertHolder.run(key, agent, JSON.stringify(holder));
        }
        for (const each of ledger) this.ledger.write(each);
        this.#clock.run(now.nowMs, now.calendarMs);
      });
      this.#troubles?.end(NOTHING_GRANTED);
    } catch (error) {
      const known = this.#describe(error);
      this.#troubles?.tell(NOTHING_GRANTED, known);
      throw known;
    }
  }

  #describe(error: unknown): PharosError {
    const isFull = isForWantOfRoom(error);
    const message = error instanceof Error ? error.message : String(error);
    return new PharosError(
      isFull ? "exhausted" : "unavailable",
      `what is used of limits cannot be stored in ${this.#db.location() ?? "memory"}: ${message}`,
      {
        hint: isFull
          ? "free space on its disk; until then nothing is granted, and what was used is told again"
          : "check who owns the file, and its disk",
        cause: error,
      },
    );
  }

  close(): void {
    this.#db.close();
  }
}
