import { create } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { UNKNOWN } from "#core/telemetry/workload-label.ts";
import { type ReportRequest, TelemetryGapSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { appendGap, appendKey, appendSample, appendSpan, appendWindow } from "#server/telemetry/append-report.ts";
import type { KeyTable, NumberedKey } from "#server/telemetry/key-table.ts";
import type { SpanRow } from "#server/telemetry/read-spans.ts";
import type { Rolled } from "#server/telemetry/roll-up.ts";
import type { StampedReport, StampedWindow } from "#server/telemetry/stamp-report.ts";
import type { Reporter } from "#server/telemetry/store.ts";
import type { Stored, TelemetryLedger } from "#server/telemetry/telemetry-ledger.ts";
import type { WriteTransaction } from "#server/telemetry/writer.ts";

/** A report that was read and stamped, and waits to be stored. */
export interface PendingReport {
  readonly report: Pick<ReportRequest, "storeId" | "sequence">;
  readonly reporter: Pick<Reporter, "principal" | "namespace" | "workload">;
  readonly stamped: StampedReport;
  readonly spans: readonly SpanRow[];
}

export interface IngestQueueOptions {
  /** `onCommitted` runs before the next transaction begins. */
  readonly write: <T>(
    work: (transaction: WriteTransaction) => Promise<T>,
    onCommitted: (result: T) => void,
  ) => Promise<T>;
  readonly keys: KeyTable;
  readonly ledger: TelemetryLedger;
  readonly rolled: () => Rolled;
  readonly now: () => number;
  /** Told of reporters whose windows were counted without labels of their own, once they are stored. */
  readonly onFolded: (folded: ReadonlyMap<string, number>) => void;
  /** Told of windows once they are stored. */
  readonly onStored: (windows: readonly { readonly id: number; readonly window: StampedWindow }[]) => void;
}

interface Waiting extends PendingReport {
  readonly resolve: (acknowledgedSequence: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Reports that wait; more are turned away, and their agents send them again. */
const QUEUE_MAX = 2000;
const GROUP_MAX = 200;
/** What was reached is remembered of each for the whole retention: more of one identity are made up. */
const STORES_MAX = 10_000;

/**
 * Stores reports in the order they come, all that wait in one transaction: one write to the disk acknowledges many
 * agents. The sequence that an agent reached is stored with its windows, so that a repeated report is known for one.
 */
export class IngestQueue {
  readonly #options: IngestQueueOptions;
  readonly #reached = new Map<string, number>();
  /** Reporter → how many stores it has named: an agent has one, an identity as many as it has agents. */
  readonly #stores = new Map<string, number>();
  readonly #waiting: Waiting[] = [];
  #isDraining = false;

  constructor(
    options: IngestQueueOptions,
    reached: Iterable<readonly [reporter: string, storeId: string, sequence: number]>,
  ) {
    this.#options = options;
    for (const [reporter, storeId, sequence] of reached) {
      this.#reached.set(agentKey(reporter, storeId), sequence);
      this.#stores.set(reporter, (this.#stores.get(reporter) ?? 0) + 1);
    }
  }

  /** Agents that ever reported to this store. */
  get agents(): number {
    return this.#reached.size;
  }

  /** Resolves with the sequence up to which the agent's reports are stored. */
  add(pending: PendingReport): Promise<number> {
    if (this.#waiting.length >= QUEUE_MAX) {
      return Promise.reject(
        new PharosError("exhausted", `${QUEUE_MAX} reports wait to be stored`, {
          hint: "the disk is slow; agents keep their reports and send them again",
        }),
      );
    }
    const { principal } = pending.reporter;
    if (!this.#reached.has(agentOf(pending)) && (this.#stores.get(principal) ?? 0) >= STORES_MAX) {
      return Promise.reject(
        new PharosError("exhausted", `${principal} has named ${STORES_MAX} telemetry stores`, {
          hint: "an agent has one, in its directory; keep the directory over restarts",
        }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...pending, resolve, reject });
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP_MAX);
      try {
        await this.#store(group);
      } catch (error) {
        // One report that cannot be stored must not keep the others from it.
        if (group.length === 1) group[0]?.reject(error);
        else for (const each of group) await this.#store([each]).catch(each.reject);
      }
    }
    this.#isDraining = false;
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    const { write, keys, ledger, onStored, onFolded } = this.#options;
    const reached = new Map<string, number>();
    const fresh: Waiting[] = [];
    for (const each of group) {
      const agent = agentOf(each);
      const sequence = Number(each.report.sequence);
      const last = reached.get(agent) ?? this.#reached.get(agent) ?? 0;
      if (sequence <= last) continue;
      reached.set(agent, sequence);
      fresh.push(last > 0 && sequence > last + 1 ? withHole(each, last, this.#options.now()) : each);
    }
    if (fresh.length > 0) {
      // Numbers are given and kept within the transaction: retention, which takes them away, is one too.
      await write(
        async (transaction) => {
          const numbering = keys.begin();
          const windows = fresh.flatMap(({ stamped }) =>
            stamped.windows.map((window) => ({ id: numbering.number(window.key), window })),
          );
          await this.#append(transaction, fresh, windows, numbering.added);
          return { numbering, windows, entry: await ledger.note(transaction, sizeOf(fresh), this.#options.now()) };
        },
        ({ numbering, windows, entry }) => {
          ledger.committed(entry);
          numbering.keep();
          if (numbering.folded.size > 0) onFolded(numbering.folded);
          onStored(windows);
        },
      );
      await ledger.sync();
    }
    for (const each of fresh) {
      if (this.#reached.has(agentOf(each))) continue;
      const { principal } = each.reporter;
      this.#stores.set(principal, (this.#stores.get(principal) ?? 0) + 1);
      this.#reached.set(agentOf(each), 0);
    }
    for (const [agent, sequence] of reached) this.#reached.set(agent, sequence);
    for (const each of group) each.resolve(this.#reached.get(agentOf(each)) ?? 0);
  }

  async #append(
    transaction: WriteTransaction,
    fresh: readonly Waiting[],
    windows: readonly { readonly id: number; readonly window: StampedWindow }[],
    added: readonly NumberedKey[],
  ): Promise<void> {
    const rolled = this.#options.rolled();
    await transaction.append("keys", added, appendKey);
    await transaction.append("windows_10s", windows, (to, { id, window }) =>
      appendWindow(to, window.startMs, id, window),
    );
    for (const [table, stepMs, until] of [
      ["windows_1m", 60_000, rolled["1m"]],
      ["windows_10m", 600_000, rolled["10m"]],
    ] as const) {
      const late = windows.filter(({ window }) => window.startMs < until);
      await transaction.append(table, late, (to, { id, window }) =>
        appendWindow(to, window.startMs - (window.startMs % stepMs), id, window),
      );
    }
    await transaction.append(
      "samples",
      fresh.flatMap(({ stamped }) => stamped.samples),
      appendSample,
    );
    await transaction.append(
      "spans",
      fresh.flatMap(({ spans }) => spans),
      appendSpan,
    );
    await transaction.append(
      "gaps",
      fresh.flatMap(({ stamped, reporter }) =>
        stamped.gaps.map((gap) => ({
          ...gap,
          workload: `${reporter.namespace}/${reporter.workload?.workload ?? UNKNOWN}`,
        })),
      ),
      appendGap,
    );
    await transaction.append("reports", fresh, (to, { report, reporter }) => {
      to.appendVarchar(reporter.principal);
      to.appendVarchar(report.storeId);
      to.appendUBigInt(report.sequence);
      to.appendBigInt(BigInt(this.#options.now()));
    });
  }
}

function sizeOf(fresh: readonly PendingReport[]): Stored {
  const sum = (count: (each: PendingReport) => number): number => fresh.reduce((all, each) => all + count(each), 0);
  return {
    reports: fresh.length,
    requests: sum(({ stamped }) => stamped.windows.reduce((all, { count }) => all + count, 0)),
    samples: sum(({ stamped }) => stamped.samples.length),
    spans: sum(({ spans }) => spans.length),
  };
}

/** A store belongs to its identity: no agent can make another's reports look repeated. */
function agentOf({ reporter, report }: PendingReport): string {
  return agentKey(reporter.principal, report.storeId);
}

function agentKey(principal: string, storeId: string): string {
  return `${principal} ${storeId}`;
}

/**
 * An agent takes a report away when it is acknowledged: one that goes on behind what is stored was acknowledged by a store
 * that lost the reports between, or dropped them itself.
 */
function withHole(each: Waiting, last: number, nowMs: number): Waiting {
  const sequence = Number(each.report.sequence);
  const lost = create(TelemetryGapSchema, {
    startMs: BigInt(Math.min(nowMs, ...each.stamped.windows.map(({ startMs }) => startMs))),
    endMs: BigInt(nowMs),
    reason: `reports ${last + 1} to ${sequence - 1} of this agent are not in the telemetry store: lost with a damaged file, or dropped by the agent while the control plane was away`,
    requests: 0n,
  });
  return { ...each, stamped: { ...each.stamped, gaps: [...each.stamped.gaps, lost] } };
}
