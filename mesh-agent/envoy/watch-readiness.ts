import { setTimeout as delay } from "node:timers/promises";
import type { AdminClient } from "#mesh-agent/envoy/admin-client.ts";

const STARTING_MS = 100;
const SERVING_MS = 1000;

/** Whether Envoy serves: asked often until it does, then once a second. `onChange` hears of each change. */
export class ReadinessWatch {
  readonly #admin: AdminClient;
  readonly #onChange: (isReady: boolean) => void;
  isReady = false;

  constructor(admin: AdminClient, onChange: (isReady: boolean) => void) {
    this.#admin = admin;
    this.#onChange = onChange;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.set(await this.#admin.isLive());
      await delay(this.isReady ? SERVING_MS : STARTING_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  set(isReady: boolean): void {
    if (this.isReady === isReady) return;
    this.isReady = isReady;
    this.#onChange(isReady);
  }
}
