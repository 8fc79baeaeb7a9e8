import { PharosError } from "#core/errors.ts";

export interface WhenRoomOptions {
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Told the first time that it could not be done. */
  readonly onFull: (error: PharosError) => void;
}

/**
 * Does now what the server leaves on its disk when it starts, and where the disk is full again and again until there is
 * room: none of it is a reason not to start. Rejects with what is not the disk's fault; resolves after the first try.
 */
export async function whenRoom(work: () => Promise<unknown>, options: WhenRoomOptions): Promise<void> {
  const { everyMs, signal, onFull } = options;
  try {
    await work();
  } catch (error) {
    const known = PharosError.from(error);
    if (known.code !== "exhausted") throw known;
    onFull(known);
    const timer = setTimeout(() => {
      whenRoom(work, { ...options, onFull: () => undefined }).catch(onFull);
    }, everyMs);
    timer.unref();
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }
}
