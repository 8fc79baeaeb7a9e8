import { setTimeout as delay } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import { connectGrpc, type GrpcClient } from "#grpc/client.ts";
import type { Identity } from "#mesh-agent/identity/identity.ts";
import { verifyControlPlane } from "#mesh-agent/identity/verify-control-plane.ts";
import { Backoff } from "#node/backoff.ts";
import type { Logger } from "#node/log.ts";

/** "connecting" only until the first attempt has ended. */
export type UplinkState =
  | { readonly kind: "connecting" }
  | { readonly kind: "up"; readonly client: GrpcClient }
  | { readonly kind: "down"; readonly reason: string };

export interface UplinkOptions {
  readonly server: string;
  readonly identity: () => Identity;
  readonly log: Logger;
  /** Waits for so many ms, or until the signal. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A server that comes back is to find its proxies back soon. */
const UPLINK_RETRY = { firstMs: 100, maxMs: 1500 } as const;
const OLD_CONNECTION_GRACE_MS = 15_000;

/** The mTLS connection to the control plane: kept open, dialled again when it breaks, renewed with the certificate. */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #listeners = new Set<(state: UplinkState) => void>();
  readonly #backoff = new Backoff(UPLINK_RETRY);
  #state: UplinkState = { kind: "connecting" };
  #stopped = false;
  #onLost: () => void = () => undefined;

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  get state(): UplinkState {
    return this.#state;
  }

  onChange(listener: (state: UplinkState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Dials until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { wait = (ms) => delay(ms, undefined, { signal }) } = this.#options;
    signal.addEventListener("abort", () => this.#close(), { once: true });
    while (!signal.aborted) {
      try {
        const client = await this.#dial();
        if (this.#stopped) client.close();
        else await this.#use(client);
      } catch (error) {
        if (this.#state.kind !== "down")
          this.#options.log.warn("the control plane cannot be reached", {
            server: this.#options.server,
            error: String(error),
          });
        this.#set({ kind: "down", reason: PharosError.from(error).toString() });
      }
      await wait(this.#backoff.next(), signal).catch(() => undefined);
    }
  }

  /** One call on the connection that stands. Throws "unavailable" when none does. */
  async unary(path: string, request: Uint8Array, timeoutMs: number): Promise<Buffer> {
    const state = this.#state;
    if (state.kind !== "up")
      throw new PharosError("unavailable", `not connected to the control plane at ${this.#options.server}`);
    return state.client.unary(path, request, { timeoutMs });
  }

  /** Opens a connection with the present certificate and moves to it; the old one ends when its calls have had time to. */
  async renew(): Promise<void> {
    const before = this.#state;
    if (before.kind !== "up") return;
    let client: GrpcClient;
    try {
      client = await this.#dial();
    } catch (error) {
      // One that stays on an old certificate is refused when that ends: it is dialled again until it succeeds.
      before.client.close();
      throw error;
    }
    if (this.#state !== before || this.#stopped) {
      client.close();
      return;
    }
    this.#adopt(client);
    const timer = setTimeout(() => before.client.close(), OLD_CONNECTION_GRACE_MS);
    timer.unref();
  }

  #dial(): Promise<GrpcClient> {
    const { server, identity } = this.#options;
    const { rootsPem, chainPem, keyPem } = identity();
    return connectGrpc({
      address: server,
      tls: { roots: rootsPem, cert: chainPem, key: keyPem, verify: (chain) => void verifyControlPlane(chain) },
    });
  }

  /** Resolves when the connection, or the one it was renewed to, is lost. */
  async #use(first: GrpcClient): Promise<void> {
    this.#options.log.info("connected to the control plane", { server: this.#options.server });
    this.#backoff.reset();
    await new Promise<void>((resolve) => {
      this.#onLost = resolve;
      this.#adopt(first);
    });
    if (!this.#stopped)
      this.#options.log.warn("the connection to the control plane broke", { server: this.#options.server });
    this.#set({ kind: "down", reason: "the connection broke" });
  }

  #adopt(client: GrpcClient): void {
    this.#set({ kind: "up", client });
    client.onClose(() => {
      if (this.#state.kind === "up" && this.#state.client === client) this.#onLost();
    });
  }

  #set(state: UplinkState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  #close(): void {
    this.#stopped = true;
    if (this.#state.kind === "up") this.#state.client.close();
  }
}
