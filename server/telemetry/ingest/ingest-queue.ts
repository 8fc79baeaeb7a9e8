import { setTimeout as delay } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import { Budget } from "#core/limits/budget.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { LabelBook } from "#server/telemetry/ingest/label-book.ts";
import type { GapRow } from "#server/telemetry/ports/gap-row.ts";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";
import type { ReportMark, TelemetrySink } from "#server/telemetry/ports/telemetry-sink.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";

/** A report that was read and stamped, and waits to be stored. */
export interface PendingReport {
  /** SPIFFE id. */
  readonly reporter: string;
  /** `namespace/workload` of the reporter. */
  readonly workload: string;
  readonly storeId: string;
  readonly sequence: bigint;
  /** Called when its turn has come and it was not stored before, again after a try that failed: what is stored of it. */
  charge(): ChargedRows;
}

export interface ChargedRows {
  readonly windows: readonly TrafficWindow[];
  readonly requests: readonly RequestRecord[];
  readonly spans: readonly SpanRow[];
  readonly gaps: readonly GapRow[];
  /** They could not be stored: their sender may hand over as many again. */
  giveBack(): void;
}

export interface IngestQueueOptions {
  readonly sink: TelemetrySink;
  readonly labels: LabelBook;
  readonly now: () => number;
  /** Told of reporters whose windows were counted without labels of their own, once they are stored. */
  readonly onFolded: (folded: ReadonlyMap<string, number>) => void;
  /** Told of windows once they are stored. */
  readonly onStored: (windows: readonly TrafficWindow[]) => void;
  /** Told of reporters that have too many reports waiting. */
  readonly onRefused: (limit: string, reporter: string) => void;
}

