import { rmSync, writeFileSync } from "node:fs";
import { PharosError } from "#core/errors.ts";
import type { CaptureConfig } from "#mesh-agent/capture/capture-config.ts";
import type { CapturePlan } from "#mesh-agent/capture/capture-plan.ts";
import { DeathWatch } from "#mesh-agent/capture/death-watch.ts";
import type { Firewall } from "#mesh-agent/capture/firewall.ts";
import type { Logger } from "#node/log.ts";

export interface CaptureOptions {
  readonly firewall: Firewall;
  readonly plan: CapturePlan;
  readonly whenDead: CaptureConfig["whenDead"];
  /** File that is there while rules may be: an agent that comes after this one and captures nothing removes them. */
  readonly mark: string;
  readonly log: Logger;
}

/**
 * Has the rules in place while they are to be. They come when Envoy serves for the first time, and go with the agent; in
 * between they stay when Envoy dies (`closed`), or go and come with it (`open`).
 */
export class Capture {
  readonly #options: CaptureOptions;
  #isWanted = false;
  #work: Promise<void> = Promise.resolve();
  #watch: DeathWatch | undefined;
  problem: string | undefined;

  constructor(options: CaptureOptions) {
    this.#options = options;
  }

  /** Envoy serves, or does not any more. */
  follow(isReady: boolean): void {
    if (isReady) {
      this.#isWanted = true;
      this.#inTurn(() => this.#install());
    } else if (this.#isWanted && this.#options.whenDead === "open") {
      this.#isWanted = false;
      this.#inTurn(() => this.#remove());
    }
  }

  /** Puts back what somebody else removed: reloading a host's own rules flushes all. */
  settle(): void {
    const { firewall, log } = this.#options;
    this.#inTurn(async () => {
      if (!this.#isWanted || (this.problem === undefined && (await firewall.isInstalled()))) return;
      if (this.problem === undefined) log.warn("the rules of capture were removed by somebody else: they are put back");
      await this.#install();
    });
  }

  /** Resolves when all rules are gone. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#inTurn(() => this.#remove());
    await this.#work;
  }

  async #install(): Promise<void> {
    const { firewall, plan, whenDead, mark, log } = this.#options;
    if (!this.#isWanted) return;
    writeFileSync(mark, firewall.name);
    await firewall.install(plan);
    if (whenDead === "open") this.#watch ??= new DeathWatch(firewall.removal);
    this.problem = undefined;
    log.info("traffic is captured", { by: firewall.name, inbound: plan.inboundPorts.join(), whenDead });
  }

  async #remove(): Promise<void> {
    const { firewall, mark, log } = this.#options;
    await firewall.remove();
    rmSync(mark, { force: true });
    this.#watch?.end();
    this.#watch = undefined;
    this.problem = undefined;
    log.info("traffic is not captured any more", { by: firewall.name });
  }

  /** One after the other: what is asked last is what holds. */
  #inTurn(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      const isNews = this.problem === undefined;
      this.problem = `traffic is not captured as it should be: ${PharosError.from(error).toString()}`;
      if (isNews) this.#options.log.error(this.problem);
    });
  }
}
