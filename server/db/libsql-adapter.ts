import { pathToFileURL } from "node:url";
import { Sqlite3Client } from "@libsql/client/sqlite3";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import Connection from "libsql";
import { type CommitLedger, countWritten, tableWritten, type Written } from "#server/db/commit-ledger.ts";
import type { LibsqlClient } from "#server/db/libsql-client.ts";

type LibsqlConnection = InstanceType<typeof Connection>;
type LibsqlTransaction = Awaited<ReturnType<LibsqlClient["transaction"]>>;

/**
 * Prisma's libSQL adapter, on one connection. The stock client leaves its connection to each transaction and opens
 * another, which loses the pragmas and leaks a file descriptor until the garbage collector comes by. The adapter's own
 * lock keeps other statements out of a running transaction. What Prisma writes is counted in `ledger`, once it is set.
 */
export class LibsqlAdapter extends PrismaLibSql {
  /** As it is: nothing that goes through here is counted. */
  readonly client: LibsqlClient;
  ledger: CommitLedger | undefined;
  readonly #connection: LibsqlConnection;

  constructor(path: string) {
    super({ url: pathToFileURL(path).href });
    this.#connection = new Connection(path, {});
    this.client = new Sqlite3Client(path, {}, this.#connection, "number");
  }

  override createClient(): LibsqlClient {
    return onOneConnection(this.client, this.#connection, () => this.ledger);
  }
}

function onOneConnection(
  client: LibsqlClient,
  connection: LibsqlConnection,
  ledger: () => CommitLedger | undefined,
): LibsqlClient {
  const execute = async (statement: Statement): ReturnType<LibsqlClient["execute"]> => {
    if (ledger() === undefined || tableWritten(sqlOf(statement)) === undefined) return client.execute(statement);
    const transaction = beginTransaction(client, connection, ledger());
    try {
      const result = await transaction.execute(statement);
      await transaction.commit();
      return result;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  };
  return new Proxy(client, {
    get(target, property) {
      if (property === "transaction") return async () => beginTransaction(target, connection, ledger());
      if (property === "execute") return execute;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

type Statement = Parameters<LibsqlTransaction["execute"]>[0];

function sqlOf(statement: Statement): string {
  return typeof statement === "string" ? statement : statement.sql;
}

/**
 * IMMEDIATE: a transaction that reads before it writes must not find that another process wrote in between. It is begun
 * and ended as a script: a prepared statement that finds the file locked stays under way until it is collected, and as
 * long as it is nothing can be committed.
 */
function beginTransaction(
  client: LibsqlClient,
  connection: LibsqlConnection,
  ledger: CommitLedger | undefined,
): LibsqlTransaction {
  connection.exec("BEGIN IMMEDIATE");
  let isOpen = true;
  const written: Written = {};
  const execute = async (statement: Statement): ReturnType<LibsqlClient["execute"]> => {
    const result = await client.execute(statement);
    countWritten(written, sqlOf(statement), result);
    return result;
  };
  const end = (statement: "COMMIT" | "ROLLBACK"): void => {
    if (!isOpen) return;
    connection.exec(statement);
    isOpen = false;
  };
  const abandon = (): void => {
    try {
      end("ROLLBACK");
    } catch {
      // SQLite has already rolled back after some errors (full disk, I/O); then there is nothing left to end.
      isOpen = false;
    }
  };
  return {
    execute,
    batch: async (statements) => {
      const results = [];
      for (const statement of statements) results.push(await execute(statement));
      return results;
    },
    executeMultiple: async (sql) => void connection.exec(sql),
    commit: async () => {
      let entry: Awaited<ReturnType<CommitLedger["note"]>> | undefined;
      try {
        if (isOpen && Object.keys(written).length > 0) entry = await ledger?.note(client, written);
        end("COMMIT");
      } catch (error) {
        // A commit that failed (full disk) leaves the transaction open: the connection must be usable after it.
        abandon();
        throw error;
      }
      if (entry !== undefined) await ledger?.sync(entry);
    },
    rollback: async () => abandon(),
    close: () => undefined,
    get closed() {
      return !isOpen;
    },
  };
}
