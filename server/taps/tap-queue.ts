import type { TappedRequest } from "#core/telemetry/tap.ts";

const ROWS_MAX = 500;
const BYTES_MAX = 1024 * 1024;

/** What one viewer has not read yet: bounded, the oldest give way and are counted. */
export class TapQueue {
  #rows: { readonly row: TappedRequest; readonly bytes: number }[] = [];
  #bytes = 0;
  #wake: () => void = () => undefined;
  /** Since it was opened. */
  unread = 0;

  push(row: TappedRequest): void {
    const bytes = sizeOf(row);
    this.#rows.push({ row, bytes });
    this.#bytes += bytes;
    while (this.#rows.length > ROWS_MAX || this.#bytes > BYTES_MAX) {
      this.#bytes -= this.#rows.shift()?.bytes ?? 0;
      this.unread += 1;
    }
    this.#wake();
  }

  take(): readonly TappedRequest[] {
    const rows = this.#rows.map(({ row }) => row);
    this.#rows = [];
    this.#bytes = 0;
    return rows;
  }

  /** Resolves when there is something, it is woken, or the time is over. */
  async wait(ms: number): Promise<void> {
    if (this.#rows.length > 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake(): void {
    this.#wake();
  }
}

/** About what it takes as JSON. */
function sizeOf({ headers, path, authority }: TappedRequest): number {
  let bytes = 1500 + path.length + authority.length;
  if (headers === null) return bytes;
  const { request, requestTrailers, response, responseTrailers } = headers;
  for (const { name, value } of [...request, ...requestTrailers, ...response, ...responseTrailers])
    bytes += name.length + value.length + 50;
  return bytes;
}
