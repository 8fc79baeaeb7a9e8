import { isDeepStrictEqual } from "node:util";
import { isSameList } from "#core/is-same-list.ts";
import type { DefaultExports, ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Service, ServiceDeclaration } from "#core/model/service.ts";
import type { Workload } from "#core/model/workload.ts";
import type { CredentialFacts } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { type AddressBook, allocateAddresses, type Claimant } from "#core/resolve/allocate-addresses.ts";
import { type CredentialUse, type NamedCredential, resolveCredential } from "#core/resolve/credential-use.ts";
import type { RoutingService } from "#core/resolve/delegates.ts";
import { type ResolvedRule, resolveDestinationRule } from "#core/resolve/destination-rule.ts";
import { comparedByZones, comparedLabels } from "#core/resolve/locality-load.ts";
import { MESH_CONFIG_REF, resolveSettings, withExports } from "#core/resolve/mesh-settings.ts";
import { resolveService, selects, servicesOf } from "#core/resolve/service.ts";
import { type Imports, importPorts, importsAt, importsHost, importsRoutes } from "#core/resolve/sidecar.ts";
import { resolveVirtualServices } from "#core/resolve/virtual-service.ts";
import { byAge } from "#core/resource/by-age.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { type AnyResource, formatRef, type Resource } from "#core/resource/resource.ts";
import { declareService } from "#core/sources/declare-service.ts";
import { declareWorkload, GROUP_KINDS, WRITTEN_KINDS } from "#core/sources/declare-workload.ts";
import type { ALL_NAMESPACES } from "#server/compile/all-namespaces.ts";
import { bearingOn } from "#server/compile/bearing-on.ts";
import type { LayerReader } from "#server/compile/compile-reader.ts";
import { DelegateMerger } from "#server/compile/delegate-merger.ts";
import { DerivedTable } from "#server/compile/derived-table.ts";
import type { Held } from "#server/compile/holding.ts";
import { labelText } from "#server/compile/label-text.ts";
import { type IndexName, labelKey } from "#server/compile/places-of.ts";
import type { HostIndex, Questions } from "#server/compile/questions.ts";
import { recordedSettings } from "#server/compile/recorded-settings.ts";
import type { Recorder } from "#server/compile/recorder.ts";
import { WorkloadAnswers } from "#server/compile/workload-answers.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * The questions that translation asks, answered by the functions of `core/resolve` from configuration and registry as they
 * stand. Whoever asks while `recorder` records depends on the answer. What is not asked here decides nothing that a proxy gets.
 */
export class RecordingReader extends WorkloadAnswers implements LayerReader {
  readonly mesh: MeshSettings;
  readonly recorder: Recorder;
  readonly #held: Held;
  readonly #questions: Questions;
  readonly #derived: DerivedTable;
  readonly #settings = recordedSettings(this, () => resolveSettings(this.mesh, this.#meshConfig()));
  readonly #merger: DelegateMerger;
  /** What was made of a list of resources, by the question. */
  readonly #answers = new WeakMap<readonly AnyResource[], Map<string, unknown>>();

