interface Matrix {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

/** How far two answers to one range query are from each other: the sums of each series, at most, as a share. */
export function compareAnswers(
  ours: string,
  theirs: string,
): { readonly series: number; readonly differenceMax: number } {
  const [a, b] = [ours, theirs].map((text) => {
    const { data } = JSON.parse(text) as Matrix;
    return new Map(
      data.result.map(({ metric, values }) => [
        JSON.stringify(Object.entries(metric).sort()),
        values.reduce((sum, [, value]) => sum + Number(value), 0) / Math.max(1, values.length),
      ]),
    );
  });
  const names = new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])]);
  let differenceMax = 0;
  for (const name of names) {
    const [mine = 0, other = 0] = [a?.get(name), b?.get(name)];
    differenceMax = Math.max(differenceMax, Math.abs(mine - other) / Math.max(mine, other, 1e-9));
  }
  return { series: names.size, differenceMax };
}
