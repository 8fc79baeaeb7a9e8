/** Where a module comes from. */
export type ModuleSource =
  | { readonly kind: "file"; readonly path: string }
  | {
      readonly kind: "remote";
      readonly cluster: string;
      readonly host: string;
      readonly port: number;
      readonly isTls: boolean;
    };

/** Of a URL that validation took. */
export function moduleSource(url: string): ModuleSource {
  if (/^file:/i.test(url)) return { kind: "file", path: url.slice("file://".length) };
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === "https:";
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const number = port === "" ? (isTls ? 443 : 80) : Number(port);
  return { kind: "remote", cluster: `module|${number}|${isTls ? "https" : "http"}|${host}`, host, port: number, isTls };
}
