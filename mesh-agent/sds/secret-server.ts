import type { FileProblem } from "#core/xds/file-problem.ts";
import { parseFileSecret } from "#core/xds/file-secret-name.ts";
import { GrpcServer, type StreamHandler } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import type { Identity } from "#mesh-agent/identity/identity.ts";
import type { RevocationLists } from "#mesh-agent/identity/revocation-watch.ts";
import { openDeltaSecrets } from "#mesh-agent/sds/delta-secrets.ts";
import { FileSecrets } from "#mesh-agent/sds/file-secrets.ts";
import type { OpenSecretStream, SecretSource, SecretStream } from "#mesh-agent/sds/secret-stream.ts";
import { buildSecrets, type EncodedSecret } from "#mesh-agent/sds/secrets.ts";
import { openStateSecrets } from "#mesh-agent/sds/state-secrets.ts";
import { findSystemRoots } from "#mesh-agent/sds/system-roots.ts";
import type { Logger } from "#node/log.ts";

/** Renewed certificates are served within two looks. */
const LOOK_EVERY_MS = 1000;
const SERVICE = "/envoy.service.secret.v3.SecretDiscoveryService";

/** Envoy's secrets over a Unix socket that only this user may open: private keys never leave the host. */
export class SecretServer {
  readonly #server: GrpcServer;
  readonly #streams = new Set<SecretStream>();
  readonly #log: Logger;
  readonly #systemRoots = findSystemRoots();
  readonly #files: FileSecrets;
  readonly #looking: NodeJS.Timeout;
  readonly #source: SecretSource;
  #identity: Identity;
  #revoked: RevocationLists;
  #own: readonly EncodedSecret[];

  /** `onFileProblems`: something has come to be wrong with certificates that lie in files, or right. */
  constructor(
    identity: Identity,
    log: Logger,
    revoked: RevocationLists = {},
    onFileProblems: () => void = () => undefined,
  ) {
    this.#log = log;
    this.#identity = identity;
    this.#revoked = revoked;
    this.#own = buildSecrets(identity, this.#systemRoots, revoked);
    this.#files = new FileSecrets({
      log,
      onChange: () => this.#push(),
      onProblems: onFileProblems,
      isWanted: (name) => [...this.#streams].some((each) => each.wants(name)),
    });
    this.#looking = setInterval(() => this.#files.look(), LOOK_EVERY_MS).unref();
    this.#source = {
      secrets: () => [...this.#own, ...this.#files.secrets],
      want: (names) => this.#files.want(names),
      mayCome: (name) => parseFileSecret(name) !== undefined,
    };
    const methods = new Map([
      [`${SERVICE}/StreamSecrets`, this.#method(openStateSecrets)],
      [`${SERVICE}/DeltaSecrets`, this.#method(openDeltaSecrets)],
    ]);
    this.#server = new GrpcServer({
      methods,
      onFailure: (_, error) => log.error("a stream of secrets failed", { error: error.toString() }),
    });
  }

  async listen(socketPath: string): Promise<void> {
    await this.#server.listen({ socketPath });
  }

  /** New connections use it; those that stand stay. */
  setIdentity(identity: Identity): void {
    this.#identity = identity;
    this.#rebuild();
  }

  /** What is wrong with certificates that lie in files. */
  get problems(): readonly FileProblem[] {
    return this.#files.problems;
  }

  /** By secret of files: when the certificate that is served ends, ms since the epoch. */
  get fileExpiries(): ReadonlyMap<string, number> {
    return this.#files.expiries;
  }

  /** New connections are held against these lists; those that stand stay. */
  setRevoked(revoked: RevocationLists): void {
    this.#revoked = revoked;
    this.#rebuild();
  }

  #rebuild(): void {
    this.#own = buildSecrets(this.#identity, this.#systemRoots, this.#revoked);
    this.#push();
  }

  #push(): void {
    for (const stream of this.#streams) stream.push();
  }

  close(): Promise<void> {
    clearInterval(this.#looking);
    return this.#server.close();
  }

  #method(open: OpenSecretStream) {
    return {
      kind: "stream",
      open: (call: ServerStream): StreamHandler => {
        const stream = open(call, this.#source, this.#log);
        this.#streams.add(stream);
        call.signal.addEventListener("abort", () => this.#streams.delete(stream), { once: true });
        return stream.handler;
      },
    } as const;
  }
}
