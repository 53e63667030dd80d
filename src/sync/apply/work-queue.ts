/** Work that waits, first in first out; taking from the front costs the same however long it is. */
import type { Work } from "../translate/target-op.js";

const COMPACT_FROM = 4_096;

export class WorkQueue {
  private items: (Work | undefined)[] = [];
  private head = 0;
  bytes = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  get first(): Work | undefined {
    return this.items[this.head];
  }

  push(work: Work): void {
    this.items.push(work);
    this.bytes += work.bytes;
  }

  shift(): Work | undefined {
    const work = this.items[this.head];
    if (work === undefined) return undefined;
    this.items[this.head] = undefined; // its buffers may go
    this.head++;
    this.bytes -= work.bytes;
    if (this.head >= COMPACT_FROM && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return work;
  }

  /** Back to the front, in this order. */
  unshift(works: readonly Work[]): void {
    if (works.length === 0) return;
    this.items = [...works, ...this.items.slice(this.head)];
    this.head = 0;
    for (const work of works) this.bytes += work.bytes;
  }
}
