/** A refusal that names nothing, of more resources than this, says nothing about any of them. */
const UNNAMED_MAX = 50;

/** One resource that a client refused, and its words about it. */
export interface RefusedResource {
  readonly name: string;
  readonly message: string;
}

/**
 * The resources that a refusal is about. Envoy applies what it can and names the rest:
 * "Error adding/updating listener(s) NAME: reason, NAME2: reason"; virtual hosts and routes are named in passing, or not
 * at all: then any resource of the response may be meant, and if they are few each is.
 */
export function attributeRefusal(message: string, sent: readonly string[]): readonly RefusedResource[] {
  const list = /^Error adding\/updating (?:cluster|listener)\(s\) (.*)$/s.exec(message.trim())?.[1];
  const listed = list === undefined ? [] : splitList(list, sent);
  if (listed.length > 0) return listed;
  const mentioned = sent.filter((name) => mentions(list ?? message, name));
  const named = mentioned.filter(
    (name) =>
      !mentioned.some(
        (other) => other !== name && other.includes(name) && !mentionsApart(list ?? message, name, other),
      ),
  );
  if (named.length === 0)
    return sent.length === 0 || sent.length > UNNAMED_MAX
      ? [{ name: "", message }]
      : sent.map((name) => ({ name, message }));
  return named.map((name) => ({ name, message }));
}

/** The entries of a list, each with its own words: a name stands at its beginning, or behind the words of the one before. */
function splitList(list: string, sent: readonly string[]): RefusedResource[] {
  const places = sent
    .map((name) => ({ name, at: placeOf(list, `${name}: `) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  return places.map(({ name, at }, index) => {
    const end = places[index + 1]?.at ?? list.length;
    return { name, message: list.slice(at + name.length + 2, end).replace(/[,\s]+$/, "") };
  });
}

function placeOf(list: string, text: string): number {
  for (let at = list.indexOf(text); at >= 0; at = list.indexOf(text, at + 1))
    if (at === 0 || /[,\s]/.test(list.charAt(at - 1))) return at;
  return -1;
}

function mentions(text: string, name: string): boolean {
  const host = name.slice(name.indexOf("/") + 1);
  return name !== "" && (text.includes(name) || (host !== name && text.includes(host)));
}

/** Whether `name` stands in the text other than inside `other`. */
function mentionsApart(text: string, name: string, other: string): boolean {
  return text.replaceAll(other, "").includes(name);
}
