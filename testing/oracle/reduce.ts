type Value = unknown;
/** Without them a document is another one, or none. */
const KEPT = ["kind", "namespace", "name"];

/** Every value that is this one with one part of it left out: an element of a list, or a key; outer ones first. */
function* smaller(value: Value): Generator<Value> {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) yield value.filter((_, index) => index !== at);
    for (const [at, each] of value.entries())
      for (const less of smaller(each)) yield value.map((other, index) => (index === at ? less : other));
  } else if (typeof value === "object" && value !== null) {
    for (const key of Object.keys(value).filter((each) => !KEPT.includes(each)))
      yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
    for (const [key, each] of Object.entries(value)) for (const less of smaller(each)) yield { ...value, [key]: less };
  }
}

/** Candidates that are tried beside each other: most are no longer what was found. */
const AT_ONCE = 12;

/**
 * Leaves parts of a case out as long as it still does what it did; gives up what it has after so many tries. It goes on where it
 * left something out, for what had to stay before mostly has to still, and over all of it again when it has come to the end.
 */
export async function reduce<C>(tried: C, isStill: (less: C) => Promise<boolean>, triesMax: number): Promise<C> {
  let least = tried;
  let passed = 0;
  let isFromStart = true;
  let candidates = smaller(least) as Generator<C>;
  for (let tries = 0; tries < triesMax; ) {
    const some = [...candidates.take(AT_ONCE)];
    if (some.length === 0) {
      if (isFromStart) return least;
      [passed, isFromStart, candidates] = [0, true, smaller(least) as Generator<C>];
      continue;
    }
    tries += some.length;
    const still = await Promise.all(some.map(isStill));
    const found = some.findIndex((_, index) => still[index]);
    const less = some[found];
    if (less === undefined) {
      passed += some.length;
      continue;
    }
    least = less;
    passed += found;
    isFromStart = passed === 0;
    candidates = smaller(least).drop(passed) as Generator<C>;
  }
  return least;
}
