import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { GrpcMethod } from "#grpc/server.ts";
import { GrpcServer } from "#grpc/server.ts";

const EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const RESOURCE_SPANS = 1;
const BYTES_MAX = 8 * 1024 * 1024;

/** Takes OTLP spans on a Unix socket and holds them, serialized, until they are taken. Bounded: what is over is dropped and counted. */
export class SpanReceiver {
  #server: GrpcServer | undefined;
  #held: Uint8Array[] = [];
  #bytes = 0;
  /** Parts of exports (one per sender's resource) that found no room. */
  dropped = 0;

  async listen(socketPath: string): Promise<void> {
    const export_: GrpcMethod = {
      kind: "unary",
      // An empty answer is full success.
      handle: async (request) => {
        this.#hold(request);
        return new Uint8Array();
      },
    };
    this.#server = new GrpcServer({ methods: new Map([[EXPORT, export_]]), messageBytesMax: 4 * 1024 * 1024 });
    await this.#server.listen({ socketPath });
  }

  take(): readonly Uint8Array[] {
    const held = this.#held;
    this.#held = [];
    this.#bytes = 0;
    return held;
  }

  /** Puts back what could not be stored, as far as there is room. */
  giveBack(spans: readonly Uint8Array[]): void {
    for (const each of spans) this.#add(each);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  #hold(request: Uint8Array): void {
    for (const each of splitExport(request)) this.#add(each);
  }

  #add(bytes: Uint8Array): void {
    if (this.#bytes + bytes.length > BYTES_MAX) {
      this.dropped += 1;
      return;
    }
    this.#held.push(bytes);
    this.#bytes += bytes.length;
  }
}

/** The serialized ResourceSpans of an ExportTraceServiceRequest, without decoding them. Throws when it is none. */
function splitExport(request: Uint8Array): Uint8Array[] {
  const reader = new BinaryReader(request);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === RESOURCE_SPANS && type === WireType.LengthDelimited) parts.push(Uint8Array.from(reader.bytes()));
    else reader.skip(type, field);
  }
  return parts;
}
