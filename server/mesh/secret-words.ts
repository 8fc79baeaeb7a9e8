import type { AnyResource } from "#core/resource/resource.ts";
import { secretsOf } from "#core/resource/secrets-of.ts";
import { textHider } from "#core/text-hider.ts";
import { ENVOY_CUT } from "#core/xds/judge-refusal.ts";

/** Far more than a mesh has; the oldest go. */
const KNOWN_MAX = 5000;

/**
 * What proxies are sent and not everybody may read, hidden in what they say of it. What resources had before is hidden too: a proxy may refuse late
 * what it was sent then.
 */
export class SecretWords {
  readonly #known = new Set<string>();
  #hide: ((text: string) => string) | undefined;

  note(resources: Iterable<AnyResource>): void {
    for (const resource of resources)
      for (const secret of secretsOf(resource)) {
        if (this.#known.has(secret)) continue;
        this.#known.add(secret);
        this.#hide = undefined;
        const [oldest] = this.#known;
        if (this.#known.size > KNOWN_MAX && oldest !== undefined) this.#known.delete(oldest);
      }
  }

  hideIn(words: string): string {
    this.#hide ??= textHider(this.#known, ENVOY_CUT);
    return this.#hide(words);
  }
}
