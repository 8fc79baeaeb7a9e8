import type { TappedRequest } from "#core/telemetry/tap.ts";

const ROWS_MAX = 500;
const BYTES_MAX = 1024 * 1024;

interface Waiting {
  readonly row: TappedRequest;
  readonly bytes: number;
  readonly by: string;
}

/** What one viewer has not read yet: bounded. The oldest of the proxy that has most give way and are counted: none takes the room of others. */
export class TapQueue {
  #rows: Waiting[] = [];
  #bytes = 0;
  readonly #bytesOf = new Map<string, number>();
  #wake: () => void = () => undefined;
  /** Since it was opened. */
  unread = 0;

  /** `by`: the instance whose proxy tells of it. */
  push(row: TappedRequest, by: string): void {
    const bytes = sizeOf(row);
    this.#rows.push({ row, bytes, by });
    this.#count(by, bytes);
    while (this.#rows.length > ROWS_MAX || this.#bytes > BYTES_MAX) this.#dropOne();
    this.#wake();
  }

  take(): readonly TappedRequest[] {
    const rows = this.#rows.map(({ row }) => row);
    this.#rows = [];
    this.#bytes = 0;
    this.#bytesOf.clear();
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

  #count(by: string, bytes: number): void {
    this.#bytes += bytes;
    this.#bytesOf.set(by, (this.#bytesOf.get(by) ?? 0) + bytes);
  }

  #dropOne(): void {
    const [most] = [...this.#bytesOf].reduce((best, each) => (each[1] > best[1] ? each : best));
    const [dropped] = this.#rows.splice(
      this.#rows.findIndex(({ by }) => by === most),
      1,
    );
    if (dropped === undefined) return;
    this.#count(dropped.by, -dropped.bytes);
    this.unread += 1;
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
