import { createHash } from "node:crypto";
import type { Layer, LayerChange, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

/** A layer made by hand: bodies are given, versions follow from them. */
export class StaticLayer implements Layer {
  readonly id: string;
  readonly resources = new Map<XdsType, Map<string, XdsResource>>();

  constructor(id: string, content: Partial<Record<XdsType, Readonly<Record<string, Uint8Array | string>>>> = {}) {
    this.id = id;
    for (const [type, all] of Object.entries(content))
      for (const [name, body] of Object.entries(all)) this.#put(type as XdsType, name, body);
  }

  /** Puts and takes away resources of one type; null takes away. */
  edit(type: XdsType, changes: Readonly<Record<string, Uint8Array | string | null>>): LayerChange {
    const upserted: XdsResource[] = [];
    const removed: string[] = [];
    for (const [name, body] of Object.entries(changes)) {
      if (body !== null) upserted.push(this.#put(type, name, body));
      else if (this.resources.get(type)?.delete(name)) removed.push(name);
    }
    return { layer: this, type, upserted, removed };
  }

  /** Has a resource in other words for whoever refuses it. */
  substitute(type: XdsType, name: string, bodies: readonly string[]): void {
    const known = this.resources.get(type)?.get(name);
    if (known === undefined) throw new Error(`${this.id} has no ${type} ${name}`);
    const other = new StaticLayer(this.id);
    const substitutes = bodies.map((body) => ({
      resource: other.#put(type, name, body),
      without: [{ resource: `EnvoyFilter/default/${body}`, path: "spec.configPatches[0]" }],
    }));
    this.resources.get(type)?.set(name, { ...known, substitutes: () => substitutes });
  }

  #put(type: XdsType, name: string, body: Uint8Array | string): XdsResource {
    const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
    const resource: XdsResource = {
      name,
      version: createHash("sha1").update(bytes).digest("hex").slice(0, 8),
      body: bytes,
      origins: [{ resource: `VirtualService/default/${name}`, path: "spec.http[0]" }],
    };
    const all = this.resources.get(type) ?? new Map<string, XdsResource>();
    all.set(name, resource);
    this.resources.set(type, all);
    return resource;
  }
}
