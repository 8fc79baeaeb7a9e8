import { GrpcServer, type StreamHandler } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import type { Identity } from "#mesh-agent/identity/identity.ts";
import type { Log } from "#mesh-agent/log.ts";
import { openDeltaSecrets } from "#mesh-agent/sds/delta-secrets.ts";
import type { OpenSecretStream, SecretStream } from "#mesh-agent/sds/secret-stream.ts";
import { buildSecrets, type EncodedSecret } from "#mesh-agent/sds/secrets.ts";
import { openStateSecrets } from "#mesh-agent/sds/state-secrets.ts";
import { findSystemRoots } from "#mesh-agent/sds/system-roots.ts";

const SERVICE = "/envoy.service.secret.v3.SecretDiscoveryService";

/** Envoy's secrets over a Unix socket that only this user may open: private keys never leave the host. */
export class SecretServer {
  readonly #server: GrpcServer;
  readonly #streams = new Set<SecretStream>();
  readonly #log: Log;
  readonly #systemRoots = findSystemRoots();
  #secrets: readonly EncodedSecret[];

  constructor(identity: Identity, log: Log) {
    this.#log = log;
    this.#secrets = buildSecrets(identity, this.#systemRoots);
    const methods = new Map([
      [`${SERVICE}/StreamSecrets`, this.#method(openStateSecrets)],
      [`${SERVICE}/DeltaSecrets`, this.#method(openDeltaSecrets)],
    ]);
    this.#server = new GrpcServer({
      methods,
      onFailure: (_, error) => log("error", "a stream of secrets failed", { error: error.message }),
    });
  }

  async listen(socketPath: string): Promise<void> {
    await this.#server.listen({ socketPath });
  }

  /** New connections use it; those that stand stay. */
  setIdentity(identity: Identity): void {
    this.#secrets = buildSecrets(identity, this.#systemRoots);
    for (const stream of this.#streams) stream.push(this.#secrets);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #method(open: OpenSecretStream) {
    return {
      kind: "stream",
      open: (call: ServerStream): StreamHandler => {
        const stream = open(call, this.#secrets, this.#log);
        this.#streams.add(stream);
        call.signal.addEventListener("abort", () => this.#streams.delete(stream), { once: true });
        return stream.handler;
      },
    } as const;
  }
}
