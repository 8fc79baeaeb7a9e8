import { OTHER, PART, splitPath } from "#core/telemetry/path-template.ts";

/** A method with a template; one object for each pair, so that counting needs no text. */
export interface Shape {
  readonly method: string;
  readonly pathTemplate: string;
}

const METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "CONNECT",
  "TRACE",
]);
/** Words at one place below one prefix: more of them are values of a parameter. */
const WORDS_MAX = 30;
/** Templates of one service, and services; paths beyond are one template. */
const TEMPLATES_MAX = 300;
const SERVICES_MAX = 200;
/** Paths of a service whose template is remembered. */
const CACHE_MAX = 2000;

class ServicePaths {
  readonly #cache = new Map<string, Map<string, Shape>>();
  /** Template of the parts before → the words that followed it; undefined once there were too many. */
  readonly #words = new Map<string, Set<string> | undefined>();
  readonly #templates = new Map<string, Map<string, Shape>>();

  shapeOf(method: string, path: string): Shape {
    let byMethod = this.#cache.get(path);
    if (byMethod === undefined) {
      if (this.#cache.size >= CACHE_MAX) this.#cache.clear();
      byMethod = this.#byMethodOf(this.#learn(path));
      this.#cache.set(path, byMethod);
    }
    const known = byMethod.get(method);
    if (known !== undefined) return known;
    const [any] = byMethod.values();
    const told = METHODS.has(method) ? method : OTHER;
    const shape = byMethod.get(told) ?? { method: told, pathTemplate: any?.pathTemplate ?? OTHER };
    byMethod.set(told, shape);
    return shape;
  }

  /** The template, with places that had too many words replaced: what was counted before keeps the words that it had. */
  #learn(path: string): string {
    let template = "";
    for (const part of splitPath(path)) {
      const words = this.#words.get(template);
      if (part === PART || (words === undefined && this.#words.has(template))) template += `/${PART}`;
      else if (words === undefined) {
        if (this.#words.size >= TEMPLATES_MAX) return OTHER;
        this.#words.set(template, new Set([part]));
        template += `/${part}`;
      } else if (words.has(part)) template += `/${part}`;
      else if (words.size < WORDS_MAX) {
        words.add(part);
        template += `/${part}`;
      } else {
        this.#words.set(template, undefined);
        // Paths that were told apart by the words are looked at again.
        this.#cache.clear();
        template += `/${PART}`;
      }
    }
    return template === "" ? OTHER : template;
  }

  #byMethodOf(template: string): Map<string, Shape> {
    const isRoom = this.#templates.has(template) || this.#templates.size < TEMPLATES_MAX;
    const told = isRoom ? template : OTHER;
    const known = this.#templates.get(told);
    if (known !== undefined) return known;
    const made = new Map([["GET", { method: "GET", pathTemplate: told }]]);
    this.#templates.set(told, made);
    return made;
  }
}

/**
 * Finds the shape of each request of an agent: method and template of its path, learned from the paths of its service. Bounded, whatever callers ask for.
 */
export class RequestShapes {
  readonly #services = new Map<string, ServicePaths>();

  shapeOf(service: string, method: string, path: string): Shape {
    let paths = this.#services.get(service);
    if (paths === undefined) {
      if (this.#services.size >= SERVICES_MAX) this.#services.clear();
      paths = new ServicePaths();
      this.#services.set(service, paths);
    }
    const query = path.indexOf("?");
    return paths.shapeOf(method, query < 0 ? path : path.slice(0, query));
  }
}
