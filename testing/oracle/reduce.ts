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

/** Leaves parts of a case out as long as it still does what it did; gives up what it has after so many tries. */
export async function reduce<C>(tried: C, isStill: (less: C) => Promise<boolean>, triesMax: number): Promise<C> {
  let least = tried;
  let tries = 0;
  for (;;) {
    let isLess = false;
    for (const less of smaller(least) as Generator<C>) {
      tries += 1;
      if (tries > triesMax) return least;
      if (!(await isStill(less))) continue;
      least = less;
      isLess = true;
      break;
    }
    if (!isLess) return least;
  }
}
