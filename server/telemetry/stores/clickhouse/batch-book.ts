import { PharosError } from "#core/errors.ts";
import type { ClickhouseClient } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";

/** Batches of one writer follow each other; those of the next are all beyond. */
const OF_ONE_WRITER = 2 ** 32;

/** From and up to which number no row is read, and since when. */
type Hidden = readonly [from: number, to: number, atMs: number];

/** What comes late of a batch that failed comes within this time; then it is no longer told apart. */
const LATE_MS = 30 * 86_400_000;

/**
 * Which batches count. ClickHouse knows no transaction over tables: each row names its batch, and a row of table `commits`, written last, makes the batch
 * count. Batches that were begun and not committed are hidden, by a list that is written before the next one begins: what of them comes late is
 * never read. A server that opens the database takes the next number of a writer (`epoch`), and hides what others have begun; a writer looks
 * after each commit whether it is still the newest, and says "conflict" where it is not. Either the other one has seen the commit, or this one sees
 * the other one.
 */
export class BatchBook {
  readonly #client: ClickhouseClient;
  readonly #epoch: number;
  readonly #now: () => number;
  #hidden: readonly Hidden[];
  /** Of the list. */
  #version = 0;
  /** Everything up to here is committed or hidden. */
  #reached: number;
  /** The newest that is committed: what it is known by after all others' rows of `commits` are gone. */
  #committed: number;
  /** Begun, failed and not yet hidden. */
  #failed: number | undefined;
  #isSuperseded = false;

  private constructor(
    client: ClickhouseClient,
    {
      epoch,
      committed,
      hidden,
    }: { readonly epoch: number; readonly committed: number; readonly hidden: readonly Hidden[] },
    now: () => number,
  ) {
    this.#client = client;
    this.#epoch = epoch;
    this.#now = now;
    this.#hidden = hidden;
    this.#committed = committed;
    this.#reached = epoch * OF_ONE_WRITER;
  }

  /** Takes the database over. */
  static async open(client: ClickhouseClient, now: () => number): Promise<BatchBook> {
    const [last] = await client.rows<{ epoch: number }>("SELECT max(epoch) AS epoch FROM epochs");
    const epoch = (last?.epoch ?? 0) + 1;
    const writer = crypto.randomUUID();
    await client.insert("epochs", ["epoch", "writer", "at_ms"], [[epoch, writer, now()]]);
    const claims = await client.rows<{ writer: string }>(
      `SELECT writer FROM epochs WHERE epoch >= ${epoch} ORDER BY epoch DESC, writer DESC LIMIT 1`,
    );
    if (claims[0]?.writer !== writer) throw superseded(client.database);
    const { hidden: before, committed } = await readBefore(client, epoch);
    const book = new BatchBook(client, { epoch, committed, hidden: before }, now);
    await book.#hide([committed + 1, epoch * OF_ONE_WRITER, now()]);
    return book;
  }

  /** A condition on the rows of any table. */
  visible(): string {
    return visible(this.#reached, this.#hidden);
  }

  /** Rows that never count. */
  hidden(): string {
    return this.#hidden.map(([from, to]) => `(batch >= ${from} AND batch <= ${to})`).join(" OR ") || "false";
  }

  /** Where the last one failed, that is written down first. */
  async begin(): Promise<number> {
    if (this.#isSuperseded) throw superseded(this.#client.database);
    const failed = this.#failed;
    if (failed !== undefined) {
      await this.#hide([failed, failed, this.#now()]);
      this.#reached = failed;
      this.#failed = undefined;
    }
    return this.#reached + 1;
  }

  async commit(batch: number): Promise<void> {
    await this.#client.insert("commits", ["batch", "at_ms"], [[batch, this.#now()]]);
    const [newest] = await this.#client.rows<{ epoch: number }>("SELECT max(epoch) AS epoch FROM epochs");
    if (newest?.epoch !== this.#epoch) {
      this.#isSuperseded = true;
      throw superseded(this.#client.database);
    }
    this.#committed = batch;
    this.#reached = batch;
  }

  /** It was begun, and what of it is stored is not known. */
  failed(batch: number): void {
    this.#failed = batch;
  }

  /** What is written of this book, and is of no use any more. */
  async dropOld(): Promise<void> {
    const newest = `(${this.#epoch}, ${this.#version})`;
    await this.#client.run(`DELETE FROM hidden WHERE (epoch, version) < ${newest}`);
    await this.#client.run(`DELETE FROM commits WHERE batch < ${this.#committed} AND ${this.visible()}`);
  }

  /** All of it in one row: the newest counts, and of an older writer none. */
  async #hide(range: Hidden): Promise<void> {
    const known = this.#hidden.filter(([, , atMs]) => atMs >= this.#now() - LATE_MS);
    const ranges = withRange(known, range);
    this.#version += 1;
    await this.#client.insert("hidden", ["epoch", "version", "ranges"], [[this.#epoch, this.#version, ranges]]);
    this.#hidden = ranges;
  }
}

/**
 * What writers before have hidden, and the newest that they have committed. The one before may still hide one and commit the next: the
 * list counts that is as new as the commit.
 */
async function readBefore(
  client: ClickhouseClient,
  epoch: number,
): Promise<{ readonly hidden: readonly Hidden[]; readonly committed: number }> {
  const newest = async () => {
    const [listed] = await client.rows<{ epoch: number; version: number; ranges: Hidden[] }>(
      `SELECT epoch, version, ranges FROM hidden WHERE epoch < ${epoch} ORDER BY epoch DESC, version DESC LIMIT 1`,
    );
    return listed;
  };
  for (let list = await newest(); ; ) {
    const hidden = list?.ranges ?? [];
    const [top] = await client.rows<{ batch: number }>(
      `SELECT max(batch) AS batch FROM commits WHERE ${visible(epoch * OF_ONE_WRITER - 1, hidden)}`,
    );
    const again = await newest();
    if (again?.epoch === list?.epoch && again?.version === list?.version) return { hidden, committed: top?.batch ?? 0 };
    list = again;
  }
}

/** One of those that follow each other: each is a part of every question for as long as it is on the list. */
function withRange(known: readonly Hidden[], [from, to, atMs]: Hidden): readonly Hidden[] {
  const beside = known.filter(([start, end]) => start > to + 1 || end + 1 < from);
  const joined = known.filter((each) => !beside.includes(each));
  return [
    ...beside,
    [Math.min(from, ...joined.map(([start]) => start)), Math.max(to, ...joined.map(([, end]) => end)), atMs],
  ];
}

function visible(reached: number, hidden: readonly Hidden[]): string {
  return [`batch <= ${reached}`, ...hidden.map(([from, to]) => `NOT (batch >= ${from} AND batch <= ${to})`)].join(
    " AND ",
  );
}

function superseded(database: string): PharosError {
  return new PharosError("conflict", `another server has taken the ClickHouse database ${database} over`, {
    hint: "one server writes to a database: stop the other one and start this one again, or name another database",
  });
}
