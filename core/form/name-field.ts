/** Words that are written in capitals. */
const CAPITALS = new Set([
  "uri",
  "url",
  "tls",
  "mtls",
  "http",
  "https",
  "tcp",
  "ip",
  "dns",
  "sni",
  "jwt",
  "jwks",
  "lb",
  "vm",
  "gid",
  "uid",
  "id",
  "authn",
  "authz",
  "grpc",
]);

/** A field's name as a form shows it: `jwksUri` → "JWKS URI", `maxEjectionPercent` → "Max ejection percent". */
export function nameField(name: string): string {
  const words = name
    .replaceAll("_", " ")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([a-z])([0-9]xx)/g, "$1 $2")
    .split(" ")
    .map((word) => (CAPITALS.has(word.toLowerCase()) ? word.toUpperCase() : word.toLowerCase()));
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** One of what such a name is of: "JWT rules" → "JWT rule", "Config patches" → "Config patch". */
export function nameItem(name: string): string {
  if (!name.endsWith("s") || name.endsWith("ss")) return name;
  if (name.endsWith("ies")) return `${name.slice(0, -3)}y`;
  return /(?:ch|sh|x)es$/.test(name) ? name.slice(0, -2) : name.slice(0, -1);
}
