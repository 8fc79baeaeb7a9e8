import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { z } from "zod";
import { PharosError } from "#core/errors.ts";
import type { GrpcClient } from "#grpc/client.ts";
import type { UplinkState } from "#mesh-agent/control-plane/uplink.ts";
import { openSealed, sealJson } from "#mesh-agent/sealed-json.ts";
import { Backoff } from "#node/backoff.ts";
import type { Logger } from "#node/log.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";
import { RevocationListsSchema, WatchRevocationsRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

const PATH = "/pharos.agent.v1.AgentService/WatchRevocations";
const RETRY = { firstMs: 500, maxMs: 30_000 } as const;

/** CRLs in PEM, by the fingerprint of the root that signed each. Empty: nothing is revoked. */
export type RevocationLists = Readonly<Record<string, string>>;

export interface RevocationWatchOptions {
  /** Keeps the lists, so that a start without the control plane goes on refusing whom they name. */
  readonly file: string;
  readonly uplink: { readonly state: UplinkState; onChange(listener: (state: UplinkState) => void): () => void };
  readonly log: Logger;
  readonly onChange: (lists: RevocationLists) => void;
}

/** Follows what the control plane revokes. What it last said holds while it is away. */
export class RevocationWatch {
  readonly #options: RevocationWatchOptions;
  #lists: RevocationLists;
  #isUnsaved = false;
  #hasToldUnsaved = false;
  /** Why they are not followed, as last told. */
  #told = "";
  readonly #first = Promise.withResolvers<void>();

  constructor(options: RevocationWatchOptions) {
    this.#options = options;
    this.#lists = load(options);
  }

  get lists(): RevocationLists {
    return this.#lists;
  }

  /**
   * Resolves with the first answer, or when there is none to be had: a proxy that served before it knew whom to refuse would keep
   * their connections.
   */
  get first(): Promise<void> {
    return this.#first.promise;
  }

  /** Why a restart would not know them; undefined when it would. */
  get problem(): string | undefined {
    return this.#isUnsaved
      ? "the revocation lists are not on the disk: a restart without the control plane would not know them (hint: make room, or fix permissions)"
      : undefined;
  }

  /** Writes what the disk refused, if it takes it now. */
  settle(): void {
    this.#save();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { uplink, log } = this.#options;
    const backoff = new Backoff(RETRY);
    while (!signal.aborted) {
      const client = await this.#connected(signal);
      if (client === undefined) return;
      const error = await this.#follow(client, signal, () => backoff.reset());
      this.#first.resolve();
      if (signal.aborted) return;
      // A connection that was renewed or broke is no failure; a refusal is told by those whose work it stops.
      if (error !== undefined && uplink.state.kind === "up" && uplink.state.client === client) {
        const isNews = error.toString() !== this.#told;
        this.#told = error.toString();
        if (isNews) log.warn("the revocation lists are not followed for now", { error: this.#told });
      }
      await delay(backoff.next(), undefined, { signal }).catch(() => undefined);
    }
  }

  #connected(signal: AbortSignal): Promise<GrpcClient | undefined> {
    const { uplink } = this.#options;
    if (signal.aborted) return Promise.resolve(undefined);
    if (uplink.state.kind === "up") return Promise.resolve(uplink.state.client);
    return new Promise((resolve) => {
      const done = (client: GrpcClient | undefined): void => {
        stop();
        signal.removeEventListener("abort", onAbort);
        resolve(client);
      };
      const onAbort = (): void => done(undefined);
      const stop = uplink.onChange((state) => {
        if (state.kind === "up") done(state.client);
        else if (state.kind === "down") this.#first.resolve();
      });
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #follow(client: GrpcClient, signal: AbortSignal, onHeard: () => void): Promise<PharosError | undefined> {
    return new Promise((resolve) => {
      const call = client.stream(
        PATH,
        {
          onMessage: (message) => {
            onHeard();
            this.#told = "";
            const { lists } = fromBinary(RevocationListsSchema, message);
            // Throws for one that cannot be read: Envoy would take it, and refuse everybody.
            for (const { crl } of lists) createSecureContext({ crl });
            this.#take(Object.fromEntries(lists.map(({ rootFingerprint, crl }) => [rootFingerprint, crl])));
            this.#first.resolve();
          },
          onClose: resolve,
        },
        { signal },
      );
      call.send([toBinary(WatchRevocationsRequestSchema, create(WatchRevocationsRequestSchema))]);
    });
  }

  #take(lists: RevocationLists): void {
    if (JSON.stringify(lists) === JSON.stringify(this.#lists)) return;
    this.#lists = lists;
    this.#isUnsaved = true;
    this.#save();
    this.#options.log.info("the revocation lists changed", { lists: Object.keys(lists).length });
    this.#options.onChange(lists);
  }

  #save(): void {
    if (!this.#isUnsaved) return;
    const { file, log } = this.#options;
    try {
      const text = `${sealJson({ savedAtMs: Date.now(), lists: this.#lists }, 2)}\n`;
      writeFileDurably(file, text);
      writeFileDurably(spareOf(file), text);
      this.#isUnsaved = false;
      this.#hasToldUnsaved = false;
    } catch (error) {
      if (this.#hasToldUnsaved) return;
      this.#hasToldUnsaved = true;
      log.error("the revocation lists are used, but a restart without the control plane would not know them", {
        error: PharosError.from(error).toString(),
      });
    }
  }
}

const ListsSchema = z.record(z.string(), z.string());
const StoredSchema = z.object({ savedAtMs: z.number(), lists: ListsSchema });

/** A list that is gone would let those in whom it names: it stands twice. */
const spareOf = (file: string): string => `${file}.spare`;

/** The newer of the two that can be read. */
function load({ file, log }: RevocationWatchOptions): RevocationLists {
  const complaints: string[] = [];
  const [first, spare] = [file, spareOf(file)].map((path) => {
    try {
      return read(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") complaints.push(PharosError.from(error).message);
      return undefined;
    }
  });
  if (spare !== undefined && (first === undefined || spare.savedAtMs > first.savedAtMs)) {
    const why = first === undefined ? "cannot be read" : "is an older copy";
    log.warn(`${file} ${why}: the spare is used`, { spare: spareOf(file) });
    return spare.lists;
  }
  if (first === undefined && complaints.length > 0)
    log.error(`${file} cannot be read: until the control plane is there, nobody is refused by it`, {
      error: complaints.join("; "),
    });
  return first?.lists ?? {};
}

/** Throws when it is not there, or damaged. */
function read(path: string): z.infer<typeof StoredSchema> {
  const stored = openSealed(readFileSync(path, "utf8"));
  const whole = StoredSchema.safeParse(stored);
  // Lists alone are as an earlier release wrote them.
  const { savedAtMs, lists } = whole.success ? whole.data : { savedAtMs: 0, lists: ListsSchema.parse(stored) };
  for (const crl of Object.values(lists)) createSecureContext({ crl });
  return { savedAtMs, lists };
}
