/** Numbers by cost, the least first: a binary heap that is used again and again. */
export class StateQueue {
  readonly #states: number[] = [];
  readonly #costs: number[] = [];

  clear(): void {
    this.#states.length = 0;
    this.#costs.length = 0;
  }

  push(state: number, cost: number): void {
    let at = this.#states.push(state) - 1;
    this.#costs.push(cost);
    for (let parent = (at - 1) >> 1; at > 0 && this.#costAt(parent) > cost; parent = (at - 1) >> 1) {
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): number | undefined {
    const [first] = this.#states;
    const last = this.#states.pop();
    const cost = this.#costs.pop();
    if (first === undefined || last === undefined || cost === undefined) return undefined;
    if (this.#states.length === 0) return first;
    this.#states[0] = last;
    this.#costs[0] = cost;
    for (let at = 0; ; ) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2; child += 1)
        if (this.#costAt(child) < this.#costAt(least)) least = child;
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #costAt(at: number): number {
    return this.#costs[at] ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    for (const heap of [this.#states, this.#costs]) {
      const one = heap[a] ?? 0;
      heap[a] = heap[b] ?? 0;
      heap[b] = one;
    }
  }
}
