import { UsageError } from "#cli/failure.ts";
import { readHeaders } from "#programs/read-headers.ts";
import type { ClickhouseAddress } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";

const FLAG = "--clickhouse";
const DATABASE = "pharos";
const LOGIN: ReadonlySet<string> = new Set(["user", "password"]);

/** Which database of which server; who logs in is in a file of its own, or in the environment. */
export function clickhouseFlag(
  text: string,
  loginFile: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): ClickhouseAddress {
  const example = `for example ${FLAG} http://clickhouse:8123/${DATABASE}`;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError(`${FLAG} ${JSON.stringify(text)} is not an http or https URL`, { hint: example });
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    throw new UsageError(`${FLAG} has a password in it`, { hint: `put it into the file of ${FLAG}-login` });
  if (url.search !== "" || url.hash !== "")
    throw new UsageError(`${FLAG} ${JSON.stringify(text)} has more behind the database`, { hint: example });
  const path = url.pathname.replaceAll(/^\/+|\/+$/g, "");
  const database = path === "" ? DATABASE : path;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(database))
    throw new UsageError(`${FLAG}: ${JSON.stringify(database)} is no name of a database`, {
      hint: `letters, digits and underscores, ${example}`,
    });
  const login = loginFile === undefined ? {} : readHeaders(loginFile, `${FLAG}-login`);
  const other = Object.keys(login).find((name) => !LOGIN.has(name));
  if (other !== undefined)
    throw new UsageError(`${FLAG}-login ${loginFile}: ${other} is neither user nor password`, {
      hint: "two lines: user=NAME and password=WORD",
    });
  return {
    url: url.origin,
    database,
    user: login.user ?? env.PHAROS_CLICKHOUSE_USER ?? "default",
    password: login.password ?? env.PHAROS_CLICKHOUSE_PASSWORD ?? "",
  };
}
