import { PharosError } from "#core/errors.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { WorkloadProbe } from "#core/resource/spec/workload-group.ts";
import { CLOCK_DIFFERENCE_MS_MAX } from "#core/telemetry/clock-difference.ts";
import type { RegistryStore } from "#server/registry/store.ts";

export type RegistryChange = Pick<SnapshotChange, "instanceUpserts" | "instanceDeletes">;

/** What an agent says of its workload; identity and group decide what becomes of it. */
export interface Registration {
  readonly namespace: string;
  readonly name: string;
  readonly group: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly address: string;
  readonly ports: WorkloadInstance["ports"];
  /** Unknown: an agent that starts does not know yet whether it is to ask the application. */
  readonly health: WorkloadInstance["health"] | "unknown";
  readonly unhealthyReason?: string;
  readonly locality: string;
  readonly weight: number;
  /** Its host's clock as it was sent; 0 where it was not told. */
  readonly sentAtMs?: number;
  /** What its agent says an operator should look at on its host. */
  readonly problems?: readonly string[];
}

export interface Registered {
  readonly instance: WorkloadInstance;
  /** How its agent finds out whether the application is well. */
  readonly probe: WorkloadProbe | undefined;
}

/** The caller's namespace and account, from its certificate. */
export interface RegistrantIdentity {
  readonly namespace: string;
  readonly serviceAccount: string;
}

export interface RegistryOptions {
  readonly store: RegistryStore;
  readonly findGroup: (namespace: string, name: string) => Resource<"WorkloadGroup"> | undefined;
  /** Told after the change was stored. */
  readonly onChange: (change: RegistryChange) => void;
  /** How long an instance outlives its proxy's connection: its agent may be restarting, or this server was. */
  readonly graceMs: number;
  readonly now?: () => number;
}

/** Of a reason: it is told to people, not kept as a record. */
const REASON_LENGTH_MAX = 300;
const PROBLEMS_MAX = 20;
/** An agent is heard every ten seconds; one that missed two is not there. */
const PRESENT_MS = 25_000;

