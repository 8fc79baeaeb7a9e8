/** A pattern of URLs, in small letters, of a host by its whole name or a short form of it. */
export function urlOfHost(host: string): string {
  const [name = host, namespace = "", marker] = host.split(".");
  const forms = marker === "svc" ? [name, `${name}.${namespace}`, `${name}.${namespace}.svc`, host] : [host];
  const escaped = forms.map((form) => form.toLowerCase().replace(/[^a-z0-9-]/g, "\\$&"));
  return `^[a-z]+://(${escaped.join("|")})(:[0-9]+)?(/|$)`;
}
