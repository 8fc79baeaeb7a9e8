import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { z } from "zod";
import { PharosError } from "#core/errors.ts";
import { type FollowedStream, followStream } from "#mesh-agent/control-plane/follow-stream.ts";
import { openSealed, sealJson } from "#mesh-agent/sealed-json.ts";
import type { Logger } from "#node/log.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";
import { RevocationListsSchema, WatchRevocationsRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

const PATH = "/pharos.agent.v1.AgentService/WatchRevocations";

/** CRLs in PEM, by the fingerprint of the root that signed each. Empty: nothing is revoked. */
export type RevocationLists = Readonly<Record<string, string>>;

export interface RevocationWatchOptions {
  /** Keeps the lists, so that a start without the control plane goes on refusing whom they name. */
  readonly file: string;
  readonly uplink: FollowedStream["uplink"];
  readonly log: Logger;
  readonly onChange: (lists: RevocationLists) => void;
}

/** Follows what the control plane revokes. What it last said holds while it is away. */
export class RevocationWatch {
  readonly #options: RevocationWatchOptions;
  #lists: RevocationLists;
  #isUnsaved = false;
  #hasToldUnsaved = false;
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

  run(signal: AbortSignal): Promise<void> {
    const { uplink, log } = this.#options;
    return followStream(
      {
        uplink,
        path: PATH,
        request: () => toBinary(WatchRevocationsRequestSchema, create(WatchRevocationsRequestSchema)),
        onMessage: (message) => {
          const { lists } = fromBinary(RevocationListsSchema, message);
          // Throws for one that cannot be read: Envoy would take it, and refuse everybody.
          for (const { crl } of lists) createSecureContext({ crl });
          this.#take(Object.fromEntries(lists.map(({ rootFingerprint, crl }) => [rootFingerprint, crl])));
          this.#first.resolve();
        },
        onSilence: () => this.#first.resolve(),
        what: "the revocation lists",
        log,
      },
      signal,
    );
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