/**
 * The running workloads. An instance is stored before it is announced and outlives a lost connection for `graceMs`, so
 * that neither a restart of the server nor of an agent takes endpoints away; only Deregister takes one away at once.
 */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #instances = new Map<string, WorkloadInstance>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  /** When each instance's agent was last heard. */
  readonly #heardMs = new Map<string, number>();
  /** What each instance's host's clock is ahead of this one, in ms, as last heard. */
  readonly #clockAheadMs = new Map<string, number>();
  readonly #problems = new Map<string, readonly string[]>();
  readonly #now: () => number;

  private constructor(options: RegistryOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Restores what was registered; whoever does not come back within the grace period is dropped. */
  static async open(options: RegistryOptions): Promise<Registry> {
    const registry = new Registry(options);
    for (const instance of await options.store.list()) {
      const key = keyOf(instance);
      registry.#instances.set(key, instance);
      registry.disconnected(key);
    }
    return registry;
  }

  list(): readonly WorkloadInstance[] {
    return [...this.#instances.values()];
  }

  /** Adds or refreshes; announces only what differs. Throws PharosError: forbidden, not-found, invalid, conflict. */
  async register(registration: Registration, identity: RegistrantIdentity): Promise<Registered> {
    const { instance, probe } = this.#resolve(registration, identity);
    const key = keyOf(instance);
    this.#refuseSecond(key, instance);
    this.#heardMs.set(key, this.#now());
    if (registration.sentAtMs) this.#clockAheadMs.set(key, registration.sentAtMs - this.#now());
    const problems = (registration.problems ?? []).slice(0, PROBLEMS_MAX);
    if (problems.length === 0) this.#problems.delete(key);
    else
      this.#problems.set(
        key,
        problems.map((text) => text.slice(0, REASON_LENGTH_MAX)),
      );
    this.connected(key);
    if (JSON.stringify(this.#instances.get(key)) === JSON.stringify(instance)) return { instance, probe };
    await this.#options.store.upsert([instance]);
    this.#instances.set(key, instance);
    this.#options.onChange({ instanceUpserts: [instance], instanceDeletes: [] });
    return { instance, probe };
  }

  async deregister(namespace: string, name: string, identity: RegistrantIdentity): Promise<void> {
    const key = `${namespace}/${name}`;
    const instance = this.#instances.get(key);
    if (instance === undefined) return;
    if (instance.namespace !== identity.namespace || instance.serviceAccount !== identity.serviceAccount) {
      throw new PharosError(
        "forbidden",
        `instance ${key} belongs to ${instance.namespace}/${instance.serviceAccount}, not to ${identity.namespace}/${identity.serviceAccount}`,
      );
    }
    await this.#drop(key);
  }

  /** Takes away at once the instances of some accounts. */
  async dropOf(isMeant: (identity: RegistrantIdentity) => boolean): Promise<void> {
    for (const [key, instance] of this.#instances) if (isMeant(instance)) await this.#drop(key);
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

  connected(key: string): void {
    clearTimeout(this.#leaving.get(key));
    this.#leaving.delete(key);
  }

  disconnected(key: string): void {
    this.connected(key);
    if (!this.#instances.has(key)) return;
    const timer = setTimeout(() => void this.#drop(key).catch(() => this.disconnected(key)), this.#options.graceMs);
    timer.unref();
    this.#leaving.set(key, timer);
  }

  close(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
  }

  /** Two agents by one name would take each other's place every few seconds: who is there stays. */
  #refuseSecond(key: string, instance: WorkloadInstance): void {
    const present = this.#instances.get(key);
    const heardMs = this.#heardMs.get(key) ?? -Infinity;
    if (present === undefined || this.#leaving.has(key) || heardMs < this.#now() - PRESENT_MS) return;
    if (placeOf(present) === placeOf(instance)) return;
    throw new PharosError(
      "conflict",
      `instance ${key} is another agent's, at ${placeOf(present)}; this one is at ${placeOf(instance)}`,
      { hint: "give each instance a name of its own with --name" },
    );
  }

  async #drop(key: string): Promise<void> {
    this.connected(key);
    this.#heardMs.delete(key);
    this.#clockAheadMs.delete(key);
    this.#problems.delete(key);
    await this.#options.store.delete([key]);
    if (this.#instances.delete(key)) this.#options.onChange({ instanceUpserts: [], instanceDeletes: [key] });
  }

  #resolve(registration: Registration, identity: RegistrantIdentity): Registered {
    const { namespace, name, group, ports } = registration;
    const key = `${namespace}/${name}`;
    if (namespace !== identity.namespace || registration.serviceAccount !== identity.serviceAccount) {
      throw new PharosError(
        "forbidden",
        `${identity.namespace}/${identity.serviceAccount} may not register instance ${key} of ${namespace}/${registration.serviceAccount}`,
        {
          hint: "join with a token made for that namespace and service account",
        },
      );
    }
    if (group === "")
      throw new PharosError("invalid", `instance ${key} names no WorkloadGroup`, {
        hint: "name one with --group, or join with a token made with `pharos token create --group`",
      });
    const found = this.#options.findGroup(namespace, group);
    if (found === undefined) {
      throw new PharosError(
        "not-found",
        `instance ${key} names WorkloadGroup ${namespace}/${group}, which does not exist`,
        { hint: `apply a WorkloadGroup named ${group} in namespace ${namespace} first` },
      );
    }
    const { template, metadata, probe } = found.spec;
    const given = { ...template.labels, ...metadata?.labels };
    // Services choose their endpoints by labels: whoever could change these could answer in another service's place.
    const changed = Object.entries(registration.labels).find(
      ([label, value]) => Object.hasOwn(given, label) && given[label] !== value,
    );
    if (changed !== undefined)
      throw new PharosError(
        "forbidden",
        `instance ${key} says ${changed.join("=")}, but WorkloadGroup ${namespace}/${group} says ${changed[0]}=${given[changed[0]]}`,
        { hint: "an instance may add labels to its group's, not change them" },
      );
    if (template.serviceAccount !== undefined && template.serviceAccount !== registration.serviceAccount) {
      throw new PharosError(
        "forbidden",
        `WorkloadGroup ${namespace}/${group} is for account ${template.serviceAccount}, not ${registration.serviceAccount}`,
      );
    }
    for (const port of ports) {
      if (
        ![port.appPort, port.inboundPort].every((number) => Number.isInteger(number) && number > 0 && number < 65_536)
      ) {
        throw new PharosError("invalid", `instance ${key}: port ${port.name} is not 1 to 65535`);
      }
    }
    const owner = this.#instances.get(key);
    if (owner !== undefined && owner.serviceAccount !== registration.serviceAccount) {
      throw new PharosError("conflict", `instance ${key} is registered by account ${owner.serviceAccount}`, {
        hint: "give each instance a name of its own",
      });
    }
    const health = registration.health === "unknown" ? untilAsked(probe, owner) : registration.health;
    const unhealthyReason = health === "unhealthy" ? (registration.unhealthyReason ?? "") : "";
    const instance: WorkloadInstance = {
      namespace,
      name,
      workload: group,
      labels: { ...given, ...registration.labels },
      serviceAccount: registration.serviceAccount,
      address: registration.address || template.address || "127.0.0.1",
      ports:
        ports.length > 0
          ? ports.map((port) => ({ ...port, inboundPort: port.inboundPort || port.appPort }))
          : Object.entries(template.ports ?? {}).map(([name, port]) => ({ name, appPort: port, inboundPort: port })),
      health,
      ...(unhealthyReason === "" ? {} : { unhealthyReason: unhealthyReason.slice(0, REASON_LENGTH_MAX) }),
      locality: registration.locality,
      weight: registration.weight || template.weight || 1,
    };
    return { instance, probe };
  }
}

/** An agent that was started again takes nothing away from an application that runs on; a new one proves itself first. */
function untilAsked(
  probe: WorkloadProbe | undefined,
  before: WorkloadInstance | undefined,
): WorkloadInstance["health"] {
  if (probe === undefined) return "healthy";
  return before?.health === "healthy" ? "healthy" : "unhealthy";
}

function keyOf(instance: Pick<WorkloadInstance, "namespace" | "name">): string {
  return `${instance.namespace}/${instance.name}`;
}

/** Where an instance is reached: what two agents cannot share. */
function placeOf({ address, ports }: WorkloadInstance): string {
  return `${address} ports ${ports.map(({ inboundPort }) => inboundPort).join(", ") || "none"}`;
}
