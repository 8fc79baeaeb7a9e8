import type { CallerReader, MeshReader } from "#core/resolve/mesh-reader.ts";
import {
  type EgressPort,
  egressPortsOf,
  type Imports,
  importedTexts,
  importsBeside,
  importsOfClusters,
  importsOfConnections,
  isRouted,
  readImports,
} from "#core/resolve/sidecar.ts";
import { resolveUnknownCalls } from "#core/resolve/unknown-calls.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";

export interface OutboundReader extends CallerReader {
  /** Whether something defines or names a host. */
  hasHost(host: string): boolean;
}

/** What callers of one namespace see whose Sidecar narrows it. */
export interface ScopedReaders {
  /** What they can name. */
  readonly named: OutboundReader;
  /** Whom their captured connections find at addresses. */
  readonly captured: CallerReader;
  /** Whom these find too at addresses of nobody in `captured`, on ports for which their Sidecar has listeners; undefined where it has none. */
  readonly beside: () => CallerReader | undefined;
  /** All whom some listener of their Sidecar names. */
  readonly known: CallerReader;
  /** These, and where routes lead them. */
  readonly called: CallerReader;
  /** Ports for which their Sidecar has listeners. */
  readonly ports: () => readonly EgressPort[];
}

/** `sidecar` is the ref of the Sidecar that speaks for the callers; undefined where there is none. */
export function scopedReaders(world: CompileReader, namespace: string, sidecar: string | undefined): ScopedReaders {
  if (sidecar === undefined)
    return { named: world, captured: world, beside: () => undefined, known: world, called: world, ports: () => [] };
  const scope = new SidecarScope(world, namespace, sidecar);
  const part = (of: (imports: Imports) => Imports | undefined): Imports | undefined => {
    const imports = scope.imports();
    return imports && of(imports);
  };
  const beside = narrowReader(world, () => part(importsBeside));
  return {
    named: { ...narrowReader(world, () => scope.imports()), hasHost: (host) => world.hasHost(host) },
    captured: narrowReader(world, () => part(importsOfConnections)),
    beside: () => (part(importsBeside) === undefined ? undefined : beside),
    known: narrowReader(world, () => part(importsOfClusters)),
    called: narrowReader(world, (host) => scope.importsToCall(host)),
    ports: () => scope.ports(),
  };
}

/** What one Sidecar leaves callers in one namespace. Whoever asks depends on that alone, whatever else the Sidecar says. */
class SidecarScope {
  readonly #world: CompileReader;
  readonly #namespace: string;
  readonly #sidecar: string;

  constructor(world: CompileReader, namespace: string, sidecar: string) {
    this.#world = world;
    this.#namespace = namespace;
    this.#sidecar = sidecar;
  }

  /** Of a host that routes lead to, all that is visible. */
  importsToCall(host: string): Imports | undefined {
    const imports = this.imports();
    const isAll = imports === undefined || host === this.#unknownHost() || this.#isRouted(host);
    return isAll ? undefined : importsOfClusters(imports);
  }

  /** The ports for which it has listeners. */
  ports(): readonly EgressPort[] {
    return this.#world.derive(
      `egress of ${this.#sidecar}`,
      () => egressPortsOf(this.#find()),
      (a, b) => JSON.stringify(a) === JSON.stringify(b),
    );
  }

  /** Undefined: all that is visible. */
  imports(): Imports | undefined {
    return this.#world.derive(
      `imports of ${this.#sidecar} in ${this.#namespace}`,
      () => {
        const found = this.#find();
        const texts = found && importedTexts(found);
        const isAll = texts?.length === 1 && texts[0]?.port === undefined && texts[0]?.hosts.join() === EVERYTHING;
        return texts === undefined || isAll ? undefined : readImports(texts, this.#namespace);
      },
      (a, b) => a?.key === b?.key,
    );
  }

  /** Where calls go to what callers do not know, if it says. */
  #unknownHost(): string | undefined {
    return this.#world.derive(`egress proxy of ${this.#sidecar}`, () => {
      const { domainSuffix } = this.#world.mesh;
      const unknown = resolveUnknownCalls(this.#find(), { outboundTrafficPolicy: "ALLOW_ANY" }, domainSuffix);
      return unknown.kind === "sent" ? unknown.host : undefined;
    });
  }

  #find(): Resource<"Sidecar"> | undefined {
    const all = this.#world.ofNamespace("Sidecar", this.#namespace);
    return all.find((each) => formatRef(refOf(each)) === this.#sidecar);
  }

  #isRouted(host: string): boolean {
    const namespace = this.#namespace;
    const { domainSuffix } = this.#world.mesh;
    return this.#world.derive(`${host} routed to for ${this.#sidecar} in ${namespace}`, () => {
      const imports = this.imports();
      return imports !== undefined && isRouted(host, this.#world.leadingTo(host), imports, { namespace, domainSuffix });
    });
  }
}

const EVERYTHING = "*/*";

/** The questions that decide where calls go, asked by callers with these imports. */
export function narrowReader(world: MeshReader, importsFor: (host: string) => Imports | undefined): CallerReader {
  return {
    mesh: world.mesh,
    settings: () => world.settings(),
    service: (host, from) => world.service(host, from, importsFor(host)),
    virtualAddress: (host) => world.virtualAddress(host),
    claimants: (address) => world.claimants(address),
    servicesUnder: (pattern, from) => world.servicesUnder(pattern, from, importsFor(pattern)),
    virtualServices: (host, from, gateway, port) => world.virtualServices(host, from, gateway, port, importsFor(host)),
    // A rule is not narrowed: it is for whoever knows its host.
    credentialUse: (...asked) => world.credentialUse(...asked),
    destinationRule: (...asked) => world.destinationRule(...asked),
    select: (...asked) => world.select(...asked),
    written: (...asked) => world.written(...asked),
    expected: (...asked) => world.expected(...asked),
    instanceAt: (...asked) => world.instanceAt(...asked),
    mtlsMode: (...asked) => world.mtlsMode(...asked),
  };
}
