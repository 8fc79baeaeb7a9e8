import { createHash } from "node:crypto";
import type { Layer, LayerChange, XdsResource } from "#core/xds/layer.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { type NameList, type Subscription, wants } from "#server/xds/subscription.ts";
import { encodeAny, encodeDeltaResource, encodeSotwResource } from "#server/xds/wire.ts";

/** Encoded resources of one layer that go into a response; shared by every stream that is sent the same. */
export interface Chunk {
  readonly bytes: Buffer;
  /** Hash of what it holds. */
  readonly hash: string;
  /** Names of the resources in it. */
  readonly names: readonly string[];
  /** Subscribed names that this layer no longer has. */
  readonly removed: readonly string[];
}

interface LogEntry {
  readonly version: number;
  readonly revision: number;
  readonly touched: ReadonlyMap<XdsType, ReadonlySet<string>>;
}

/** Beyond this many changes a stream that lags is sent everything it wants anew. */
const LOG_LENGTH_MAX = 512;
const CACHE_BYTES_MAX = 64 * 1024 * 1024;

const EMPTY: Chunk = { bytes: Buffer.alloc(0), hash: "", names: [], removed: [] };

const deltaEncoded = new WeakMap<XdsResource, Buffer>();
const sotwEncoded = new WeakMap<XdsResource, Buffer>();

function encodeOnce(cache: WeakMap<XdsResource, Buffer>, resource: XdsResource, encode: () => Buffer): Buffer {
  const known = cache.get(resource);
  if (known !== undefined) return known;
  const made = encode();
  cache.set(resource, made);
  return made;
}

export function deltaBytes(type: XdsType, resource: XdsResource): Buffer {
  return encodeOnce(deltaEncoded, resource, () => encodeDeltaResource(resource.name, resource.version, encodeAny(TYPE_URLS[type], resource.body)));
}

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
  readonly #cache = new Map<string, Chunk>();
  #cacheBytes = 0;
  #log: LogEntry[] = [];
  version = 0;

  constructor(layer: Layer, isShared = true) {
    this.layer = layer;
    this.#isShared = isShared;
  }

  /** Enters changes that the layer already holds. */
  advance(changes: readonly LayerChange[], revision: number): void {
    const touched = new Map<XdsType, Set<string>>();
    for (const change of changes) {
      const names = touched.get(change.type) ?? new Set();
      for (const { name } of change.upserted) names.add(name);
      for (const name of change.removed) names.add(name);
      touched.set(change.type, names);
    }
    this.version += 1;
    this.#log.push({ version: this.version, revision, touched });
    if (this.#log.length > LOG_LENGTH_MAX) this.#log.splice(0, this.#log.length - LOG_LENGTH_MAX);
    this.#cache.clear();
    this.#cacheBytes = 0;
  }

  /** Names of a type that changed after `from`; undefined when the log no longer reaches back so far. */
  touchedSince(type: XdsType, from: number): ReadonlySet<string> | undefined {
    if (from === this.version) return new Set();
    const first = this.#log[0];
    if (first === undefined || first.version > from + 1) return undefined;
    const entries = this.#log.slice(from + 1 - first.version);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined) return only.touched.get(type) ?? new Set();
    const names = new Set<string>();
    for (const { touched } of entries) for (const name of touched.get(type) ?? []) names.add(name);
    return names;
  }

  has(type: XdsType, name: string): boolean {
    return this.layer.resources.get(type)?.has(name) ?? false;
  }

  /** All that `subscription` wants; without what `held` (name → version) already has when given. */
  full(type: XdsType, subscription: Subscription, held?: { readonly key: string; readonly versions: ReadonlyMap<string, string> }): Chunk {
    return this.#cached(`full ${type} ${subscription.id} ${held?.key ?? ""}`, () => {
      const all = this.layer.resources.get(type);
      if (all === undefined) return EMPTY;
      const chosen: XdsResource[] = [];
      for (const resource of subscription.isWildcard ? all.values() : pick(all, subscription.names)) {
        if (held?.versions.get(resource.name) !== resource.version) chosen.push(resource);
      }
      return makeChunk(type, chosen, []);
    });
  }

  /** Those of `names` that exist here, whatever the stream may hold already. */
  named(type: XdsType, names: NameList): Chunk {
    return this.#cached(`named ${type} ${names.key}`, () => makeChunk(type, [...pick(this.layer.resources.get(type), names.names)], []));
  }

  /** What changed since version `from`, as far as `subscription` wants it, together with `also` whether changed or not. */
  since(type: XdsType, subscription: Subscription, from: number, also: ReadonlySet<string>): Chunk {
    return this.#cached(`since ${type} ${subscription.id} ${from} ${[...also].join(",")}`, () => {
      const touched = this.touchedSince(type, from);
      if (touched === undefined) return this.full(type, subscription);
      const all = this.layer.resources.get(type);
      const upserted: XdsResource[] = [];
      const removed: string[] = [];
      for (const name of new Set([...touched, ...also])) {
        if (!wants(subscription, name)) continue;
        const resource = all?.get(name);
        if (resource !== undefined) upserted.push(resource);
        else if (touched.has(name)) removed.push(name);
      }
      return upserted.length + removed.length === 0 ? EMPTY : makeChunk(type, upserted, removed);
    });
  }

  #cached(key: string, make: () => Chunk): Chunk {
    if (!this.#isShared) return make();
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const made = make();
    if (this.#cacheBytes > CACHE_BYTES_MAX) {
      this.#cache.clear();
      this.#cacheBytes = 0;
    }
    this.#cache.set(key, made);
    this.#cacheBytes += made.bytes.length;
    return made;
  }
}

function* pick(all: ReadonlyMap<string, XdsResource> | undefined, names: Iterable<string>): Generator<XdsResource> {
  if (all === undefined) return;
  for (const name of names) {
    const resource = all.get(name);
    if (resource !== undefined) yield resource;
  }
}

function makeChunk(type: XdsType, resources: readonly XdsResource[], removed: readonly string[]): Chunk {
  if (resources.length === 0 && removed.length === 0) return EMPTY;
  const hash = createHash("sha1").update(type);
  for (const { name, version } of resources) hash.update(`\0${name}\0${version}`);
  for (const name of removed) hash.update(`\0-${name}`);
  return {
    bytes: Buffer.concat(resources.map((resource) => deltaBytes(type, resource))),
    hash: hash.digest("hex").slice(0, 16),
    names: resources.map(({ name }) => name),
    removed,
  };
}
