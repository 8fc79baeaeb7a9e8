import { Admissions } from "#core/rate-limit/admissions.ts";
import { CautiousClock } from "#core/rate-limit/cautious-clock.ts";
import type { Charge, Outcome } from "#core/rate-limit/charge.ts";
import {
  applyLine,
  type JournalEntry,
  type JournalLine,
  lastDraw,
  lineOfDraw,
} from "#core/rate-limit/journal-entries.ts";
import type { Moment } from "#core/rate-limit/lease-holder.ts";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import { LeaseOwner, type OwnerState } from "#core/rate-limit/lease-owner.ts";
import type { LedgerJournal } from "#core/rate-limit/ledger-journal.ts";
import { ChanceAndTime } from "#core/rate-limit/testing/chance-and-time.ts";
import { type MeshOptions, NO_TROUBLE, type Trouble } from "#core/rate-limit/testing/mesh-options.ts";

interface SimulatedAgent {
  id: string;
  readonly clock: Clock;
  fast: CautiousClock;
  slow: CautiousClock;
  admissions: Admissions;
}

/** One that has begun. */
interface Lasting {
  readonly charges: readonly Charge[];
  settle: (now: Moment) => void;
}

export interface Admitted {
  readonly atMs: number;
  cost: number;
  /** When it ended, of one that lasts. */
  endMs?: number;
}

const STEP_MS = 5;
const TTL_MS = 400;
const ANSWERED_MS = 30_000;

interface Clock {
  readonly pace: number;
  jumpedMs: number;
}

