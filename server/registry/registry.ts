import { PharosError } from "#core/errors.ts";
import type { StartSettings } from "#core/mesh-config/start-settings.ts";
import { accountStanding } from "#core/model/account-standing.ts";
import { isWithin } from "#core/model/locality.ts";
import type { Probe } from "#core/model/probe.ts";
import { plainText } from "#core/plain-text.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import type { Resource } from "#core/resource/resource.ts";
import { probeOfGroup } from "#core/sources/declare-probe.ts";
import { expectedWorkload } from "#core/sources/declare-workload.ts";
import { CLOCK_DIFFERENCE_MS_MAX } from "#core/telemetry/clock-difference.ts";
import type { FileProblem } from "#core/xds/file-problem.ts";
import type { AddressRules } from "#server/registry/admit-address.ts";
import { admitFileProblems } from "#server/registry/admit-file-problems.ts";
import { admitInstance, givenBy, type Registrant, type Registration } from "#server/registry/admit-instance.ts";
import { Departed } from "#server/registry/departed.ts";
import { FileProblemBook } from "#server/registry/file-problem-book.ts";
import { Presence } from "#server/registry/presence.ts";
import { refuseTaken } from "#server/registry/refuse-taken.ts";
import type { RegistryStore } from "#server/registry/store.ts";

export type RegistryChange = Pick<SnapshotChange, "instanceUpserts" | "instanceDeletes">;

export interface Registered {
  readonly instance: WorkloadInstance;
  /** How its agent finds out whether the application is well. */
  readonly probe: Probe | undefined;
  /** With what its Envoy is to be started. */
  readonly start: StartSettings | undefined;
}

/** A group, and whether an account joined with a token for it. */
interface Standing {
  readonly group: Resource<"WorkloadGroup"> | undefined;
  readonly hasToken: boolean;
}

export interface RegistryOptions {
  readonly store: RegistryStore;
  readonly findGroup: (namespace: string, name: string) => Resource<"WorkloadGroup"> | undefined;
  readonly groupsOf: (namespace: string) => readonly string[];
  /** Whether an account joined with a token that was made for it and this group, and still allows that. */
  readonly hasToken: (group: Resource<"WorkloadGroup">, serviceAccount: string) => Promise<boolean>;
  readonly addresses: AddressRules;
  /** With what the Envoy of an instance is to be started; absent: nobody says it. */
  readonly startSettings?: (instance: WorkloadInstance) => StartSettings;
  /** Told after the change was stored. */
  readonly onChange: (change: RegistryChange) => void;
  /** How long an instance outlives its proxy's connection: its agent may be restarting, or this server was. */
  readonly graceMs: number;
  /** Of one account. */
  readonly instancesMax: number;
  readonly now?: () => number;
  /** After how long it is tried again to have an instance follow its group; five seconds. */
  readonly regroupMs?: number;
}

const REGROUP_MS = 5000;
const PROBLEMS_MAX = 20;
/** Of a problem: it is told to people, not kept as a record. */
const PROBLEM_LENGTH_MAX = 300;
const AWAITED = "its proxy has not connected to the control plane";

/**
 * The running workloads. An instance is stored before it is announced, where the disk has room. It is an endpoint once its proxy has connected, and outlives a lost
 * connection for `graceMs`, so that neither a restart of the server nor of an agent takes endpoints away; only Deregister takes one away at
 * once. One whose proxy never comes goes as long after its agent was last heard.
 */
export class Registry {
  readonly #options: RegistryOptions;
  /** As the agents said it and they may, whatever became of their proxies. */
  readonly #said = new Map<string, WorkloadInstance>();
  /** Where agents said that they run, also where their group says otherwise. */
  readonly #places = new Map<string, string>();
  /** As stored and announced. */
  readonly #instances = new Map<string, WorkloadInstance>();
  readonly #presence: Presence;
  readonly #departed = new Departed();
  /** Announced, and not stored yet: the disk is full. */
  readonly #unstored = new Set<string>();
  /** To be taken away, and not registered again since. */
  readonly #leaving = new Set<string>();
  /** Groups that some of their instances do not follow yet. */
  readonly #regroups = new Map<string, NodeJS.Timeout>();
  #isClosed = false;
  readonly #turns = new Map<string, Promise<unknown>>();
  /** What each instance's host's clock is ahead of this one, in ms, as last heard. */
  readonly #clockAheadMs = new Map<string, number>();
  readonly #problems = new Map<string, readonly string[]>();
  readonly #settingsNotes = new Map<string, readonly string[]>();
  readonly #fileProblems = new FileProblemBook();
  readonly #now: () => number;

