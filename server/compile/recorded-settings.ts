import { isDeepStrictEqual } from "node:util";
import { type ProxySettings, SETTING_NAMES } from "#core/mesh-config/proxy-settings.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";

type Name = keyof ProxySettings;

/** What clusters and routes to every host are made with: one answer, for each more would be kept once for every host. */
const OF_CALLS: readonly Name[] = [
  "connectTimeoutMs",
  "tcpKeepalive",
  "enableAutoMtls",
  "isHttpUpgraded",
  "retries",
  "dnsRefreshMs",
  "routeHeaders",
  "isHeaderCaseKept",
];

/** The settings of which each is asked for when it is taken: whoever takes one depends on that one alone, or on all that is for calls. */
export function recordedSettings(reader: Pick<CompileReader, "derive">, resolve: () => ProxySettings): ProxySettings {
  const resolved = () => reader.derive("settings", resolve);
  const ofCalls = (): readonly unknown[] =>
    reader.derive(
      "settings of calls",
      () => {
        const all = resolved();
        return OF_CALLS.map((each) => all[each]);
      },
      isDeepStrictEqual,
    );
  const take = (name: Name): unknown => {
    const index = OF_CALLS.indexOf(name);
    return index < 0 ? reader.derive(`setting ${name}`, () => resolved()[name], isDeepStrictEqual) : ofCalls()[index];
  };
  const settings = {};
  for (const name of SETTING_NAMES) Object.defineProperty(settings, name, { enumerable: true, get: () => take(name) });
  return settings as ProxySettings;
}
