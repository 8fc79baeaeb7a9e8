import { setTimeout as delay } from "node:timers/promises";
import { equals } from "@bufbuild/protobuf";
import { askApplication } from "#mesh-agent/application/ask-application.ts";
import type { Logger } from "#node/log.ts";
import { type ApplicationProbe, ApplicationProbeSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

export interface ApplicationWatchOptions {
  readonly onChange: () => void;
  readonly log: Logger;
}

/**
 * Whether the application is well, asked as its WorkloadGroup says. Unknown until the control plane has said how to ask,
 * and then until the first answer. A changed probe takes an application that was well to be well until it has failed as
 * often as it may.
 */
export class ApplicationWatch {
  readonly #options: ApplicationWatchOptions;
  #probe: ApplicationProbe | undefined;
  #asking: AbortController | undefined;
  health: "healthy" | "unhealthy" | "unknown" = "unknown";
  /** Why it is not well; empty while it is. */
  reason = "";

  constructor(options: ApplicationWatchOptions) {
    this.#options = options;
  }

  /** Asks this way from now on; without a probe nobody asks, and the application is well. */
  follow(probe: ApplicationProbe | undefined): void {
    if (probe === undefined) {
      this.stop();
      this.#probe = undefined;
      this.#set("healthy");
      return;
    }
    if (this.#probe !== undefined && equals(ApplicationProbeSchema, this.#probe, probe)) return;
    this.stop();
    this.#probe = probe;
    this.#asking = new AbortController();
    void this.#ask(probe, this.#asking.signal);
  }

  stop(): void {
    this.#asking?.abort();
  }

  async #ask(probe: ApplicationProbe, signal: AbortSignal): Promise<void> {
    let successes = 0;
    let failures = 0;
    for (let waitSeconds = probe.initialDelaySeconds; ; waitSeconds = probe.periodSeconds) {
      await delay(waitSeconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const reason = await askApplication(probe);
      if (signal.aborted) return;
      successes = reason === undefined ? successes + 1 : 0;
      failures = reason === undefined ? 0 : failures + 1;
      if (successes >= probe.successThreshold) this.#set("healthy");
      else if (this.health === "unknown" || failures >= probe.failureThreshold)
        this.#set(
          "unhealthy",
          reason ?? `it was well ${successes} times in a row, and is to be ${probe.successThreshold} times`,
        );
    }
  }

  #set(health: ApplicationWatch["health"], reason = ""): void {
    if (this.health === health) return;
    if (health === "unhealthy") this.#options.log.warn("the application is not well", { reason });
    else if (this.health === "unhealthy") this.#options.log.info("the application is well again");
    this.health = health;
    this.reason = reason;
    this.#options.onChange();
  }
}
