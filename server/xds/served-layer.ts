import { createHash } from "node:crypto";
import type { Layer, LayerChange, XdsResource } from "#core/xds/layer.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { type HeldVersions, type NameList, NO_NAMES, type Subscription, wants } from "#server/xds/subscription.ts";
import { encodeAny, encodeDeltaResource, encodeSotwResource } from "#server/xds/wire.ts";

/** Encoded resources of one layer that go into a response; shared by every stream that is sent the same. */
export interface Chunk {
  readonly bytes: Buffer;
  /** Hash of what it holds. */
  readonly hash: string;
  /** Names of the resources in it. */
  readonly names: readonly string[];
}

interface LogEntry {
  readonly version: number;
  readonly touched: ReadonlyMap<XdsType, ReadonlySet<string>>;
}

/** Beyond this many changes a stream that lags is sent everything it wants anew. */
const LOG_LENGTH_MAX = 512;
const CACHE_BYTES_MAX = 64 * 1024 * 1024;
const NOTHING: Chunk = { bytes: Buffer.alloc(0), hash: "", names: [] };

const deltaEncoded = new WeakMap<XdsResource, Buffer>();
const sotwEncoded = new WeakMap<XdsResource, Buffer>();

function encodeOnce(cache: WeakMap<XdsResource, Buffer>, resource: XdsResource, encode: () => Buffer): Buffer {
  const known = cache.get(resource);
  if (known !== undefined) return known;
  const made = encode();
  cache.set(resource, made);
  return made;
}

function deltaBytes(type: XdsType, resource: XdsResource): Buffer {
  return encodeDeltaResource(resource.name, resource.version, encodeAny(TYPE_URLS[type], resource.body));
}

/** The resource as it stands in a state-of-the-world response. */
export function sotwBytes(type: XdsType, resource: XdsResource): Buffer {
  return encodeOnce(sotwEncoded, resource, () => encodeSotwResource(encodeAny(TYPE_URLS[type], resource.body)));
}

/**
 * A layer with a version that grows by one per change, the log from one version to the next, and the chunks that were
 * made of it. Streams hold only the version they were brought to.
 */
export class ServedLayer {
  readonly layer: Layer;
  /** Off: every chunk is made anew. For showing that sharing changes no byte. */
  readonly #isShared: boolean;
  readonly #chunks = new Map<string, Chunk>();
  readonly #lists = new Map<string, readonly string[]>();
  #cachedBytes = 0;
  readonly #log: LogEntry[] = [];
  /** Names that were here once: what a stream that lags behind the log is told to forget. */
  readonly #gone = new Map<XdsType, Set<string>>();
  version = 0;

  constructor(layer: Layer, isShared = true) {
    this.layer = layer;
    this.#isShared = isShared;
  }

  /** Enters changes that the layer already holds. */
  advance(changes: readonly LayerChange[]): void {
    const touched = new Map<XdsType, Set<string>>();
    for (const { type, upserted, removed } of changes) {
      const names = touched.get(type) ?? new Set();
      for (const { name } of upserted) names.add(name);
      for (const name of removed) names.add(name);
      touched.set(type, names);
    }
    // Once all are in: a revision of ten thousand services is as many changes.
    for (const [type, names] of touched) {
      const gone = this.#gone.get(type) ?? new Set();
      for (const name of names) {
        if (this.has(type, name)) gone.delete(name);
        else gone.add(name);
      }
      this.#gone.set(type, gone);
    }
    this.version += 1;
    this.#log.push({ version: this.version, touched });
    if (this.#log.length > LOG_LENGTH_MAX) this.#log.shift();
    this.#forget();
  }

  /** Names of a type that changed after `from`. A stream that lags behind the log is taken to have missed everything. */
  touchedSince(type: XdsType, from: number): ReadonlySet<string> {
    if (from === this.version) return NO_NAMES.names;
    const first = this.#log[0];
    if (first === undefined || first.version > from + 1)
      return new Set([...(this.layer.resources.get(type)?.keys() ?? []), ...(this.#gone.get(type) ?? [])]);
    const entries = this.#log.slice(from + 1 - first.version);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined) return only.touched.get(type) ?? NO_NAMES.names;
    return new Set(entries.flatMap(({ touched }) => [...(touched.get(type) ?? [])]));
  }

  /** Whether the change that made `version` touched this resource; false when the log no longer reaches back so far. */
  touched(version: number, type: XdsType, name: string): boolean {
    const first = this.#log[0]?.version ?? 0;
    return this.#log[version - first]?.touched.get(type)?.has(name) ?? false;
  }

  has(type: XdsType, name: string): boolean {
    return this.layer.resources.get(type)?.has(name) ?? false;
  }

  size(type: XdsType): number {
    return this.layer.resources.get(type)?.size ?? 0;
  }

  /** All that `subscription` wants; without what `held` already has in the same version, unless `also` names it. */
  full(type: XdsType, subscription: Subscription, held?: HeldVersions, also: NameList = NO_NAMES): Chunk {
    return this.#cached(`full ${type} ${subscription.id} ${held?.key ?? ""} ${also.key}`, () => {
      const all = this.layer.resources.get(type);
      const chosen = subscription.isWildcard ? (all?.values() ?? []) : pick(all, subscription.names);
      return makeChunk(
        type,
        held === undefined
          ? chosen
          : [...chosen].filter(({ name, version }) => held.versions.get(name) !== version || also.names.has(name)),
      );
    });
  }

  /** Those of `list` that exist here, whatever the stream may hold already. */
  named(type: XdsType, list: NameList): Chunk {
    return this.#cached(`named ${type} ${list.key}`, () =>
      makeChunk(type, pick(this.layer.resources.get(type), list.names)),
    );
  }

  /** What of a chunk of this layer is not in `apart`. */
  without(type: XdsType, { hash, names }: Chunk, apart: NameList): Chunk {
    return this.#cached(`without ${type} ${hash} ${apart.key}`, () =>
      makeChunk(type, pick(this.layer.resources.get(type), new Set(names.filter((name) => !apart.names.has(name))))),
    );
  }

