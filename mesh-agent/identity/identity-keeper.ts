import { setTimeout as delay } from "node:timers/promises";
import { type ErrorCode, PharosError } from "#core/errors.ts";
import { parseJoinToken } from "#core/identity/join-token.ts";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import type { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import type { Identity } from "#mesh-agent/identity/identity.ts";
import { loadIdentity, type StoredIdentity, saveIdentity } from "#mesh-agent/identity/identity-file.ts";
import { joinMesh, rootFingerprints } from "#mesh-agent/identity/join-mesh.ts";
import { renewalTimeMs } from "#mesh-agent/identity/renewal-time.ts";
import { requestCertificate } from "#mesh-agent/identity/request-certificate.ts";
import { Backoff } from "#node/backoff.ts";
import type { Logger } from "#node/log.ts";

export interface IdentityKeeperOptions {
  readonly file: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Overrides the token's address. */
  readonly server: string | undefined;
  /** The join token as it is now; undefined when there is none. */
  readonly readToken: () => string | undefined;
  /** Where `readToken` looks, to be named when there is none. */
  readonly tokenFile?: string | undefined;
  readonly log: Logger;
}

/** Of the server's answers to one who joins: it is away, or has given this identity as many as it may have for now. */
const MAY_PASS: ReadonlySet<ErrorCode> = new Set(["unavailable", "timeout", "exhausted", "too-large"]);
const JOIN_RETRY = { firstMs: 250, maxMs: 2000 } as const;
/** A fleet that starts at once waits for its turns, and does not use them up with asking. */
const EXHAUSTED_RETRY = { firstMs: 1000, maxMs: 30_000 } as const;
/** One timer waits no longer than this: clocks are set, hosts sleep, and timers do not see it. */
const TIMER_MS_MAX = 30_000;

/** This workload's identity: joined once with a token, kept on disk, renewed at half of its life by its own certificate. */
export class IdentityKeeper {
  readonly #options: IdentityKeeperOptions;
  readonly #listeners = new Set<(identity: Identity) => void>();
  #stored: StoredIdentity | undefined;
  #isUnsaved = false;
  /** When the certificate that was found on disk had ended. */
  #endedAtMs: number | undefined;
  /** Why what was found on disk is not used: what is said where joining again fails. */
  #unusable = "";

  constructor(options: IdentityKeeperOptions) {
    this.#options = options;
  }

  get current(): Identity {
    return this.#require().identity;
  }

  get server(): string {
    return this.#options.server ?? this.#require().server;
  }

  /** Why a restart would lose the identity; undefined when it would not. */
  get problem(): string | undefined {
    return this.#isUnsaved
      ? "the identity is not on the disk: a restart would lose it (hint: make room, or fix permissions)"
      : undefined;
  }

  /** Called with each new certificate. */
  onChange(listener: (identity: Identity) => void): void {
    this.#listeners.add(listener);
  }

  /** Takes the stored identity, or joins; waits for a control plane that is away. Throws when it refuses, saying what to do. */
  async open(signal: AbortSignal): Promise<void> {
    this.#stored = this.#loadUsable();
    if (this.#stored !== undefined) return;
    const backoff = new Backoff(JOIN_RETRY);
    const patient = new Backoff(EXHAUSTED_RETRY);
    for (;;) {
      signal.throwIfAborted();
      try {
        await this.#join();
        return;
      } catch (error) {
        const known = PharosError.from(error);
        if (!MAY_PASS.has(known.code)) throw known;
        this.#options.log.warn("cannot join yet", { error: known.toString() });
        const isExhausted = known.code === "exhausted" || known.code === "too-large";
        await delay((isExhausted ? patient : backoff).next(), undefined, { signal });
      }
    }
  }

  /** Renews until `signal` aborts. An expired certificate is replaced by joining again, if there is a fresh token. */
  async run(uplink: Uplink, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const dueMs = renewalTimeMs(this.current, Math.random());
      const wait = (ms: number): Promise<void> =>
        delay(Math.min(Math.max(ms, 0), TIMER_MS_MAX), undefined, { signal }).catch(() => undefined);
      await wait(dueMs - Date.now());
      this.#save();
      if (signal.aborted || Date.now() < dueMs) continue;
      const lifeMs = this.current.notAfterMs - this.current.issuedAtMs;
      const backoff = new Backoff({ firstMs: Math.min(500, lifeMs / 40), maxMs: Math.min(30_000, lifeMs / 10) });
      while (!signal.aborted && !(await this.#renewOnce(uplink))) await wait(backoff.next());
    }
  }

  async #renewOnce(uplink: Uplink): Promise<boolean> {
    const { log } = this.#options;
    try {
      if (this.current.notAfterMs <= Date.now()) await this.#join();
      else await this.#renew(uplink);
      await uplink
        .renew()
        .catch((error: unknown) =>
          log.warn("could not move to a connection with the new certificate", { error: String(error) }),
        );
      return true;
    } catch (error) {
      const hasExpired = this.current.notAfterMs <= Date.now();
      log[hasExpired ? "error" : "warn"]("the certificate was not renewed", {
        error: PharosError.from(error).toString(),
        notAfter: new Date(this.current.notAfterMs).toISOString(),
      });
      return false;
    }
  }

  async #renew(uplink: Uplink): Promise<void> {
    const { state } = uplink;
    if (state.kind !== "up") throw new PharosError("unavailable", "the control plane is away");
    const identity = await requestCertificate(state.client, this.current.spiffeId);
    this.#accept({ identity, server: this.#require().server });
    this.#options.log.info("certificate renewed", { notAfter: new Date(identity.notAfterMs).toISOString() });
  }

  async #join(): Promise<void> {
    const token = this.#options.readToken();
    const endedAtMs = this.#stored?.identity.notAfterMs ?? this.#endedAtMs;
    const expired =
      endedAtMs === undefined ? this.#unusable : `the certificate expired at ${new Date(endedAtMs).toISOString()}; `;
    const hint = "make a new one with `pharos token create` and give it by --token or --token-file";
    if (token === undefined) {
      const { tokenFile } = this.#options;
      const where = tokenFile === undefined ? "" : ` in ${tokenFile}`;
      throw new PharosError("unauthenticated", `${expired}there is no join token${where}`, { hint });
    }
    this.#requireOurs(parseJoinToken(token));
    try {
      this.#accept(await joinMesh(token, this.#options.server));
    } catch (error) {
      const known = PharosError.from(error);
      if (known.code !== "unauthenticated") throw known;
      // The server's hint says the same as the one here, which is of this agent.
      throw new PharosError("unauthenticated", `${expired}the join token was refused: ${known.message}`, {
        hint,
        cause: error,
      });
    }
    this.#options.log.info("joined", { identity: this.current.spiffeId, server: this.server });
  }

  /** A token works once: it is not spent on the wrong identity. */
  #requireOurs(token: { readonly namespace: string; readonly serviceAccount: string }): void {
    const { namespace, serviceAccount } = this.#options;
    if (token.namespace === namespace && token.serviceAccount === serviceAccount) return;
    throw new PharosError(
      "invalid",
      `the join token is for ${token.namespace}/${token.serviceAccount}, this agent for ${namespace}/${serviceAccount}`,
      {
        hint: "make a token for this namespace and service account",
      },
    );
  }

  /** A disk that refuses it does not keep it from being used: it was issued, and the one before ends. */
  #accept(stored: StoredIdentity): void {
    this.#stored = stored;
    this.#isUnsaved = true;
    this.#save();
    for (const listener of this.#listeners) listener(stored.identity);
  }

  #save(): void {
    if (!this.#isUnsaved) return;
    try {
      saveIdentity(this.#options.file, this.#require());
      this.#isUnsaved = false;
    } catch (error) {
      this.#options.log.error("the identity is used, but a restart would lose it", {
        error: PharosError.from(error).toString(),
      });
    }
  }

  /** The stored identity, if it is in its time, ours, and of the mesh that the token (if any) is for. */
  #loadUsable(): StoredIdentity | undefined {
    const { file, log, namespace, serviceAccount, readToken } = this.#options;
    let stored: StoredIdentity | undefined;
    try {
      stored = loadIdentity(file);
    } catch (error) {
      const known = PharosError.from(error);
      this.#unusable = `${known.message}; `;
      log.error("the stored identity cannot be used", { error: known.toString() });
    }
    if (stored === undefined) return undefined;
    if (stored.identity.notAfterMs <= Date.now()) {
      this.#endedAtMs = stored.identity.notAfterMs;
      return undefined;
    }
    const id = parseSpiffeId(stored.identity.spiffeId);
    if (id?.namespace !== namespace || id.serviceAccount !== serviceAccount) return undefined;
    const token = readToken();
    if (
      token !== undefined &&
      !rootFingerprints(stored.identity.rootsPem).includes(parseJoinToken(token).rootFingerprint)
    )
      return undefined;
    return stored;
  }

  #require(): StoredIdentity {
    if (this.#stored === undefined) throw new PharosError("internal", "there is no identity yet");
    return this.#stored;
  }
}
