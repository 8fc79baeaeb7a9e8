import { constants, gzipSync } from "node:zlib";
import type { Response } from "#server/xds/response.ts";

/** Below this, compressing saves less than it costs. */
const BYTES_MIN = 8 * 1024;
const CACHE_BYTES_MAX = 64 * 1024 * 1024;
const SEEN_MAX = 10_000;

/** Compresses what more than one stream is sent, once for all of them. For one alone it would cost more than sending it. */
export class Packer {
  readonly #packed = new Map<string, Buffer>();
  readonly #seen = new Set<string>();
  #bytes = 0;

  /** The response as one gzip stream; undefined when it is to be sent as it is. */
  pack({ typeUrl, nonce, parts }: Response): Buffer | undefined {
    let length = 0;
    for (const part of parts) length += part.length;
    if (length < BYTES_MIN) return undefined;
    // Nonces follow from content.
    const key = `${typeUrl} ${nonce} ${length}`;
    const known = this.#packed.get(key);
    if (known !== undefined) return known;
    if (!this.#seen.has(key)) {
      if (this.#seen.size >= SEEN_MAX) this.#seen.clear();
      this.#seen.add(key);
      return undefined;
    }
    const packed = gzipSync(Buffer.concat(parts), { level: constants.Z_BEST_SPEED });
    if (this.#bytes + packed.length > CACHE_BYTES_MAX) this.#forget();
    this.#packed.set(key, packed);
    this.#bytes += packed.length;
    return packed;
  }

  #forget(): void {
    this.#packed.clear();
    this.#bytes = 0;
  }
}