/** A mesh whose time, network and deaths are a seed's: what was admitted when, of which key, and what the owner has in its books. */
export class SimulatedMesh {
  readonly admitted = new Map<string, Admitted[]>();
  refused = 0;
  /** Refusals by the key that is named for them. */
  readonly refusedBy = new Map<string, number>();
  /** What became of the requests of each stream. */
  readonly ofStream = new Map<string, { admitted: number; refused: number }>();
  /** Requests that were not decided at once. */
  waited = 0;
  /** Draws that agents sent. */
  draws = 0;
  /** Units that agents held, had used and not told, or were on their way to them, when they were killed: at most. */
  readonly lost = new Map<string, number>();
  /** When people began a key anew last. */
  readonly resetAt = new Map<string, number>();
  /** What each was granted last. */
  readonly #granted = new Map<string, number>();
  readonly #undecided = new Map<string, number>();
  /** What the books of keys said that the owner has forgotten. */
  readonly #forgotten = new Map<string, number>();
  /** The runs that each went on from. */
  readonly #former = new Map<string, readonly string[]>();
  /** Runs that others went on from, as the owner heard. */
  readonly #over = new Set<string>();
  /** What runs have written down, by agent: it outlives them. */
  readonly #journals = new Map<string, Map<string, JournalEntry>>();
  owner: LeaseOwner;
  readonly #options: MeshOptions;
  readonly #world: ChanceAndTime;
  #trouble: Trouble;
  #state: OwnerState | undefined;
  #ownerMs = 0;
  readonly #ownerClock: Clock;
  #ownerTime: CautiousClock;
  #isUp = true;
  #runs = 0;
  /** Of which place each run was. */
  readonly #instances = new Map<string, number>();
  /** What has begun and not ended, by place. */
  readonly #lasting = new Map<number, Set<Lasting>>();
  #agents: SimulatedAgent[] = [];

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#trouble = options.trouble;
    this.#world = new ChanceAndTime(options.seed);
    // What time is, the owner's clock says.
    this.#ownerClock = { pace: 1, jumpedMs: 0 };
    this.#ownerTime = this.#time(this.#ownerClock, "slow");
    this.owner = this.#openOwner();
    for (const key of Object.keys(options.limits)) this.admitted.set(key, []);
    for (let at = 0; at < options.agents; at += 1) {
      const clock = this.#clock();
      this.#agents.push({ clock, ...this.#startAgent(clock, at) });
    }
  }

  run(): this {
    const { spanMs } = this.#options;
    for (; this.#world.nowMs < spanMs; this.#step()) this.#load();
    // Everybody tells what is left to tell.
    this.#trouble = { ...NO_TROUBLE };
    if (!this.#isUp) this.#restartOwner();
    for (const endMs = this.#world.nowMs + 10 * TTL_MS; this.#world.nowMs < endMs; ) this.#step();
    return this;
  }

  /** Requests without an answer at agents that live. */
  get undecided(): number {
    return this.#agents.reduce((sum, { id }) => sum + (this.#undecided.get(id) ?? 0), 0);
  }

  /** What the owner has in its books. */
  booked(key: string): number {
    return (this.#forgotten.get(key) ?? 0) + (this.owner.keyOf(key)?.used ?? 0);
  }

  /** The most that lasted at one moment. */
  mostAtATime(key: string): number {
    const admitted = this.admitted.get(key) ?? [];
    const ends = admitted.map(({ endMs = Infinity, cost }) => [endMs, -cost] as const);
    const turns = [...admitted.map(({ atMs, cost }) => [atMs, cost] as const), ...ends];
    let [most, now] = [0, 0];
    for (const [, cost] of turns.sort(([a, ofA], [b, ofB]) => a - b || ofA - ofB)) {
      now += cost;
      most = Math.max(most, now);
    }
    return most;
  }

  sum(key: string): number {
    return (this.admitted.get(key) ?? []).reduce((sum, { cost }) => sum + cost, 0);
  }

  #step(): void {
    this.#troubles();
    this.#world.pass(STEP_MS);
    for (const agent of this.#agents) agent.admissions.tick(this.#moment(agent));
  }

  #load(): void {
    const { rate, skew, limits, costs, every, streams = {} } = this.#options;
    const keys = Object.keys(limits);
    for (let left = this.#arriving(rate); left > 0; left -= 1) {
      const agent = this.#world.random() < skew / 2 ? this.#agents[0] : this.#world.pick(this.#agents);
      const chosen = this.#world.random() < every ? keys : [this.#world.pick(keys) ?? ""];
      this.#ask(agent, chosen, 1 + Math.floor(this.#world.random() * costs));
    }
    for (const [name, { keys: chosen, rate, agentAt }] of Object.entries(streams))
      for (let left = this.#arriving(rate); left > 0; left -= 1)
        this.#ask(agentAt === undefined ? this.#world.pick(this.#agents) : this.#agents[agentAt], chosen, 1, name);
  }

  /** How many requests come in this step, of so many in a second. */
  #arriving(rate: number): number {
    return this.#world.round((rate * STEP_MS) / 1000);
  }

  #ask(agent: SimulatedAgent | undefined, chosen: readonly string[], cost: number, stream?: string): void {
    const { agents, limits, refunds, whenUncoordinated } = this.#options;
    const charges = chosen.flatMap((key): Charge[] => {
      const limit = limits[key];
      return limit === undefined ? [] : [{ key, limit, cost, members: agents, whenUncoordinated }];
    });
    if (agent === undefined) return;
    this.#world.at(this.#world.random() * STEP_MS, () => {
      const { id } = agent;
      this.#undecided.set(id, (this.#undecided.get(id) ?? 0) + 1);
      let isAtOnce = true;
      agent.admissions.admit(charges, this.#moment(agent), (outcome) => {
        this.#undecided.set(id, (this.#undecided.get(id) ?? 0) - 1);
        if (!isAtOnce) this.waited += 1;
        if (stream !== undefined) this.#count(stream, outcome.kind);
        if (outcome.kind === "refused") {
          this.refused += 1;
          this.refusedBy.set(outcome.key, (this.refusedBy.get(outcome.key) ?? 0) + 1);
          return;
        }
        const entries = chosen.map((key) => {
          const entry = { atMs: this.#world.nowMs, cost };
          this.admitted.get(key)?.push(entry);
          return entry;
        });
        if (this.#options.lastMs !== undefined) {
          this.#last(agent, charges, outcome, entries);
          return;
        }
        const { admissions } = agent;
        this.#world.at(this.#world.random() * 100, () => {
          // Of an agent that died meanwhile nobody learns what it cost.
          if (agent.admissions !== admissions) return;
          const isRefunded = this.#world.random() < refunds;
          if (isRefunded) for (const entry of entries) entry.cost = 0;
          outcome.settle(
            this.#moment(agent),
            entries.map((entry) => entry.cost),
          );
        });
      });
      isAtOnce = false;
    });
  }

  #count(stream: string, outcome: Outcome["kind"]): void {
    const counted = this.ofStream.get(stream) ?? { admitted: 0, refused: 0 };
    counted[outcome] += 1;
    this.ofStream.set(stream, counted);
  }

  #last(
    agent: SimulatedAgent,
    charges: readonly Charge[],
    { settle }: { readonly settle: (now: Moment) => void },
    entries: readonly Admitted[],
  ): void {
    const place = this.#instances.get(agent.id) ?? 0;
    const lasting = this.#lasting.get(place) ?? new Set();
    this.#lasting.set(place, lasting);
    const one: Lasting = { charges, settle };
    lasting.add(one);
    this.#world.at(this.#world.random() ** 2 * (this.#options.lastMs ?? 0), () => {
      for (const entry of entries) entry.endMs = this.#world.nowMs;
      lasting.delete(one);
      one.settle(this.#moment(agent));
    });
  }

  #troubles(): void {
    const { kills, jumps, jumpMs } = this.#trouble;
    const happens = (perSecond: number): boolean => this.#world.random() < (perSecond * STEP_MS) / 1000;
    if (this.#isUp && happens(kills.owner)) {
      this.#isUp = false;
      this.#world.at(this.#world.random() * 300, () => this.#restartOwner());
    }
    const { resets = 0, limits } = this.#options;
    if (this.#isUp && resets > 0 && happens(resets)) this.#reset(this.#world.pick(Object.keys(limits)) ?? "");
    for (const agent of this.#agents) {
      if (!happens(kills.agents)) continue;
      for (const key of this.admitted.keys())
        this.#lose(key, agent.admissions.unsafe(key) + (this.#granted.get(`${agent.id} ${key}`) ?? 0));
      const former = agent.id;
      const place = this.#agents.indexOf(agent);
      Object.assign(agent, this.#startAgent(agent.clock, place));
      this.#former.set(agent.id, [former, ...(this.#former.get(former) ?? [])]);
      for (const one of this.#lasting.get(place) ?? []) {
        const resumed = one.charges.map((charge) => agent.admissions.resume(charge, charge.cost, this.#moment(agent)));
        one.settle = (now) => {
          for (const each of resumed) each.settle(now, [0]);
        };
      }
      for (const [key, entry] of this.#journals.get(former) ?? [])
        this.#tellFormer(this.#agents.indexOf(agent), former, key, entry);
    }
    for (const clock of [this.#ownerClock, ...this.#agents.map((agent) => agent.clock)])
      if (happens(jumps)) clock.jumpedMs += (2 * this.#world.random() - 1) * jumpMs;
  }

  #reset(key: string): void {
    this.#ownerMs = this.#ownerTime.now();
    this.owner.keyOf(key)?.reset(this.#ownerMs);
    this.resetAt.set(key, this.#world.nowMs);
    if (this.#options.trouble.kills.owner > 0) this.#state = structuredClone(this.owner.save());
  }

  #send(draw: Draw, agentAt: number): void {
    this.draws += 1;
    this.#deliver(agentAt, () => {
      if (!this.#isUp) return;
      this.#ownerMs = this.#ownerTime.now();
      if (this.#over.has(draw.agent)) return;
      for (const former of this.#former.get(draw.agent) ?? []) {
        this.#over.add(former);
        this.owner.endAgent(former, draw.agent);
      }
      const grant = this.owner.draw(draw, this.#ownerMs);
      if (this.#agents[agentAt]?.id !== draw.agent) this.#lose(draw.key, grant.granted);
      this.#granted.set(`${draw.agent} ${draw.key}`, grant.granted);
      if (this.#world.random() < 0.02) this.owner.sweep(this.#ownerMs);
      if (this.#options.trouble.kills.owner > 0) this.#state = structuredClone(this.owner.save());
      this.#deliver(agentAt, () => {
        const agent = this.#agents[agentAt];
        if (agent?.id === draw.agent) agent.admissions.answer(grant, this.#moment(agent));
      });
    });
  }

  /** Until it is answered, and then that this is known. */
  #tellFormer(agentAt: number, agent: string, key: string, entry: JournalEntry, isKnown = false): void {
    let isAnswered = false;
    const tell = (): void => {
      if (isAnswered) return;
      const draw = { ...lastDraw(key, entry, isKnown ? 1 : 0, isKnown, this.#world.nowMs), agent };
      this.#deliver(agentAt, () => {
        if (!this.#isUp) return;
        this.#ownerMs = this.#ownerTime.now();
        this.owner.draw(draw, this.#ownerMs);
        if (this.#options.trouble.kills.owner > 0) this.#state = structuredClone(this.owner.save());
        this.#deliver(agentAt, () => {
          if (!isAnswered && !isKnown) this.#tellFormer(agentAt, agent, key, entry, true);
          isAnswered = true;
        });
      });
      this.#world.at(100, tell);
    };
    tell();
  }

  /** What the ledger of a key says is used; 0 of a limit. */
  ledger(key: string): number {
    return this.owner.keyOf(key)?.entries(this.#ownerTime.now())[0]?.used ?? 0;
  }

  #lose(key: string, units: number): void {
    this.lost.set(key, (this.lost.get(key) ?? 0) + units);
  }

  #deliver(agentAt: number, run: () => void): void {
    const { loss, duplication, delayMs } = this.#trouble;
    if (this.#world.nowMs > this.#options.spanMs / 2 && this.#world.nowMs < this.#options.spanMs)
      if (agentAt < (this.#options.cutOff ?? 0)) return;
    const [min, max] = delayMs;
    const copies = this.#world.random() < loss ? 0 : this.#world.random() < duplication ? 2 : 1;
    for (let at = 0; at < copies; at += 1) this.#world.at(min + this.#world.random() ** 3 * (max - min), run);
  }

  #startAgent(clock: Clock, place: number) {
    this.#runs += 1;
    const id = `agent-${this.#runs}`;
    this.#instances.set(id, place);
    const index = (): number => this.#agents.findIndex((agent) => agent.id === id);
    const entries = new Map<string, JournalEntry>();
    this.#journals.set(id, entries);
    const write = (line: JournalLine): void => applyLine(entries, line);
    const journal: LedgerJournal = {
      took: (key, units) => {
        write([key, units, this.#world.nowMs]);
        return true;
      },
      returned: (key, units) => write([key, -units, this.#world.nowMs]),
      drew: (draw) => write(lineOfDraw(draw, entries.get(draw.key)?.atMs ?? this.#world.nowMs)),
      closed: (key) => write([key]),
    };
    const admissions = new Admissions({
      journal,
      ...{ agent: id, retryMs: 40, patienceMs: this.#options.cutOff === undefined ? ANSWERED_MS : 200, keysMax: 100 },
      send: (draw) => this.#send(draw, index()),
    });
    return { id, admissions, fast: this.#time(clock, "fast"), slow: this.#time(clock, "slow") };
  }

  #restartOwner(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    const isLost = this.#options.trouble.losesState;
    if (isLost) this.#state = undefined;
    this.#ownerTime = this.#time(this.#ownerClock, "slow", this.#ownerMs);
    this.owner = this.#openOwner(isLost ? this.#ownerMs : undefined);
  }

  #openOwner(lostMs?: number): LeaseOwner {
    const { limits } = this.#options;
    return new LeaseOwner(
      {
        ...{ ttlMs: TTL_MS, drift: 0.02, keysMax: 1000, limitOf: (key) => limits[key] },
        // The first two may have one name.
        instanceOf: (agent) =>
          String(Math.max(this.#instances.get(agent) ?? 0, this.#options.areTwins === true ? 1 : 0)),
        onForgotten: (key, used) => void this.#forgotten.set(key, (this.#forgotten.get(key) ?? 0) + used),
        ...(lostMs === undefined ? {} : { lostMs }),
      },
      this.#state,
    );
  }

  #moment({ fast, slow }: { readonly fast: CautiousClock; readonly slow: CautiousClock }): Moment {
    return { fastMs: fast.now(), slowMs: slow.now() };
  }

  #clock(): Clock {
    return { pace: 1 + (2 * this.#world.random() - 1) * this.#trouble.drift, jumpedMs: 0 };
  }

  #time(clock: Clock, pace: "fast" | "slow", startMs = 0): CautiousClock {
    const monotonicMs = (): number => this.#world.nowMs * clock.pace;
    return new CautiousClock({ monotonicMs, wallMs: () => monotonicMs() + clock.jumpedMs }, pace, startMs);
  }
}
