import type { StreamHandler } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import type { Log } from "#mesh-agent/log.ts";
import type { EncodedSecret } from "#mesh-agent/sds/secrets.ts";

/** One subscriber: told when secrets change. */
export interface SecretStream {
  readonly handler: StreamHandler;
  push(secrets: readonly EncodedSecret[]): void;
}

export type OpenSecretStream = (stream: ServerStream, secrets: readonly EncodedSecret[], log: Log) => SecretStream;