  constructor(mesh: MeshSettings, recorder: Recorder, held: Held, questions: Questions) {
    super();
    this.mesh = mesh;
    this.recorder = recorder;
    this.#held = held;
    this.#questions = questions;
    this.#derived = new DerivedTable(recorder);
    this.#merger = new DelegateMerger(
      (namespace, name) =>
        this.#list<Resource<"VirtualService">>("ref", formatRef({ kind: "VirtualService", namespace, name }))[0],
      mesh.domainSuffix,
    );
  }

  /** What all proxies have in common; whoever takes one of it depends on no other (`recordedSettings`). */
  settings(): ProxySettings {
    return this.#settings;
  }

  #meshConfig(): Resource<"MeshConfig"> | undefined {
    const [found] = this.#questions.lists.ref.ask(MESH_CONFIG_REF);
    return found as Resource<"MeshConfig"> | undefined;
  }

  /** Who sees what says nothing of it. */
  #exports(): DefaultExports {
    return this.#settings.exportTo;
  }

  /** All hosts that a proxy may have to know. Nobody depends on it: an edit tells of those that appear. */
  hosts(): ReadonlySet<string> {
    return this.#held.hosts;
  }

  /** Whether something defines or names a host. */
  hasHost(host: string): boolean {
    return this.#questions.hasHost.ask(host);
  }

  /** The service at a host as seen from a namespace. */
  service(host: string, fromNamespace: string, imports?: Imports): Service | undefined {
    const declarations = this.#declarations("entry", host);
    const known =
      imports === undefined
        ? declarations
        : declarations.filter(({ namespace }) => importsHost(imports, host, namespace));
    const found = resolveService(host, known, fromNamespace);
    return imports === undefined ? found : importPorts(found, imports);
  }

  /** Worked out as a whole, and asked entry by entry: an edit concerns those whose entry is another. */
  virtualAddress(host: string): string | undefined {
    return this.derive(`virtual address ${host}`, () => this.#addresses().virtual.get(host));
  }

  claimants(address: string): readonly Claimant[] {
    return this.derive(
      `claimants of ${address}`,
      () => this.#addresses().claimants.get(address) ?? [],
      isDeepStrictEqual,
    );
  }

  #addresses(): AddressBook {
    return this.derive(
      "addresses",
      () => allocateAddresses(this.all("ServiceEntry").flatMap((entry) => declareService(entry) ?? [])),
      isDeepStrictEqual,
    );
  }

  /** Services under a pattern that callers in a namespace see. */
  servicesUnder(pattern: string, fromNamespace: string, imports?: Imports): readonly Service[] {
    return this.#questions.hostsUnder.ask(pattern).flatMap((host) => this.service(host, fromNamespace, imports) ?? []);
  }

  /** VirtualServices for a host that apply to `gateway` ("mesh" or `namespace/name`), the deciding one first. */
  virtualServices(
    host: string,
    fromNamespace: string,
    gateway: string,
    port?: number,
    all?: Imports,
  ): readonly RoutingService[] {
    const { domainSuffix } = this.mesh;
    const imports = all && importsAt(all, port);
    const question = { host, fromNamespace, gateway, domainSuffix };
    const asked = `${fromNamespace} ${gateway}${imports === undefined ? "" : ` ${imports.key}`}`;
    const found = this.#bearing("virtualService", host, asked, (bearing) => {
      const services = bearing as readonly Resource<"VirtualService">[];
      const known =
        imports === undefined ? services : services.filter((each) => importsRoutes(imports, each, domainSuffix));
      return resolveVirtualServices(known, question);
    });
    return this.#merger.withDelegates(found);
  }

  /** VirtualServices that name a gateway, `namespace/name`. */
  boundTo(gateway: string): readonly RoutingService[] {
    return this.#merger.withDelegates(this.#list<Resource<"VirtualService">>("bound", gateway));
  }

  /** VirtualServices that may lead to a host, by themselves or through those that they delegate to. */
  leadingTo(host: string): readonly RoutingService[] {
    const naming = this.#list<Resource<"VirtualService">>("destination", host);
    const roots = naming.flatMap(({ metadata: { namespace, name } }) =>
      this.#list<Resource<"VirtualService">>("delegate", `${namespace}/${name}`),
    );
    return this.#merger.withDelegates(roots.length === 0 ? naming : [...new Set([...naming, ...roots])]);
  }

  /** What the rules for a host come to for clients in a namespace. */
  destinationRule(
    host: string,
    clientNamespace: string,
    serviceNamespace: string,
    clientLabels?: Labels,
  ): ResolvedRule | undefined {
    const question = { host, clientNamespace, serviceNamespace, clientLabels, mesh: this.mesh };
    const labels = clientLabels === undefined ? "" : ` ${labelText(clientLabels)}`;
    return this.#bearing("rule", host, `${clientNamespace} ${serviceNamespace}${labels}`, (rules) =>
      resolveDestinationRule(rules as readonly Resource<"DestinationRule">[], question),
    );
  }

  /** The answer about the resources for a host; hosts that only patterns cover, and the same ones, share it. */
  #bearing<T>(index: HostIndex, host: string, question: string, resolve: (candidates: readonly AnyResource[]) => T): T {
    const candidates = withExports(this.#questions.covering[index].ask(host), this.#exports());
    const isShared = !this.#held.config.has(index, host);
    return this.#answer(candidates, isShared ? question : `${question} ${host}`, () => resolve(candidates));
  }

  #answer<T>(list: readonly AnyResource[], question: string, answer: () => T): T {
    if (!this.recorder.isRecording) return answer();
    const known = this.#answers.get(list) ?? new Map<string, unknown>();
    this.#answers.set(list, known);
    if (!known.has(question)) known.set(question, answer());
    return known.get(question) as T;
  }

  /** The oldest first. */
  all<K extends AnyResource["kind"]>(kind: K): readonly Resource<K>[] {
    return this.#list<Resource<K>>("kind", kind);
  }

  /** Of a namespace and of the root namespace, the oldest first. */
  ofNamespace<K extends AnyResource["kind"]>(kind: K, namespace: string): readonly Resource<K>[] {
    const own = this.#list<Resource<K>>("namespace", `${kind}/${namespace}`);
    const { rootNamespace } = this.mesh;
    if (namespace === rootNamespace) return own;
    const root = this.#list<Resource<K>>("namespace", `${kind}/${rootNamespace}`);
    return root.length === 0 ? own : [...own, ...root].sort(byAge);
  }

  /** An answer that follows from others: whoever asks for it is concerned only where it comes out otherwise. */
  derive<T>(key: string, answer: () => T, isSame?: (a: T, b: T) => boolean): T {
    return this.#derived.ask(key, answer, isSame);
  }

  /** The same for lists, which are alike where they hold the same. */
  deriveList<T>(key: string, answer: () => readonly T[]): readonly T[] {
    return this.#derived.ask(key, answer, isSameList);
  }

  /** Label keys that some route asks of its callers, in order. */
  get sourceLabelKeys(): readonly string[] {
    return this.#derived.ask("source label keys", () => this.#questions.labelKeys.ask(""), isSameList);
  }

  /** Label keys that some rule, or the mesh, compares endpoints by with their callers, in order. */
  get comparedLabelKeys(): readonly string[] {
    return this.#derived.ask(
      "compared label keys",
      () => {
        const { locality, zones } = this.settings();
        const ofMesh = [...comparedLabels(locality.failoverPriority), ...comparedByZones(zones)];
        return [...new Set([...this.#questions.comparedKeys.ask(""), ...ofMesh])].sort();
      },
      isSameList,
    );
  }

  /** What instances of a group are expected to be. */
  expected(namespace: string, group: string): Workload | undefined {
    for (const kind of GROUP_KINDS) {
      const [found] = this.#list("ref", formatRef({ kind, namespace, name: group }));
      if (found !== undefined) return declareWorkload(found);
    }
    return undefined;
  }

  instance(key: string): WorkloadInstance | undefined {
    return this.#questions.instance.ask(key);
  }

  /** Whose sidecar listens there; undefined where nobody's does, and where several say so. */
  instanceAt(address: string, port: number): WorkloadInstance | undefined {
    return this.#questions.placed.ask(`${address} ${port}`);
  }

  /** Instances of a namespace, or of all of them, that carry all of these labels, in order of their names. */
  select(namespace: string | typeof ALL_NAMESPACES, labels: Labels): readonly WorkloadInstance[] {
    // Whoever carries all of them carries the rarest.
    const rarest = this.#held.instances.rarest(namespace, labels);
    if (rarest !== undefined) this.#questions.selected.ask(rarest);
    return this.#held.instances.select(namespace, labels);
  }

  /** Workloads of a namespace that are written and carry all of these labels, the oldest first. */
  written(namespace: string, labels: Labels): readonly Workload[] {
    const [first] = Object.entries(labels);
    const candidates =
      first === undefined
        ? WRITTEN_KINDS.flatMap((kind) => this.#list("namespace", `${kind}/${namespace}`))
        : this.#list("workload", labelKey(namespace, ...first));
    return candidates
      .flatMap((resource) => declareWorkload(resource) ?? [])
      .filter((workload) => matchesLabels(workload.labels, labels));
  }

  /** Services that select these labels in their namespace, each as one object declares it. */
  servicesSelecting(namespace: string, labels: Labels): readonly Service[] {
    const found = new Set(
      Object.entries(labels).flatMap(([label, value]) => this.#list("selector", labelKey(namespace, label, value))),
    );
    return [...found]
      .sort(byAge)
      .flatMap((resource) => declareService(resource) ?? [])
      .filter((declaration) => selects(declaration, labels))
      .flatMap(servicesOf);
  }

  credential(key: string): CredentialFacts | undefined {
    return this.#questions.credential.ask(key);
  }

  /** Whoever asks is not concerned where a credential is only renewed. */
  credentialUse(named: NamedCredential, proxyNamespace: string): CredentialUse {
    return this.derive(
      `${named.part} of credential ${named.credential} in ${proxyNamespace}`,
      () => resolveCredential(this, named, proxyNamespace),
      isDeepStrictEqual,
    );
  }

  keysAt(location: string): string | undefined {
    return this.#questions.keys.ask(location);
  }

  /** The Gateway called `namespace/name`. */
  gatewayNamed(name: string): Resource<"Gateway"> | undefined {
    return this.#list<Resource<"Gateway">>("ref", `Gateway/${name}`)[0];
  }

  #declarations(index: IndexName, key: string): readonly ServiceDeclaration[] {
    const found: ServiceDeclaration[] = [];
    for (const resource of this.#list(index, key)) {
      const declaration = declareService(resource);
      if (declaration !== undefined) found.push(declaration);
    }
    return found;
  }

  #list<T = AnyResource>(index: IndexName, key: string): readonly T[] {
    return withExports(this.#questions.lists[index].ask(key), this.#exports()) as readonly unknown[] as readonly T[];
  }

  /** Of all resources. Nobody depends on it. */
  refs(): readonly string[] {
    return [...this.#held.config.keys("ref")];
  }

  /** Refs of what a host is built from: what defines, rules and routes it, and the same of where it is routed to. */
  bearingOn(host: string): readonly string[] {
    return bearingOn(this.#held.config, host, this.mesh.domainSuffix);
  }
}
