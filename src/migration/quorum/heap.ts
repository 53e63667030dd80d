/** A binary heap for the search: always gives the first by `before`. It must never be asked to reorder what is in it. */
export class Heap<T> {
  private readonly items: T[] = [];

  constructor(private readonly before: (x: T, y: T) => boolean) {}

  push(item: T): void {
    const { items } = this;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !this.before(item, parent)) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    this.sink(last);
    return first;
  }

  private sink(item: T): void {
    const { items } = this;
    let at = 0;
    for (;;) {
      const left = this.smaller(2 * at + 1, 2 * at + 2);
      const child = items[left];
      if (child === undefined || !this.before(child, item)) break;
      items[at] = child;
      at = left;
    }
    items[at] = item;
  }

  private smaller(left: number, right: number): number {
    const x = this.items[left];
    const y = this.items[right];
    return x !== undefined && y !== undefined && this.before(y, x) ? right : left;
  }
}
