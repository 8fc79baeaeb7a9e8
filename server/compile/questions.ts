import { hostMatches, isWildcard } from "#core/host/host.ts";
import type { CredentialFacts } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { ALL_NAMESPACES } from "#server/compile/all-namespaces.ts";
import { CellTable } from "#server/compile/cell-table.ts";
import { definesHost, type Edit, type Held } from "#server/compile/holding.ts";
import { patternsFor } from "#server/compile/host-patterns.ts";
import { sidecarsOf } from "#server/compile/instance-index.ts";
import { INDEX_NAMES, type IndexName, labelKey, type Place } from "#server/compile/places-of.ts";
import type { Cell, Recorder } from "#server/compile/recorder.ts";

/** Where resources stand that are for hosts, and for patterns of hosts. */
const BY_HOST = {
  virtualService: "virtualServicePattern",
  rule: "rulePattern",
} as const satisfies Partial<Record<IndexName, IndexName>>;
export type HostIndex = keyof typeof BY_HOST;

/** What is asked of configuration and registry as they are written, and which of the answers an edit bears on. */
export class Questions {
  /** Resources at a place, the oldest first. */
  readonly lists: Readonly<Record<IndexName, CellTable<readonly AnyResource[]>>>;
  /** Resources for a host or a pattern over it, the oldest first. */
  readonly covering: Readonly<Record<HostIndex, CellTable<readonly AnyResource[]>>>;
  readonly hasHost: CellTable<boolean>;
  readonly hostsUnder: CellTable<readonly string[]>;
  readonly instance: CellTable<WorkloadInstance | undefined>;
  /** By one label of those that are selected. */
  readonly selected: CellTable<undefined>;
  /** By `address port` of a sidecar. */
  readonly placed: CellTable<WorkloadInstance | undefined>;
  /** By where a key set is fetched from. */
  readonly keys: CellTable<string | undefined>;
  /** By `namespace/name` of a credential. */
  readonly credential: CellTable<CredentialFacts | undefined>;
  readonly labelKeys: CellTable<readonly string[]>;
  readonly comparedKeys: CellTable<readonly string[]>;
  readonly #recorder: Recorder;
  readonly #held: Held;
  /** Hosts that only patterns cover, and the same ones, have one list. */
  readonly #patternLists = new Map<string, readonly AnyResource[]>();

  constructor(recorder: Recorder, held: Held) {
    this.#recorder = recorder;
    this.#held = held;
    const { config, instances } = held;
    const table = <T>(answer: (key: string) => T): CellTable<T> => new CellTable(recorder, answer);
    this.lists = Object.fromEntries(
      INDEX_NAMES.map((index) => [index, table((key) => config.list(config.refs(index, key)))]),
    ) as Record<IndexName, CellTable<readonly AnyResource[]>>;
    this.covering = {
      virtualService: table((host) => this.#findCovering("virtualService", host)),
      rule: table((host) => this.#findCovering("rule", host)),
    };
    this.hasHost = table((host) => definesHost(held, host));
    this.hostsUnder = table((pattern) =>
      isWildcard(pattern) ? [...config.keys("entry")].filter((host) => hostMatches(pattern, host)) : [pattern],
    );
    this.instance = table((key) => instances.get(key));
    this.selected = table(() => undefined);
    this.placed = table((place) => instances.at(place));
    this.keys = table((location) => held.keySets.get(location));
    this.credential = table((key) => held.credentials.get(key));
    this.labelKeys = table(() => [...config.keys("sourceLabel")].sort());
    this.comparedKeys = table(() => [...config.keys("comparedLabel")].sort());
  }

  /** Those whose answers are, or may be, others since an edit. */
  touch({ places, instances, keyLocations, credentials, appeared, left }: Edit): Set<Cell> {
    const touched = new Set<Cell>();
    for (const place of places) this.#touchPlace(place, touched);
    for (const instance of instances) this.#touchInstance(instance, touched);
    for (const location of keyLocations) this.keys.touch(location, touched);
    for (const key of credentials) this.credential.touch(key, touched);
    for (const host of [...appeared, ...left]) this.hasHost.touch(host, touched);
    return touched;
  }

  #touchPlace({ index, key }: Place, touched: Set<Cell>): void {
    this.lists[index].touch(key, touched);
    if (index === "sourceLabel") this.labelKeys.touch("", touched);
    if (index === "comparedLabel") this.comparedKeys.touch("", touched);
    if (index === "entry") this.hostsUnder.touchWhere((pattern) => hostMatches(pattern, key), touched);
    for (const [exact, pattern] of Object.entries(BY_HOST) as [HostIndex, IndexName][]) {
      if (index === exact) this.covering[exact].touch(key, touched);
      if (index !== pattern) continue;
      this.#patternLists.clear();
      this.covering[exact].touchWhere((host) => hostMatches(key, host), touched);
    }
  }

  #touchInstance(instance: WorkloadInstance, touched: Set<Cell>): void {
    const { namespace, name, labels } = instance;
    this.instance.touch(`${namespace}/${name}`, touched);
    for (const place of sidecarsOf(instance)) this.placed.touch(place, touched);
    for (const [label, value] of Object.entries(labels))
      for (const each of [namespace, ALL_NAMESPACES]) this.selected.touch(labelKey(each, label, value), touched);
  }

  #findCovering(exact: HostIndex, host: string): readonly AnyResource[] {
    const { config } = this.#held;
    const pattern = BY_HOST[exact];
    const own = config.refs(exact, host);
    const patterns = patternsFor(config.map(pattern), host);
    const find = () => config.list(new Set([...own, ...patterns.flatMap((each) => [...config.refs(pattern, each)])]));
    if (own.size > 0 || !this.#recorder.isRecording) return find();
    const key = `${pattern} ${patterns.join(" ")}`;
    const known = this.#patternLists.get(key) ?? find();
    this.#patternLists.set(key, known);
    return known;
  }
}