interface Waiting extends PendingReport {
  readonly resolve: (acknowledgedSequence: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Reports that wait: of one identity, and in sum. More are turned away, and their agents send them again. */
const WAITING_MAX = { perParty: 500, inSum: 2000 };
const GROUP_MAX = 200;
/** A write costs as much as a thousand rows: the more agents there are, the longer others are waited for before the next. */
const GATHER_MS = { perAgent: 1 / 8, most: 250 };
/** What was reached is remembered of each for the whole retention: more of one identity are made up. */
const STORES_MAX = 10_000;

/**
 * Stores reports in the order they come, all that wait in one batch: one write to the disk acknowledges many agents. The
 * sequence that an agent reached is stored with its windows, so that a repeated report is known for one.
 */
export class IngestQueue {
  readonly #options: IngestQueueOptions;
  readonly #budget: Budget;
  readonly #reached = new Map<string, number>();
  /** Reporter → how many stores it has named: an agent has one, an identity as many as it has agents. */
  readonly #stores = new Map<string, number>();
  readonly #waiting: Waiting[] = [];
  #isDraining = false;

  constructor(options: IngestQueueOptions) {
    this.#options = options;
    this.#budget = new Budget({ ...WAITING_MAX, name: "reports that wait to be stored", onRefused: options.onRefused });
  }

  /** In place of what it knew: what a store holds that was just opened. */
  load(reached: Iterable<Pick<ReportMark, "reporter" | "storeId" | "sequence">>): void {
    this.#reached.clear();
    this.#stores.clear();
    for (const mark of reached) this.#reach(mark, Number(mark.sequence));
  }

  /** Agents that ever reported to this store. */
  get agents(): number {
    return this.#reached.size;
  }

  /** Resolves with the sequence up to which the agent's reports are stored. */
  async add(pending: PendingReport): Promise<number> {
    const { reporter } = pending;
    if (!this.#reached.has(agentOf(pending)) && (this.#stores.get(reporter) ?? 0) >= STORES_MAX) {
      throw new PharosError("exhausted", `${reporter} has named ${STORES_MAX} telemetry stores`, {
        hint: "an agent has one, in its directory; keep the directory over restarts",
      });
    }
    if (!this.#budget.take(reporter, 1)) {
      throw new PharosError("exhausted", `too many reports of ${reporter} wait to be stored`, {
        hint: "the disk is slow, or one identity sends too often; agents keep their reports and send them again",
      });
    }
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.push({ ...pending, resolve, reject });
        void this.#drain();
      });
    } finally {
      this.#budget.give(reporter, 1);
    }
  }

  async #drain(): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    while (this.#waiting.length > 0) {
      const gatherMs = this.#gatherMs();
      if (gatherMs > 0) await delay(gatherMs);
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

  /** How long to wait for others before the next write. */
  #gatherMs(): number {
    if (this.#waiting.length >= GROUP_MAX) return 0;
    return Math.floor(Math.min(GATHER_MS.most, this.agents * GATHER_MS.perAgent));
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    const reached = new Map<string, number>();
    const fresh: { readonly report: Waiting; readonly last: number }[] = [];
    for (const each of group) {
      const agent = agentOf(each);
      const sequence = Number(each.sequence);
      const last = reached.get(agent) ?? this.#reached.get(agent) ?? 0;
      if (sequence <= last) continue;
      reached.set(agent, sequence);
      fresh.push({ report: each, last });
    }
    const charged = fresh.map(({ report, last }) => ({ report, last, rows: report.charge() }));
    try {
      if (charged.length > 0) await this.#storeCharged(charged);
    } catch (error) {
      for (const { rows } of charged) rows.giveBack();
      throw error;
    }
    for (const { report } of fresh) this.#reach(report, reached.get(agentOf(report)) ?? 0);
    for (const each of group) each.resolve(this.#reached.get(agentOf(each)) ?? 0);
  }

  async #storeCharged(
    charged: readonly { readonly report: Waiting; readonly last: number; readonly rows: ChargedRows }[],
  ): Promise<void> {
    const { sink, labels, now, onFolded, onStored } = this.#options;
    const labelling = labels.begin();
    const windows = charged.flatMap(({ rows }) =>
      rows.windows.map((window) => ({ ...window, key: labelling.labelsOf(window.key) })),
    );
    await sink.store({
      reports: charged.map(({ report: { reporter, storeId, sequence } }) => ({
        reporter,
        storeId,
        sequence,
        receivedMs: now(),
      })),
      windows,
      requests: charged.flatMap(({ rows }) => rows.requests),
      spans: charged.flatMap(({ rows }) => rows.spans),
      logs: [],
      gaps: charged.flatMap(({ report, last, rows }) => [...rows.gaps, ...holeBefore(report, rows, last, now())]),
    });
    labelling.keep();
    if (labelling.folded.size > 0) onFolded(labelling.folded);
    onStored(windows);
  }

  #reach(mark: Pick<ReportMark, "reporter" | "storeId">, sequence: number): void {
    const agent = agentOf(mark);
    if (!this.#reached.has(agent)) this.#stores.set(mark.reporter, (this.#stores.get(mark.reporter) ?? 0) + 1);
    this.#reached.set(agent, sequence);
  }
}

/** A store belongs to its identity: no agent can make another's reports look repeated. */
function agentOf({ reporter, storeId }: Pick<ReportMark, "reporter" | "storeId">): string {
  return `${reporter} ${storeId}`;
}

/**
 * An agent takes a report away when it is acknowledged: one that goes on behind what is stored was acknowledged by a store
 * that lost the reports between, or dropped them itself.
 */
function holeBefore({ workload, sequence }: Waiting, { windows }: ChargedRows, last: number, nowMs: number): GapRow[] {
  if (last === 0 || Number(sequence) === last + 1) return [];
  return [
    {
      startMs: windows.reduce((least, { startMs }) => Math.min(least, startMs), nowMs),
      endMs: nowMs,
      workload,
      reason: `reports ${last + 1} to ${Number(sequence) - 1} of this agent are not in the telemetry store: lost with a damaged file, or dropped by the agent while the control plane was away`,
      requests: 0,
    },
  ];
}
