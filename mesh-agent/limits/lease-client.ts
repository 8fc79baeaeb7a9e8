import type { Draw } from "#core/rate-limit/lease-message.ts";
import type { Logger } from "#node/log.ts";
import { TroubleLog } from "#node/trouble-log.ts";
import { DRAWS_MAX, decodeGrants, encodeDraws, type ToldGrant } from "#proto/lease-codec.ts";

export const DRAW_UNITS = "/pharos.agent.v1.AgentService/DrawUnits";
const TIMEOUT_MS = 5000;

export interface LeaseClientOptions {
  /** `namespace/name`. */
  readonly instance: string;
  readonly run: string;
  /** Runs before it that it went on from. */
  readonly goesOnFrom: readonly string[];
  readonly call: (path: string, request: Uint8Array, timeoutMs: number) => Promise<Uint8Array>;
  readonly onGrants: (grants: readonly ToldGrant[]) => void;
  readonly log: Logger;
}

const NOTHING_DRAWN = "units of limits cannot be drawn";

/** Tells the owner what is drawn, in one message what was drawn in one turn. What is lost is drawn again by who drew it. */
export class LeaseClient {
  readonly #options: LeaseClientOptions;
  #draws: Draw[] = [];
  #isDue = false;
  readonly #troubles: TroubleLog;
  failures = 0;

  constructor(options: LeaseClientOptions) {
    this.#options = options;
    this.#troubles = new TroubleLog(options.log);
  }

  readonly send = (draw: Draw): void => {
    this.#draws.push(draw);
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      const draws = this.#draws;
      this.#draws = [];
      for (let at = 0; at < draws.length; at += DRAWS_MAX) void this.#call(draws.slice(at, at + DRAWS_MAX));
    });
  };

  async #call(draws: readonly Draw[]): Promise<void> {
    const { instance, run, goesOnFrom, call, onGrants } = this.#options;
    try {
      onGrants(decodeGrants(await call(DRAW_UNITS, encodeDraws({ instance, run, goesOnFrom, draws }), TIMEOUT_MS)));
      this.#troubles.end(NOTHING_DRAWN);
    } catch (error) {
      this.failures += 1;
      this.#troubles.tell(NOTHING_DRAWN, error);
    }
  }
}
