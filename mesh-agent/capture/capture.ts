import { PharosError } from "#core/errors.ts";
import type { CaptureConfig } from "#mesh-agent/capture/capture-config.ts";
import { readMark, writeMark } from "#mesh-agent/capture/capture-mark.ts";
import type { CapturePlan } from "#mesh-agent/capture/capture-plan.ts";
import { DeathWatch } from "#mesh-agent/capture/death-watch.ts";
import { type Firewall, removeAll } from "#mesh-agent/capture/firewall.ts";
import type { Logger } from "#node/log.ts";

export interface CaptureOptions {
  readonly firewall: Firewall;
  /** As it is to be now: the host's resolvers may be others than before. */
  readonly plan: () => CapturePlan;
  readonly whenDead: CaptureConfig["whenDead"];
  /** File that is there while rules may be: an agent that comes after this one and captures nothing, or by other rules, removes them. */
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
  #isStopped = false;
  #work: Promise<void> = Promise.resolve();
  #watch: DeathWatch | undefined;
  /** What stands in the kernel. */
  #installed = "";
  problem: string | undefined;

  constructor(options: CaptureOptions) {
    this.#options = options;
  }

  /** Envoy serves, or does not any more. */
  follow(isReady: boolean): void {
    if (this.#isStopped) return;
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
    const { firewall, plan, log } = this.#options;
    this.#inTurn(async () => {
      if (!this.#isWanted) return;
      const wanted = plan();
      const isThere = await firewall.isInstalled(wanted);
      const isAsBefore = this.problem === undefined && this.#installed === JSON.stringify(wanted);
      if (isThere && isAsBefore) return;
      if (isAsBefore) log.warn("the rules of capture were removed by somebody else: they are put back");
      await this.#install();
    });
  }

  /** Resolves when what was asked for so far is done. */
  get settled(): Promise<void> {
    return this.#work;
  }

  /** Resolves when all rules are gone; what Envoy does afterwards brings them back no more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#isWanted = false;
    this.#inTurn(() => this.#remove());
    await this.#work;
  }

  async #install(): Promise<void> {
    const { firewall, whenDead, mark, log } = this.#options;
    if (!this.#isWanted) return;
    const plan = this.#options.plan();
    const others = this.#others();
    writeMark(mark, [firewall, ...others]);
    const warning = await firewall.install(plan);
    if (warning !== undefined) log.warn(warning);
    for (const other of others) await other.remove();
    writeMark(mark, [firewall]);
    this.#installed = JSON.stringify(plan);
    // Names are resolved without the mesh rather than not at all: Envoy serves on, and who has an address is led to it.
    if (whenDead === "open" || plan.resolvers.length > 0)
      this.#watch ??= new DeathWatch(whenDead === "open" ? firewall.removal : firewall.dnsRemoval);
    this.problem = undefined;
    log.info("traffic is captured", { by: firewall.name, inbound: plan.inboundPorts.join(), whenDead });
  }

  async #remove(): Promise<void> {
    const { firewall, mark, log } = this.#options;
    await removeAll([firewall, ...this.#others()].map((each) => () => each.remove()));
    writeMark(mark, []);
    this.#watch?.end();
    this.#watch = undefined;
    this.problem = undefined;
    log.info("traffic is not captured any more", { by: firewall.name });
  }

  /** Whose rules an earlier agent may have left that had another mode. */
  #others(): readonly Firewall[] {
    const { firewall, mark } = this.#options;
    return readMark(mark).filter(({ name }) => name !== firewall.name);
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