  /** Those of `list` that do not exist here. */
  missing(type: XdsType, list: NameList): readonly string[] {
    return this.#listed(`missing ${type} ${list.key}`, () =>
      [...list.names].filter((name) => name !== "*" && !this.has(type, name)),
    );
  }

  /** What exists of that which changed since version `from` and of `also`, as far as `subscription` wants it. */
  since(type: XdsType, subscription: Subscription, from: number, also: NameList = NO_NAMES): Chunk {
    if (from === this.version && also === NO_NAMES) return NOTHING;
    return this.#cached(`since ${type} ${subscription.id} ${from} ${also.key}`, () => {
      const names = [...new Set([...this.touchedSince(type, from), ...also.names])].filter((name) =>
        wants(subscription, name),
      );
      return makeChunk(type, pick(this.layer.resources.get(type), new Set(names)));
    });
  }

  /** Wanted names that went away since version `from`. */
  goneSince(type: XdsType, subscription: Subscription, from: number): readonly string[] {
    if (from === this.version) return [];
    return this.#listed(`gone ${type} ${subscription.id} ${from}`, () =>
      [...this.touchedSince(type, from)].filter((name) => wants(subscription, name) && !this.has(type, name)),
    );
  }

  /** Virtual hosts of these route configurations: `<route configuration>/<host>`. */
  hostsOf(routes: NameList): readonly string[] {
    return this.#listed(`hosts ${routes.key}`, () =>
      [...(this.layer.resources.get("VHDS")?.keys() ?? [])].filter((name) =>
        routes.names.has(name.slice(0, name.indexOf("/"))),
      ),
    );
  }

  #cached(key: string, make: () => Chunk): Chunk {
    const known = this.#isShared ? this.#chunks.get(key) : undefined;
    if (known !== undefined) return known;
    const made = make();
    if (this.#cachedBytes > CACHE_BYTES_MAX) this.#forget();
    this.#chunks.set(key, made);
    this.#cachedBytes += made.bytes.length;
    return made;
  }

  #listed(key: string, make: () => readonly string[]): readonly string[] {
    const known = this.#isShared ? this.#lists.get(key) : undefined;
    if (known !== undefined) return known;
    const made = make();
    this.#lists.set(key, made);
    return made;
  }

  #forget(): void {
    this.#chunks.clear();
    this.#lists.clear();
    this.#cachedBytes = 0;
  }
}

function* pick(all: ReadonlyMap<string, XdsResource> | undefined, names: ReadonlySet<string>): Generator<XdsResource> {
  if (all === undefined) return;
  if (all.size < names.size) {
    for (const resource of all.values()) if (names.has(resource.name)) yield resource;
    return;
  }
  for (const name of names) {
    const resource = all.get(name);
    if (resource !== undefined) yield resource;
  }
}

/** Encodes resources into a chunk of their own. */
export function makeChunk(type: XdsType, chosen: Iterable<XdsResource>): Chunk {
  const resources = [...chosen];
  if (resources.length === 0) return NOTHING;
  const hash = createHash("sha1").update(type);
  for (const { name, version } of resources) hash.update(`\0${name}\0${version}`);
  return {
    bytes: Buffer.concat(
      resources.map((resource) => encodeOnce(deltaEncoded, resource, () => deltaBytes(type, resource))),
    ),
    hash: hash.digest("hex").slice(0, 16),
    names: resources.map(({ name }) => name),
  };
}
