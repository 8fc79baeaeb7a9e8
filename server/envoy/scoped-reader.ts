import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { type Imports, importedTexts, readImports, routedHosts } from "#core/resolve/sidecar.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";

/** What callers of one namespace see whose Sidecar narrows it. */
export interface ScopedReaders {
  /** What they can name. */
  readonly named: CompileReader;
  /** That, and where routes lead them. */
  readonly called: CompileReader;
}

/** `sidecar` is the ref of the Sidecar that speaks for the callers; undefined where there is none. */
export function scopedReaders(world: CompileReader, namespace: string, sidecar: string | undefined): ScopedReaders {
  if (sidecar === undefined) return { named: world, called: world };
  const scope = new SidecarScope(world, namespace, sidecar);
  return {
    named: narrowReader(world, () => scope.imports()),
    called: narrowReader(world, (host) => scope.importsToCall(host)),
  };
}

/** What one Sidecar leaves callers in one namespace. Kept by its text, so that whoever asks depends on that alone. */
class SidecarScope {
  readonly #world: CompileReader;
  readonly #namespace: string;
  readonly #sidecar: string;
  readonly #imports = new WeakMap<readonly string[], Imports>();
  readonly #sets = new WeakMap<readonly string[], ReadonlySet<string>>();

  constructor(world: CompileReader, namespace: string, sidecar: string) {
    this.#world = world;
    this.#namespace = namespace;
    this.#sidecar = sidecar;
  }

  /** Of a host that routes lead to, all that is visible. */
  importsToCall(host: string): Imports | undefined {
    const imports = this.imports();
    return imports === undefined || this.#isRouted(host, imports) ? undefined : imports;
  }

  /** Undefined: all that is visible. */
  imports(): Imports | undefined {
    const texts = this.#world.deriveList(`imports of ${this.#sidecar} in ${this.#namespace}`, () => {
      const all = this.#world.ofNamespace("Sidecar", this.#namespace);
      const found = all.find((each) => formatRef(refOf(each)) === this.#sidecar);
      return (found === undefined ? undefined : importedTexts(found)) ?? EVERYTHING;
    });
    if (texts.length === EVERYTHING.length && texts[0] === EVERYTHING[0]) return undefined;
    const known = this.#imports.get(texts) ?? readImports(texts, this.#namespace);
    this.#imports.set(texts, known);
    return known;
  }

  #isRouted(host: string, imports: Imports): boolean {
    const question = `${host} routed to for ${this.#sidecar} in ${this.#namespace}`;
    const answer = this.#world.deriveList(question, () => (this.#routed(imports).has(host) ? [host] : []));
    return answer.length > 0;
  }

  #routed(imports: Imports): ReadonlySet<string> {
    const { mesh } = this.#world;
    const hosts = this.#world.deriveList(`hosts routed to for ${this.#sidecar} in ${this.#namespace}`, () =>
      routedHosts(this.#world.boundTo("mesh"), this.imports() ?? imports, this.#namespace, mesh.domainSuffix),
    );
    const known = this.#sets.get(hosts) ?? new Set(hosts);
    this.#sets.set(hosts, known);
    return known;
  }
}

const EVERYTHING: readonly string[] = ["*/*"];

/** All questions are the world's; those about what callers know are asked with their imports. */
export function narrowReader<R extends MeshReader>(world: R, importsFor: (host: string) => Imports | undefined): R {
  const own: Partial<MeshReader> = {
    service: (host, from) => world.service(host, from, importsFor(host)),
    servicesUnder: (pattern, from) => world.servicesUnder(pattern, from, importsFor(pattern)),
    virtualServices: (host, from, gateway) => world.virtualServices(host, from, gateway, importsFor(host)),
  };
  const bound = new Map<PropertyKey, unknown>(Object.entries(own));
  return new Proxy(world, {
    get(_, name) {
      const known = bound.get(name);
      if (known !== undefined) return known;
      // Read on the world itself: what it keeps to itself is its own.
      const value: unknown = Reflect.get(world, name, world);
      if (typeof value !== "function") return value;
      const method: unknown = value.bind(world);
      bound.set(name, method);
      return method;
    },
  });
}
