import type { CredentialFacts } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { RoutingService } from "#core/resolve/delegates.ts";
import type { Patch, PatchedProxy } from "#core/resolve/envoy-patches.ts";
import type { Extension } from "#core/resolve/extensions.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import type { EgressPort } from "#core/resolve/sidecar.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";
import type { ALL_NAMESPACES } from "#server/compile/all-namespaces.ts";
import type { Recorder } from "#server/compile/recorder.ts";

/**
 * All that a translator sees of the configuration and the registry: questions whose answers are recorded as what the asking unit
 * depends on. Nothing can be changed through it, and nothing read that an edit would not be followed by.
 */
export interface CompileReader extends MeshReader {
  /** The keys that are kept of a place (`keyLocationOf`); undefined where it was never reached. */
  keysAt(location: string): string | undefined;
  /** What is known of a stored credential, `namespace/name`. */
  credential(key: string): CredentialFacts | undefined;
  /** Label keys that some route or rule asks of its callers, in order. */
  readonly sourceLabelKeys: readonly string[];
  /** Label keys that some rule compares endpoints by with their callers, in order. */
  readonly comparedLabelKeys: readonly string[];
  /** The ports that a workload's Sidecar has its callers come to. */
  egressPorts(namespace: string, labels: Labels): readonly EgressPort[];
  /** Whether something defines or names a host. */
  hasHost(host: string): boolean;
  /** A registered instance, `namespace/name`. */
  instance(key: string): WorkloadInstance | undefined;
  /** Instances of a namespace, or of all of them, that carry all of these labels, in order of their names. */
  select(namespace: string | typeof ALL_NAMESPACES, labels: Labels): readonly WorkloadInstance[];
  /** All resources of a kind, the oldest first. */
  all<K extends AnyResource["kind"]>(kind: K): readonly Resource<K>[];
  /** Of a namespace and of the root namespace, the oldest first. */
  ofNamespace<K extends AnyResource["kind"]>(kind: K, namespace: string): readonly Resource<K>[];
  /** VirtualServices that may lead to a host, by themselves or through those that they delegate to. */
  leadingTo(host: string): readonly RoutingService[];
  /** Patches of the EnvoyFilters that are for a proxy, in the order in which they are made. */
  patchesFor(proxy: PatchedProxy): readonly Patch[];
  /** What chooses a proxy, by its labels or by what it tells of itself, and patches what it would share with others. */
  choosingFilters(proxy: PatchedProxy): readonly string[];
  /** What is patched of what the proxies of a namespace share whom these choose. */
  sharedPatches(namespace: string, chosenBy: readonly string[]): readonly Patch[];
  /** What the WasmPlugins and TrafficExtensions have a workload's proxy run, in its order. */
  extensionsFor(namespace: string, labels: Labels): readonly Extension[];
  /** An answer that follows from others: whoever asks is concerned only where it comes out otherwise. */
  derive<T>(key: string, answer: () => T, isSame?: (a: T, b: T) => boolean): T;
  /** A list that follows from other answers: whoever asks for it is concerned only where it comes to hold something else. */
  deriveList<T>(key: string, answer: () => readonly T[]): readonly T[];
}

/** The same for those who keep units, and say what these are built from. */
export interface LayerReader extends CompileReader {
  readonly recorder: Recorder;
  /** All hosts that a proxy may have to know. Nobody depends on it: an edit tells of those that appear. */
  hosts(): ReadonlySet<string>;
  /** Of all resources. Nobody depends on it. */
  refs(): readonly string[];
  /** Refs of what a host is built from: what defines, rules and routes it, and the same of where it is routed to. */
  bearingOn(host: string): readonly string[];
}
