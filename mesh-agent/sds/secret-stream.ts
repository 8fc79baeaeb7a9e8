import type { StreamHandler } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import type { EncodedSecret } from "#mesh-agent/sds/secrets.ts";
import type { Logger } from "#node/log.ts";

/** One subscriber: told when secrets change. */
export interface SecretStream {
  readonly handler: StreamHandler;
  /** Names that it asks for now. */
  wants(name: string): boolean;
  push(): void;
}

export interface SecretSource {
  /** Those there are now. */
  secrets(): readonly EncodedSecret[];
  /** Told before they are looked for: some have to be fetched first. */
  want(names: readonly string[]): void;
  /** One that may still come is not said to be absent. */
  mayCome(name: string): boolean;
}

export type OpenSecretStream = (stream: ServerStream, source: SecretSource, log: Logger) => SecretStream;
