import { setTimeout as delay } from "node:timers/promises";
import type { PharosError } from "#core/errors.ts";
import type { GrpcClient } from "#grpc/client.ts";
import type { UplinkState } from "#mesh-agent/control-plane/uplink.ts";
import { Backoff } from "#node/backoff.ts";
import type { Logger } from "#node/log.ts";

export interface FollowedStream {
  readonly uplink: { readonly state: UplinkState; onChange(listener: (state: UplinkState) => void): () => void };
  /** A method that answers one message with many. */
  readonly path: string;
  readonly request: () => Uint8Array;
  /** What it throws is logged as what the stream ended with. */
  readonly onMessage: (message: Buffer) => void;
  /** Nothing is heard for now: nobody is connected, or the call came to its end. */
  readonly onSilence?: () => void;
  /** What is followed, in words. */
  readonly what: string;
  readonly log: Logger;
}

const RETRY = { firstMs: 500, maxMs: 30_000 } as const;

/** Hears what the control plane says on a stream, over its restarts and this agent's new certificates, until the signal. */
export async function followStream(stream: FollowedStream, signal: AbortSignal): Promise<void> {
  const { uplink, log, what, onSilence } = stream;
  const backoff = new Backoff(RETRY);
  let told = "";
  while (!signal.aborted) {
    const client = await connected(stream, signal);
    if (client === undefined) return;
    const error = await follow(client, stream, signal, () => {
      backoff.reset();
      told = "";
    });
    onSilence?.();
    if (signal.aborted) return;
    // A connection that was renewed or broke is no failure; a refusal is told by those whose work it stops.
    if (error !== undefined && uplink.state.kind === "up" && uplink.state.client === client) {
      const text = error.toString();
      if (text !== told) log.warn(`${what} are not followed for now`, { error: text });
      told = text;
    }
    await delay(backoff.next(), undefined, { signal }).catch(() => undefined);
  }
}

function connected({ uplink, onSilence }: FollowedStream, signal: AbortSignal): Promise<GrpcClient | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  if (uplink.state.kind === "up") return Promise.resolve(uplink.state.client);
  return new Promise((resolve) => {
    const done = (client: GrpcClient | undefined): void => {
      stop();
      signal.removeEventListener("abort", onAbort);
      resolve(client);
    };
    const onAbort = (): void => done(undefined);
    const stop = uplink.onChange((state) => {
      if (state.kind === "up") done(state.client);
      else if (state.kind === "down") onSilence?.();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

function follow(
  client: GrpcClient,
  { path, request, onMessage }: FollowedStream,
  signal: AbortSignal,
  onHeard: () => void,
): Promise<PharosError | undefined> {
  return new Promise((resolve) => {
    const call = client.stream(
      path,
      {
        onMessage: (message) => {
          onHeard();
          onMessage(message);
        },
        onClose: resolve,
      },
      { signal },
    );
    call.send([request()]);
  });
}
