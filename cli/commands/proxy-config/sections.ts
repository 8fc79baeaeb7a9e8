import type { ApiClient } from "#cli/client/client.ts";
import {
  clusterRows,
  credentialRow,
  endpointRows,
  identityRow,
  listenerRows,
  routeRows,
} from "#cli/commands/proxy-config/rows.ts";
import { type Column, renderTable } from "#cli/output/output.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

/** istioctl's filters; each section heeds those it has a column for. */
export interface ProxyFilter {
  readonly fqdn?: string;
  readonly port?: number;
  readonly subset?: string;
  readonly direction?: string;
  readonly address?: string;
  readonly name?: string;
  readonly cluster?: string;
}

interface Read {
  /** As the server gave it, without what the filters leave out. */
  readonly value: unknown;
  readonly table: string;
  readonly rows: number;
}

type Reader = (api: ApiClient, proxy: ProxyStatus, filter: ProxyFilter) => Promise<Read>;

const is = <T>(wanted: T | undefined, given: T): boolean => wanted === undefined || wanted === given;

/** Rows that pass, and of `config` the entries that still have one. */
function read<Row>(
  config: readonly { readonly name: string }[],
  rows: readonly Row[],
  entryOf: (row: Row) => string,
  passes: (row: Row) => boolean,
  columns: readonly Column<Row>[],
): Read {
  const kept = rows.filter(passes);
  const names = new Set(kept.map(entryOf));
  const value = kept.length === rows.length ? config : config.filter(({ name }) => names.has(name));
  return { value, table: renderTable(kept, columns), rows: kept.length };
}

const configOf = async (api: ApiClient, { id }: ProxyStatus, type: XdsType) =>
  (await api.proxies.config.query({ id, type })) as readonly { readonly name: string }[];

const clusters: Reader = async (api, proxy, filter) => {
  const config = await configOf(api, proxy, "CDS");
  return read(
    config,
    clusterRows(config),
    (row) => row.name,
    (row) =>
      is(filter.fqdn, row.fqdn) &&
      is(filter.port?.toString(), row.port) &&
      is(filter.subset, row.subset) &&
      is(filter.direction, row.direction),
    [
      { title: "service fqdn", value: (row) => row.fqdn },
      { title: "port", value: (row) => row.port || "-" },
      { title: "subset", value: (row) => row.subset || "-" },
      { title: "direction", value: (row) => row.direction || "-" },
      { title: "type", value: (row) => row.type },
      { title: "destination rule", value: (row) => row.destinationRule },
    ],
  );
};

const listeners: Reader = async (api, proxy, filter) => {
  const config = await configOf(api, proxy, "LDS");
  return read(
    config,
    listenerRows(config),
    (row) => row.name,
    (row) => is(filter.address, row.address) && is(filter.port, row.port),
    [
      { title: "addresses", value: (row) => row.address },
      { title: "port", value: (row) => row.port },
      { title: "match", value: (row) => row.match },
      { title: "destination", value: (row) => row.destination },
    ],
  );
};

const routes: Reader = async (api, proxy, filter) => {
  const [tables, hosts] = await Promise.all([configOf(api, proxy, "RDS"), configOf(api, proxy, "VHDS")]);
  return read(
    [...tables, ...hosts],
    routeRows(tables, hosts),
    (row) => row.entry,
    (row) => is(filter.name, row.name),
    [
      { title: "name", value: (row) => row.name },
      { title: "vhost name", value: (row) => row.vhost },
      { title: "domains", value: (row) => row.domains },
      { title: "match", value: (row) => row.match },
      { title: "virtual service", value: (row) => row.virtualService },
    ],
  );
};

const endpoints: Reader = async (api, proxy, filter) => {
  const config = await configOf(api, proxy, "EDS");
  return read(
    config,
    endpointRows(config),
    (row) => row.cluster,
    (row) =>
      is(filter.cluster, row.cluster) &&
      is(filter.fqdn, row.cluster.split("|")[3]) &&
      is(filter.port, row.port) &&
      is(filter.address, row.address),
    [
      { title: "endpoint", value: (row) => `${row.address}:${row.port}` },
      { title: "status", value: (row) => row.status },
      { title: "workload", value: (row) => row.workload || "-" },
      { title: "cluster", value: (row) => row.cluster },
    ],
  );
};

/** The proxy's certificate as it was issued, whose key never left the host, and the stored credentials that it was given, without their keys. */
const secrets: Reader = async (api, proxy) => {
  const [issued, given, credentials] = await Promise.all([
    api.identity.list.query(),
    configOf(api, proxy, "SDS"),
    api.credentials.list.query(),
  ]);
  const own = issued.filter(({ spiffeId }) => spiffeId === proxy.spiffeId);
  const newest = own.toSorted((a, b) => b.notBefore.localeCompare(a.notBefore)).slice(0, 1);
  const rows = [...newest.map(identityRow), ...given.map(({ name }) => credentialRow(name, credentials))];
  const orNone = (text: string | undefined): string => text ?? "-";
  const table = renderTable(rows, [
    { title: "resource name", value: ({ name }) => name },
    { title: "type", value: ({ type }) => type },
    { title: "valid cert", value: ({ notAfter }) => orNone(notAfter && String(Date.parse(notAfter) > Date.now())) },
    { title: "serial number", value: ({ serial }) => orNone(serial) },
    { title: "not after", value: ({ notAfter }) => orNone(notAfter) },
    { title: "not before", value: ({ notBefore }) => orNone(notBefore) },
    { title: "identity", value: ({ identity }) => orNone(identity) },
  ]);
  return { value: [...newest, ...given], table, rows: rows.length };
};

/** istioctl's names of the sections, and their short ones. */
export const SECTIONS = {
  cluster: { alias: "c", read: clusters },
  listener: { alias: "l", read: listeners },
  route: { alias: "r", read: routes },
  endpoint: { alias: "ep", read: endpoints },
  secret: { alias: "s", read: secrets },
} as const satisfies Record<string, { readonly alias: string; readonly read: Reader }>;

export type Section = keyof typeof SECTIONS;
