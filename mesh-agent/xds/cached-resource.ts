/** One resource that Envoy accepted. */
export interface CachedResource {
  readonly name: string;
  readonly version: string;
  /** Other names it answers to: virtual hosts fetched on demand. */
  readonly aliases: readonly string[];
  /** The serialized `envoy.service.discovery.v3.Resource`. */
  readonly body: Uint8Array;
}

/** What the relay reads of the last good configuration. Types are type URLs. */
export interface ResourceCache {
  list(type: string): readonly CachedResource[];
  /** By name or alias. */
  find(type: string, name: string): CachedResource | undefined;
  version(type: string, name: string): string | undefined;
  /** No configuration was ever accepted. */
  isEmpty(): boolean;
}

/** What Envoy's answer changes in it; one transaction. */
export interface CacheCommit {
  readonly type: string;
  readonly upserts: readonly CachedResource[];
  readonly removes: readonly string[];
  /** Kept as they are, under no version: Envoy may hold another one, though it says that it holds this. */
  readonly unsure?: readonly string[];
  /** When given: all else of the type goes. */
  readonly keepOnly?: ReadonlySet<string>;
}
