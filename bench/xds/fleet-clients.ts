import { gunzipSync } from "node:zlib";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { type ClientStream, type ClientStreamHandler, connectGrpc, type GrpcClient } from "#grpc/client.ts";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { NodeSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { HttpConnectionManagerSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import {
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

const METHOD = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
const TYPE_OF = new Map<string, XdsType>(Object.entries(TYPE_URLS).map(([type, url]) => [url, type as XdsType]));
/** Handshakes under way at a time: more only wait for one another. */
const DIALLING_MAX = 64;
const DIAL_TIMEOUT_MS = 60_000;

export interface FleetOptions {
  readonly address: string;
  readonly clients: number;
  readonly takesVirtualHosts: boolean;
  readonly tls?: { readonly cert: string; readonly key: string; readonly roots: string };
}

interface Client {
  readonly connection: GrpcClient;
  readonly stream: ClientStream;
  readonly got: Set<XdsType>;
  awaited: number;
}

/** What a response says that a client acts on. Equal messages are read once: the fleet is to cost little beside the server. */
interface Read {
  readonly type: XdsType;
  readonly nonce: string;
  /** What it makes the client ask for. */
  readonly follow: Buffer | undefined;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #read = new Map<string, Read>();
  #clients: Client[] = [];
  /** Messages by the end of what they came as, and how long that was. */
  readonly #inflated = new Map<string, Buffer>();
  readonly #packed = new WeakMap<Buffer, number>();
  #bytes = 0;
  #onMessage: (client: Client, message: Buffer) => void = () => undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Connects everybody; resolves when all of them hold everything. */
  async connect(): Promise<{ seconds: number; bytesPerClient: number }> {
    const startedMs = performance.now();
    this.#bytes = 0;
    let next = 0;
    let synced = 0;
    await new Promise<void>((resolve, reject) => {
      const isSynced = (): void => {
        synced += 1;
        if (synced === this.#options.clients) resolve();
      };
      const dial = async (): Promise<void> => {
        while (next < this.#options.clients) this.#clients.push(await this.#open(next++, isSynced, reject));
      };
      Promise.all(Array.from({ length: DIALLING_MAX }, dial)).catch(reject);
    });
    return {
      seconds: (performance.now() - startedMs) / 1000,
      bytesPerClient: Math.round(this.#bytes / this.#options.clients),
    };
  }

  disconnect(): { closed: number } {
    const closed = this.#clients.length;
    for (const { connection } of this.#clients) connection.close();
    this.#clients = [];
    return { closed };
  }

  /** Resolves when everybody was sent something that holds `mark`: milliseconds (epoch) of the first and last, bytes of it per client. */
  watch(mark: string): Promise<{ firstAtMs: number; lastAtMs: number; bytesPerClient: number }> {
    const seen = new Set<Client>();
    let bytes = 0;
    let firstAtMs = 0;
    return new Promise((resolve) => {
      this.#onMessage = (client, message) => {
        bytes += this.#packed.get(message) ?? message.length;
        if (seen.has(client) || !message.includes(mark)) return;
        seen.add(client);
        const nowMs = performance.timeOrigin + performance.now();
        firstAtMs ||= nowMs;
        if (seen.size < this.#clients.length) return;
        this.#onMessage = () => undefined;
        resolve({ firstAtMs, lastAtMs: nowMs, bytesPerClient: Math.round(bytes / this.#clients.length) });
      };
    });
  }

  async #open(index: number, isSynced: () => void, onBroken: (error: Error) => void): Promise<Client> {
    const { address, tls } = this.#options;
    const connection = await connectGrpc(tls === undefined ? { address } : { address, tls }, DIAL_TIMEOUT_MS);
    const handler: ClientStreamHandler = {
      onMessage: (message) => {
        this.#bytes += this.#packed.get(message) ?? message.length;
        this.#receive(client, message, isSynced);
        this.#onMessage(client, message);
      },
      onClose: (error) => {
        if (this.#clients.includes(client) && error !== undefined) onBroken(error);
      },
    };
    const stream = connection.stream(METHOD, handler, { inflate: (compressed) => this.#inflate(compressed) });
    // Clusters, listeners, and the endpoints and routes that follow from them.
    const client: Client = { connection, stream, got: new Set(), awaited: this.#options.takesVirtualHosts ? 5 : 4 };
    const id = `sidecar~10.200.${(index >> 8) & 255}.${index & 255}~p${index}.ns0~ns0.svc.cluster.local`;
    const node = create(NodeSchema, {
      id,
      userAgentName: "envoy",
      metadata: {
        NAMESPACE: "ns0",
        SERVICE_ACCOUNT: "load",
        WORKLOAD_NAME: "load",
        LABELS: { app: "load" },
        PHAROS_VHDS: String(this.#options.takesVirtualHosts),
      },
    });
    stream.send([
      toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, { node, typeUrl: TYPE_URLS.CDS })),
    ]);
    return client;
  }

  /** Equal bytes are read once. A gzip stream ends with the checksum and length of its content. */
  #inflate(compressed: Buffer): Buffer {
    const key = compressed.toString("latin1", compressed.length - 8);
    const known = this.#inflated.get(key);
    if (known !== undefined) return known;
    const message = gunzipSync(compressed);
    this.#inflated.set(key, message);
    this.#packed.set(message, compressed.length);
    return message;
  }

  #receive(client: Client, message: Buffer, isSynced: () => void): void {
    // The end of a response is its type and nonce, and the nonce follows from the content.
    const key = message.toString("latin1", Math.max(0, message.length - 160));
    const read = this.#read.get(key) ?? this.#learn(key, message);
    client.stream.send([request({ typeUrl: TYPE_URLS[read.type], responseNonce: read.nonce })]);
    if (client.got.has(read.type)) return;
    client.got.add(read.type);
    if (read.follow !== undefined) client.stream.send([read.follow]);
    if (read.type === "CDS") client.stream.send([LISTENERS]);
    if (read.type === "RDS" && this.#options.takesVirtualHosts) client.stream.send([VIRTUAL_HOSTS]);
    if (client.got.size === client.awaited) isSynced();
  }

  #learn(key: string, message: Buffer): Read {
    const response = fromBinary(DeltaDiscoveryResponseSchema, message);
    const type = TYPE_OF.get(response.typeUrl);
    if (type === undefined) throw new Error(`unexpected response of type ${response.typeUrl}`);
    const names = type === "CDS" ? endpointNames(response) : type === "LDS" ? routeNames(response) : [];
    const follow =
      names.length === 0
        ? undefined
        : request({ typeUrl: TYPE_URLS[type === "CDS" ? "EDS" : "RDS"], resourceNamesSubscribe: names });
    const read: Read = { type, nonce: response.nonce, follow };
    this.#read.set(key, read);
    return read;
  }
}

function request(init: { typeUrl: string; responseNonce?: string; resourceNamesSubscribe?: string[] }): Buffer {
  return Buffer.from(toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, init)));
}

const LISTENERS = request({ typeUrl: TYPE_URLS.LDS });
const VIRTUAL_HOSTS = request({ typeUrl: TYPE_URLS.VHDS });

function endpointNames({ resources }: DeltaDiscoveryResponse): string[] {
  return resources.flatMap(({ resource }) => {
    const { edsClusterConfig, name } = fromBinary(ClusterSchema, resource?.value ?? new Uint8Array());
    return edsClusterConfig === undefined ? [] : [edsClusterConfig.serviceName || name];
  });
}

function routeNames({ resources }: DeltaDiscoveryResponse): string[] {
  const names = resources.flatMap(({ resource }) => {
    const { filterChains, defaultFilterChain } = fromBinary(ListenerSchema, resource?.value ?? new Uint8Array());
    const filters = [...filterChains, ...(defaultFilterChain === undefined ? [] : [defaultFilterChain])].flatMap(
      (chain) => chain.filters,
    );
    return filters.flatMap(({ configType }) => {
      if (configType.case !== "typedConfig" || !configType.value.typeUrl.endsWith(HttpConnectionManagerSchema.typeName))
        return [];
      const { routeSpecifier } = fromBinary(HttpConnectionManagerSchema, configType.value.value);
      return routeSpecifier.case === "rds" ? [routeSpecifier.value.routeConfigName] : [];
    });
  });
  return [...new Set(names)];
}
