import { pathToFileURL } from "node:url";
import { PrismaLibSql } from "@prisma/adapter-libsql";

export type LibsqlClient = ReturnType<PrismaLibSql["createClient"]>;
type LibsqlTransaction = Awaited<ReturnType<LibsqlClient["transaction"]>>;

/**
 * Prisma's libSQL adapter, on one connection. The stock client leaves its connection to each transaction and opens
 * another, which loses the pragmas and leaks a file descriptor until the garbage collector comes by. The adapter's own
 * lock keeps other statements out of a running transaction.
 */
export class LibsqlAdapter extends PrismaLibSql {
  readonly client: LibsqlClient;

  constructor(path: string) {
    const config = { url: pathToFileURL(path).href };
    super(config);
    this.client = onOneConnection(super.createClient(config));
  }

  override createClient(): LibsqlClient {
    return this.client;
  }
}

function onOneConnection(client: LibsqlClient): LibsqlClient {
  return new Proxy(client, {
    get(target, property) {
      if (property === "transaction") return () => beginTransaction(target);
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** IMMEDIATE: a transaction that reads before it writes must not find that another process wrote in between. */
async function beginTransaction(client: LibsqlClient): Promise<LibsqlTransaction> {
  await client.execute("BEGIN IMMEDIATE");
  let isOpen = true;
  const end = async (statement: "COMMIT" | "ROLLBACK") => {
    if (!isOpen) return;
    await client.execute(statement);
    isOpen = false;
  };
  return {
    execute: (statement) => client.execute(statement),
    batch: async (statements) => {
      const results = [];
      for (const statement of statements) results.push(await client.execute(statement));
      return results;
    },
    executeMultiple: (sql) => client.executeMultiple(sql),
    commit: async () => {
      try {
        await end("COMMIT");
      } catch (error) {
        // A commit that failed (full disk) leaves the transaction open: the connection must be usable after it.
        await end("ROLLBACK").catch(() => undefined);
        throw error;
      }
    },
    rollback: async () => {
      // SQLite has already rolled back after some errors (full disk, I/O); then there is nothing left to end.
      await end("ROLLBACK").catch(() => undefined);
    },
    close: () => undefined,
    get closed() {
      return !isOpen;
    },
  };
}
