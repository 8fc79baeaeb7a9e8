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
  if (list === undefined) return named.map((name) => ({ name, message }));
  const places = named.map((name) => ({ name, at: list.indexOf(`${name}: `) })).sort((a, b) => a.at - b.at);
  return places.map(({ name, at }, index) => {
    const end = places[index + 1]?.at ?? list.length;
    const words = at < 0 ? message : list.slice(at + name.length + 2, end).replace(/[,\s]+$/, "");
    return { name, message: words };
  });
}

function mentions(text: string, name: string): boolean {
  const host = name.slice(name.indexOf("/") + 1);
  return name !== "" && (text.includes(name) || (host !== name && text.includes(host)));
}

/** Whether `name` stands in the text other than inside `other`. */
function mentionsApart(text: string, name: string, other: string): boolean {
  return text.replaceAll(other, "").includes(name);
}
