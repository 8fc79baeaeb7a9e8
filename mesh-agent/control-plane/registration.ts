import { isDeepStrictEqual } from "node:util";
import { PharosError } from "#core/errors.ts";
import type { StartSettings } from "#core/mesh-config/start-settings.ts";
import type { FileProblem } from "#core/xds/file-problem.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { deregister, type InstanceHealth, register, type Versions } from "#mesh-agent/control-plane/register.ts";
import {
  loadRegistration,
  type StoredRegistration,
  saveRegistration,
} from "#mesh-agent/control-plane/registration-file.ts";
import type { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import { readStartSettings } from "#mesh-agent/envoy/read-start-settings.ts";
import { Backoff } from "#node/backoff.ts";
import type { Logger } from "#node/log.ts";
import type { ApplicationProbe } from "#proto/gen/pharos/agent/v1/agent_pb.js";

const HEARTBEAT_MS = 10_000;
const RETRY = { firstMs: 200, maxMs: 5000 } as const;

export interface RegistrationOptions {
  readonly config: AgentConfig;
  readonly versions: Versions;
  readonly uplink: Uplink;
  /** Keeps the merged labels and the group for later starts. */
  readonly file: string;
  readonly log: Logger;
  /** What an operator should look at on this host. */
  readonly problems: () => readonly string[];
  /** What is wrong with files that its proxy's configuration names. */
  readonly fileProblems?: () => readonly FileProblem[];
  /** What of the settings that it was given Envoy does not run with. */
  readonly settingsNotes?: () => readonly string[];
  readonly onLabels: () => void;
  /** Told with every answer how the application is to be asked, if at all. */
  readonly onProbe: (probe: ApplicationProbe | undefined) => void;
  /** Told with every answer what the control plane's clock says. */
  readonly onServerTime: (serverTimeMs: number, sentAtMs: number) => void;
}

/** Keeps the control plane told of this instance: at once when something changed or the connection is new, and every ten seconds. */
export class Registration {
  readonly #options: RegistrationOptions;
  #labels: Readonly<Record<string, string>>;
  #start: StartSettings | undefined;
  #saved: StoredRegistration | undefined;
  readonly #answered = Promise.withResolvers<void>();
  /** Why it is not saved, as it was logged; empty when it is. */
  #unsaved = "";
  #health: InstanceHealth = "unhealthy";
  #unhealthyReason = "";
  #toldHealth: InstanceHealth | undefined;
  #wake: () => void = () => undefined;
  #isAgainWanted = false;
  #hasStopped = false;
  #inFlight: Promise<void> = Promise.resolve();
  #wasRegistered = false;
  isRegistered = false;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#saved = loadRegistration(options.file, (error) =>
      options.log.error(
        `${options.file} cannot be read: until the control plane is there, labels are the configured ones`,
        {
          error: PharosError.from(error).toString(),
        },
      ),
    );
    this.#labels = this.#saved?.labels ?? options.config.labels;
    this.#start = this.#saved?.start;
  }

  /** The group's labels with this instance's on top, as the registry last said. */
  get labels(): Readonly<Record<string, string>> {
    return this.#labels;
  }

  /** With what Envoy is to be started, as the control plane last said; undefined where it never did. */
  get start(): StartSettings | undefined {
    return this.#start;
  }

  /** The control plane has answered for the first time, be it that it refuses; not where `run` throws. */
  get answered(): Promise<void> {
    return this.#answered.promise;
  }

  /** Why a start without the control plane would not know the labels; undefined when it would. */
  get problem(): string | undefined {
    return this.#unsaved === "" ? undefined : this.#unsaved;
  }

  /** `reason`: why it is unhealthy. */
  setHealth(health: InstanceHealth, reason = ""): void {
    this.#unhealthyReason = reason;
    if (this.#health === health) return;
    this.#health = health;
    this.#again();
  }

  /** Tells what is to be told now, rather than with the next heartbeat. */
  tellAgain(): void {
    this.#again();
  }

  /** Throws "conflict" when another agent has this instance's name: who is there stays. */
  async run(signal: AbortSignal): Promise<void> {
    const { uplink, log } = this.#options;
    const backoff = new Backoff(RETRY);
    const stop = uplink.onChange(() => this.#again());
    this.#save();
    signal.addEventListener("abort", () => this.#again(), { once: true });
    let lastError = "";
    while (!signal.aborted && !this.#hasStopped) {
      let waitMs = HEARTBEAT_MS;
      this.#isAgainWanted = false;
      if (uplink.state.kind === "up") {
        try {
          this.#inFlight = this.#register();
          await this.#inFlight;
          this.#answered.resolve();
          backoff.reset();
          lastError = "";
        } catch (error) {
          const known = PharosError.from(error);
          if (known.code === "conflict" && !this.#wasRegistered) throw known;
          this.#answered.resolve();
          if (known.toString() !== lastError) log.warn("cannot register", { error: known.toString() });
          lastError = known.toString();
          this.isRegistered = false;
          waitMs = backoff.next();
        }
      } else this.isRegistered = false;
      if (!this.#isAgainWanted) await this.#sleep(waitMs);
    }
    stop();
  }

  /** Takes the instance out, if it is this agent's; no heartbeat puts it back. Only logs when the control plane is away. */
  async leave(): Promise<void> {
    this.#hasStopped = true;
    this.#again();
    // A registration that arrives after it would put the instance back.
    await this.#inFlight.catch(() => undefined);
    if (!this.#wasRegistered) return;
    try {
      await deregister(this.#options.uplink, this.#options.config);
    } catch (error) {
      this.#options.log.warn("could not deregister", { error: PharosError.from(error).toString() });
    }
  }

  async #register(): Promise<void> {
    const { uplink, config, versions, log, problems, fileProblems, settingsNotes, onLabels, onProbe, onServerTime } =
      this.#options;
    const health = this.#health;
    const sentAtMs = Date.now();
    const answer = await register(uplink, config, {
      versions,
      health,
      unhealthyReason: this.#unhealthyReason,
      problems: problems(),
      fileProblems: fileProblems?.() ?? [],
      settingsNotes: settingsNotes?.() ?? [],
      sentAtMs,
    });
    const { workload, labels, probe, start } = answer;
    if (answer.serverTimeMs > 0n) onServerTime(Number(answer.serverTimeMs), sentAtMs);
    // Also of an agent that leaves meanwhile: it is there now, and must be taken out.
    this.#wasRegistered = true;
    if (this.#hasStopped) return;
    if (!this.isRegistered || health !== this.#toldHealth) log.info("registered", { workload, health });
    this.#toldHealth = health;
    this.isRegistered = true;
    onProbe(probe);
    const given = readStartSettings(start);
    // An operator who waits for it is told at once that it waits for Envoy.
    if (this.#start !== undefined && !isDeepStrictEqual(given, this.#start)) this.#again();
    this.#start = given;
    if (!isDeepStrictEqual({ ...labels }, { ...this.#labels })) {
      this.#labels = labels;
      onLabels();
    }
    this.#save();
  }

  #save(): void {
    const { config, file, log } = this.#options;
    const now = {
      labels: { ...this.#labels },
      group: config.group,
      ...(this.#start === undefined ? {} : { start: this.#start }),
    };
    if (isDeepStrictEqual(now, this.#saved)) return;
    try {
      saveRegistration(file, now);
      this.#saved = now;
      this.#unsaved = "";
    } catch (error) {
      // The next heartbeat tries again.
      const reason = PharosError.from(error).toString();
      if (reason !== this.#unsaved)
        log.error("a start without the control plane would not know this instance's labels", { error: reason });
      this.#unsaved = reason;
    }
  }

  #again(): void {
    this.#isAgainWanted = true;
    this.#wake();
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
