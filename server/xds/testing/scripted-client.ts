import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { LayerChange } from "#core/xds/layer.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { DeltaStream } from "#server/xds/delta-stream.ts";
import type { Response } from "#server/xds/response.ts";
import { ServedLayer } from "#server/xds/served-layer.ts";
import { SotwStream } from "#server/xds/sotw-stream.ts";
import type { StreamEvent, StreamMachine } from "#server/xds/stream-machine.ts";
import { SubscriptionTable } from "#server/xds/subscription.ts";
import type { StaticLayer } from "#server/xds/testing/static-layer.ts";

const SHORT = new Map<string, XdsType>(Object.entries(TYPE_URLS).map(([type, url]) => [url, type as XdsType]));

/** What a script may say in a request; the type's short name stands for its URL. */
export interface ScriptedRequest {
  readonly type: XdsType | string;
  readonly names?: readonly string[];
  readonly unsubscribe?: readonly string[];
  readonly held?: Readonly<Record<string, string>>;
  /** "last" answers the newest response of the type. */
  readonly nonce?: string;
  readonly error?: string;
}

function urlOf(type: string): string {
  return Object.hasOwn(TYPE_URLS, type) ? TYPE_URLS[type as XdsType] : type;
}

/** Layers, served, and clients of them, without a socket between. Everything sent is kept as bytes and as lines to read. */
export class Script {
  readonly #served: ServedLayer[];
  readonly #table = new SubscriptionTable();
  readonly clients: ScriptedClient[] = [];

  constructor(layers: readonly StaticLayer[], isShared: boolean) {
    this.#served = layers.map((layer) => new ServedLayer(layer, isShared));
  }

  delta(): ScriptedClient {
    return this.#add(new ScriptedClient(new DeltaStream(this.#served, this.#table), true));
  }

  sotw(): ScriptedClient {
    return this.#add(new ScriptedClient(new SotwStream(this.#served, this.#table), false));
  }

  /** Lets changes reach the clients. */
  change(...changes: readonly LayerChange[]): void {
    for (const served of this.#served) {
      const own = changes.filter(({ layer }) => layer === served.layer);
      if (own.length > 0) served.advance(own);
    }
    for (const client of this.clients) client.flush();
  }

  /** Gives a client other layers; those it shares with others stay the same. */
  move(client: ScriptedClient, layers: readonly StaticLayer[]): void {
    client.machine.moveTo(
      layers.map((layer) => this.#served.find((served) => served.layer === layer) ?? new ServedLayer(layer)),
    );
    client.flush();
  }

  #add(client: ScriptedClient): ScriptedClient {
    this.clients.push(client);
    return client;
  }
}

export class ScriptedClient {
  readonly machine: StreamMachine;
  readonly #isDelta: boolean;
  readonly #nonces = new Map<string, string>();
  readonly events: StreamEvent[] = [];
  readonly bytes: Buffer[] = [];
  #lines: string[] = [];

  constructor(machine: StreamMachine, isDelta: boolean) {
    this.machine = machine;
    this.#isDelta = isDelta;
  }

  /** Sends a request; returns what was answered and pushed since the last call, a line a response: `CDS a b -c`. */
  send(request: ScriptedRequest): string[] {
    const nonce = request.nonce === "last" ? (this.#nonces.get(urlOf(request.type)) ?? "") : (request.nonce ?? "");
    const { responses, events } = this.machine.receive(
      this.#isDelta ? encodeDelta(request, nonce) : encodeSotw(request, nonce),
    );
    this.events.push(...events);
    this.#receive(responses);
    this.flush();
    return this.take();
  }

  /** Acknowledges the newest response of a type. */
  ack(type: XdsType, names?: readonly string[]): string[] {
    return this.send({ type, nonce: "last", ...(names === undefined ? {} : { names }) });
  }

  nack(type: XdsType, error: string, names?: readonly string[]): string[] {
    return this.send({ type, nonce: "last", error, ...(names === undefined ? {} : { names }) });
  }

  flush(): void {
    this.#receive(this.machine.flush());
  }

  /** What is offered again, as its time has come. */
  again(): string[] {
    this.#receive(this.machine.offerAgain());
    return this.take();
  }

  /** Lines since the last call. */
  take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  nonce(type: XdsType): string {
    return this.#nonces.get(TYPE_URLS[type]) ?? "";
  }

  #receive(responses: readonly Response[]): void {
    for (const { parts } of responses) {
      const bytes = Buffer.concat(parts);
      this.bytes.push(bytes);
      const { typeUrl, nonce, line } = this.#isDelta ? readDelta(bytes) : readSotw(bytes);
      this.#nonces.set(typeUrl, nonce);
      this.#lines.push(`${SHORT.get(typeUrl) ?? typeUrl}${line}`);
    }
  }
}

function encodeDelta({ type, names = [], unsubscribe = [], held = {}, error }: ScriptedRequest, nonce: string): Buffer {
  const request: MessageInitShape<typeof DeltaDiscoveryRequestSchema> = {
    typeUrl: urlOf(type),
    resourceNamesSubscribe: [...names],
    resourceNamesUnsubscribe: [...unsubscribe],
    initialResourceVersions: { ...held },
    responseNonce: nonce,
  };
  return Buffer.from(
    toBinary(
      DeltaDiscoveryRequestSchema,
      create(
        DeltaDiscoveryRequestSchema,
        error === undefined ? request : { ...request, errorDetail: { code: 13, message: error } },
      ),
    ),
  );
}

function encodeSotw({ type, names = [], error }: ScriptedRequest, nonce: string): Buffer {
  const request: MessageInitShape<typeof DiscoveryRequestSchema> = {
    typeUrl: urlOf(type),
    resourceNames: [...names],
    responseNonce: nonce,
  };
  return Buffer.from(
    toBinary(
      DiscoveryRequestSchema,
      create(
        DiscoveryRequestSchema,
        error === undefined ? request : { ...request, errorDetail: { code: 13, message: error } },
      ),
    ),
  );
}

function readDelta(bytes: Buffer): { typeUrl: string; nonce: string; line: string } {
  const { typeUrl, nonce, resources, removedResources } = fromBinary(DeltaDiscoveryResponseSchema, bytes);
  const shown = resources.map(({ name, resource, aliases }) =>
    resource === undefined
      ? `?${name}${aliases.join(",") === name ? "" : "!"}`
      : `${name}=${Buffer.from(resource.value).toString("utf8")}`,
  );
  return {
    typeUrl,
    nonce,
    line: [...shown, ...removedResources.map((name) => `-${name}`)].map((each) => ` ${each}`).join(""),
  };
}

function readSotw(bytes: Buffer): { typeUrl: string; nonce: string; line: string } {
  const { typeUrl, nonce, resources } = fromBinary(DiscoveryResponseSchema, bytes);
  return { typeUrl, nonce, line: resources.map(({ value }) => ` ${Buffer.from(value).toString("utf8")}`).join("") };
}
