/** By their names in lower case. */
const TIME_ZONES = new Map(Intl.supportedValuesOf("timeZone").map((name) => [name.toLowerCase(), name]));
/** As all names of the IANA database are written: no offset is one. */
const TIME_ZONE_NAME = /^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Z][A-Za-z0-9_+-]*)*$/;

/** What is wrong with the name of a time zone. Intl takes names in any case, and offsets too: other systems do not. */
export function checkTimeZone(text: string): string | undefined {
  const meant = TIME_ZONES.get(text.toLowerCase()) ?? (text.toLowerCase() === "utc" ? "UTC" : undefined);
  if (meant !== undefined)
    return meant === text ? undefined : `is not how the IANA database writes the time zone: write ${meant}`;
  const isNone = "is not a time zone of the IANA database (Europe/Berlin, UTC)";
  // Other names of zones are not listed: of these it is known how they begin, and that no word of them is in capitals.
  if (!TIME_ZONE_NAME.test(text) || /[A-Z]{5}/.test(text)) return isNone;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return undefined;
  } catch {
    return isNone;
  }
}