  private constructor(options: RegistryOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#presence = new Presence({
      graceMs: options.graceMs,
      now: this.#now,
      onGone: (key) => this.#drop(key),
    });
  }

  /**
   * Restores what was registered and its group still allows; whoever does not come back within the grace period is dropped.
   */
  static async open(options: RegistryOptions): Promise<Registry> {
    const registry = new Registry(options);
    for (const instance of await options.store.list()) {
      const key = keyOf(instance);
      registry.#said.set(key, instance);
      registry.#instances.set(key, instance);
      registry.#presence.restore(key, instance.isAwaited !== true);
    }
    // Registered before the server listened where they are.
    for (const [key, { address, ports }] of registry.#said)
      if (ports.some(({ inboundPort }) => options.addresses.isServers(address, inboundPort))) await registry.#drop(key);
    // What became of the groups may not have reached their instances before the server stopped.
    const groups = new Map([...registry.#said.values()].map((said) => [`${said.namespace}/${said.workload}`, said]));
    for (const { namespace, workload } of groups.values()) await registry.regroup(namespace, workload);
    return registry;
  }

  list(): readonly WorkloadInstance[] {
    return [...this.#instances.values()];
  }

  /** The one that is registered under `namespace/name`. */
  registered(key: string): WorkloadInstance | undefined {
    return this.#instances.get(key);
  }

  /** One that is registered, or was: what it measured last arrives after it has left. */
  known(key: string): WorkloadInstance | undefined {
    return this.#instances.get(key) ?? this.#departed.get(key);
  }

  /** Adds or refreshes; announces only what differs. Throws PharosError: forbidden, not-found, invalid, conflict, exhausted. */
  async register(registration: Registration, caller: Registrant): Promise<Registered> {
    const { namespace, serviceAccount } = caller;
    const { key, registered } = await this.#withGroup(namespace, registration.group, serviceAccount, (standing) =>
      this.#admit(registration, caller, standing),
    );
    await this.#announce(key);
    return registered;
  }

  /** Nothing comes between what is looked at and what is noted of it: the next who asks sees it. */
  #admit(
    registration: Registration,
    caller: Registrant,
    { group, hasToken }: Standing,
  ): { readonly key: string; readonly registered: Registered } {
    const { groupsOf, addresses } = this.#options;
    const context = { group, groups: groupsOf(caller.namespace), hasToken, addresses };
    const admitted = admitInstance(registration, caller, context);
    const key = keyOf(admitted);
    this.#refuseTaken(key, admitted);
    const probe = group === undefined ? undefined : probeOfGroup(group);
    const said = registration.health === "unknown" ? untilAsked(admitted, probe, this.#said.get(key)) : admitted;
    this.#said.set(key, said);
    this.#places.set(key, registration.locality);
    this.#leaving.delete(key);
    this.#presence.heard(key);
    const { sentAtMs = 0 } = registration;
    if (sentAtMs !== 0) this.#clockAheadMs.set(key, sentAtMs - this.#now());
    this.#problems.set(key, boundedTexts(registration.problems));
    this.#settingsNotes.set(key, boundedTexts(registration.settingsNotes));
    this.#fileProblems.set(key, admitFileProblems(registration.fileProblems ?? []));
    return { key, registered: { instance: said, probe, start: this.#options.startSettings?.(said) } };
  }

  async deregister(
    namespace: string,
    name: string,
    caller: Pick<Registrant, "namespace" | "serviceAccount">,
  ): Promise<void> {
    const key = `${namespace}/${name}`;
    const instance = this.#said.get(key);
    if (instance === undefined) return;
    if (instance.namespace !== caller.namespace || instance.serviceAccount !== caller.serviceAccount) {
      throw new PharosError(
        "forbidden",
        `instance ${key} belongs to ${instance.namespace}/${instance.serviceAccount}, not to ${caller.namespace}/${caller.serviceAccount}`,
      );
    }
    await this.#drop(key);
  }

  /**
   * What a group gives its instances is the group's as it is now, without waiting for an agent to ask again, which a hostile one
   * would not do: those that it does not allow any more are taken away, and of the others labels and weight follow. Each does so
   * by itself, and where one cannot it is tried again. Never rejects.
   */
  async regroup(namespace: string, name: string): Promise<void> {
    const id = `${namespace}/${name}`;
    clearTimeout(this.#regroups.get(id));
    this.#regroups.delete(id);
    const members = [...this.#said].filter(([, said]) => said.namespace === namespace && said.workload === name);
    let failed = 0;
    for (const [key, said] of members)
      await this.#follow(key, said).catch(() => {
        failed += 1;
      });
    if (this.#isClosed || failed === 0) return;
    clearTimeout(this.#regroups.get(id));
    const timer = setTimeout(() => void this.regroup(namespace, name), this.#options.regroupMs ?? REGROUP_MS);
    timer.unref();
    this.#regroups.set(id, timer);
  }

  async #follow(key: string, { namespace, workload, serviceAccount }: WorkloadInstance): Promise<void> {
    const becomes = await this.#withGroup(namespace, workload, serviceAccount, ({ group, hasToken }) => {
      const said = this.#said.get(key);
      if (said?.workload !== workload || said.serviceAccount !== serviceAccount) return "another";
      if (group === undefined) return "gone";
      const standing = accountStanding(expectedWorkload(group), serviceAccount);
      if (standing === "another" || (standing === "any" && !hasToken)) return "gone";
      const around = expectedWorkload(group).locality;
      // What it said itself stands while it is inside of the group's; of one that was restored nobody knows any more what that was.
      const own = this.#places.get(key) ?? said.locality;
      const locality = own !== "" && isWithin(own, around) ? own : around;
      this.#said.set(key, { ...said, ...givenBy(group), locality });
      return "kept";
    });
    if (becomes === "gone") await this.#drop(key);
    else if (becomes === "kept") await this.#announce(key);
  }

  /**
   * What `work` makes of the group as it is: what changes while its tokens are looked up counts, and `work` is done in the same
   * turn as the last look. A promise between the two would leave room for a change that neither sees.
   */
  async #withGroup<T>(
    namespace: string,
    name: string,
    serviceAccount: string,
    work: (standing: Standing) => T,
  ): Promise<T> {
    const { findGroup, hasToken } = this.#options;
    for (;;) {
      const group = findGroup(namespace, name);
      if (group === undefined || expectedWorkload(group).serviceAccount !== undefined)
        return work({ group, hasToken: false });
      const has = await hasToken(group, serviceAccount);
      if (findGroup(namespace, name) === group) return work({ group, hasToken: has });
    }
  }

  /** Takes away at once the instances of some accounts. */
  async dropOf(isMeant: (account: Pick<Registrant, "namespace" | "serviceAccount">) => boolean): Promise<void> {
    // Those too that are being stored, and are not announced yet.
    const meant = [...this.#said].filter(([, said]) => isMeant(said));
    await Promise.all(meant.map(([key]) => this.#drop(key)));
  }

  /** How far the clock of its host is ahead of this one, in ms; undefined while it is near enough, or is not known. */
  clockAheadMs(key: string): number | undefined {
    const ms = this.#clockAheadMs.get(key);
    // To the second: what a heartbeat more took on its way is no news.
    return ms !== undefined && Math.abs(ms) > CLOCK_DIFFERENCE_MS_MAX ? Math.round(ms / 1000) * 1000 : undefined;
  }

  /** What its agent says an operator should look at on its host. */
  problems(key: string): readonly string[] {
    return this.#problems.get(key) ?? [];
  }

  /** What of the settings that its Envoy is to be started with that does not run with, as its agent says. */
  settingsNotes(key: string): readonly string[] {
    return this.#settingsNotes.get(key) ?? [];
  }

  /** What agents say is wrong with files that configuration names, by `namespace/name`; the same object while it is the same. */
  fileProblems(): ReadonlyMap<string, readonly FileProblem[]> {
    return this.#fileProblems.all();
  }

  /** A proxy of this name (`namespace/name`) has opened its stream; `id` tells one node from another. */
  connected(key: string, id = key): void {
    this.#presence.connected(key, id);
    // What could not be stored is stored with the next heartbeat.
    if (this.#said.has(key)) this.#announce(key).catch(() => undefined);
  }

  disconnected(key: string, id = key): void {
    this.#presence.disconnected(key, id);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#regroups.values()) clearTimeout(timer);
    this.#presence.close();
  }

  #refuseTaken(key: string, admitted: WorkloadInstance): void {
    refuseTaken(key, admitted, {
      all: this.#said,
      isPresent: (other) => this.#presence.isPresent(other),
      instancesMax: this.#options.instancesMax,
    });
  }

  /** Stores and announces what an instance has come to be, if that is news; one after the other. */
  #announce(key: string): Promise<void> {
    return this.#inTurn(key, async () => {
      const said = this.#said.get(key);
      if (said === undefined) return;
      const { isAwaited: _, ...instance } = said;
      const next: WorkloadInstance = this.#presence.hasCome(key)
        ? instance
        : { ...instance, health: "unhealthy", unhealthyReason: AWAITED, isAwaited: true };
      const isNews = JSON.stringify(this.#instances.get(key)) !== JSON.stringify(next);
      if (isNews || this.#unstored.has(key)) await this.#store(key, () => this.#options.store.upsert([next]));
      if (!isNews) return;
      this.#instances.set(key, next);
      this.#options.onChange({ instanceUpserts: [next], instanceDeletes: [] });
    });
  }

  #drop(key: string): Promise<void> {
    this.#leaving.add(key);
    return this.#inTurn(key, async () => {
      await this.#store(key, () => this.#options.store.delete([key]));
      const instance = this.#instances.get(key);
      this.#presence.forget(key);
      // One that has registered meanwhile is announced in its turn.
      if (!this.#leaving.delete(key) && this.#said.has(key)) this.#presence.heard(key);
      else {
        this.#clockAheadMs.delete(key);
        this.#problems.delete(key);
        this.#settingsNotes.delete(key);
        this.#places.delete(key);
        this.#fileProblems.set(key, []);
        this.#said.delete(key);
      }
      if (instance === undefined) return;
      this.#departed.add(key, instance);
      this.#instances.delete(key);
      this.#options.onChange({ instanceUpserts: [], instanceDeletes: [key] });
    });
  }

  /**
   * A full disk keeps no endpoint from being announced or taken away: callers would be led to one that is gone. What could
   * not be stored is with the instance's next heartbeat, and one that is gone is taken out with the next that is stored.
   */
  async #store(key: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#unstored.delete(key);
      const gone = [...this.#unstored].filter((other) => !this.#instances.has(other));
      if (gone.length > 0) await this.#options.store.delete(gone);
      for (const other of gone) this.#unstored.delete(other);
    } catch (error) {
      if (PharosError.from(error).code !== "exhausted") throw error;
      this.#unstored.add(key);
    }
  }

  #inTurn(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(key) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(work);
    this.#turns.set(key, turn);
    const end = (): void => {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    };
    turn.then(end, end);
    return turn;
  }
}

function boundedTexts(texts: readonly string[] = []): readonly string[] {
  return texts.slice(0, PROBLEMS_MAX).map((text) => plainText(text, PROBLEM_LENGTH_MAX));
}

/** An agent that was started again takes nothing away from an application that runs on; a new one proves itself first. */
function untilAsked(
  admitted: WorkloadInstance,
  probe: Probe | undefined,
  before: WorkloadInstance | undefined,
): WorkloadInstance {
  return probe === undefined || before?.health === "healthy" ? admitted : { ...admitted, health: "unhealthy" };
}

function keyOf(instance: Pick<WorkloadInstance, "namespace" | "name">): string {
  return `${instance.namespace}/${instance.name}`;
}
