/** Which multis of ours on a side its feed has told of: what the other direction need not remember any more. No I/O. */

/** Kept in mind: a reader that stands still for long is waited for in coarser steps. */
const KEPT = 1_000;

export class SeenMultis {
  private waiting: { readonly multi: number; readonly zxid: bigint }[] = [];
  private newest = 0;

  /** @param zxid of the multi; 0n: it has been passed for good */
  note(multi: number, zxid: bigint): void {
    this.waiting.push({ multi, zxid });
    if (this.waiting.length > KEPT) this.waiting = this.waiting.filter((_, at) => at % 2 === 0);
  }

  /** Number of the newest one up to the zxid that the reader will go on from. */
  upTo(zxid: bigint | null): number {
    if (zxid === null) return this.newest;
    const passed = this.waiting.filter((one) => one.zxid <= zxid);
    if (passed.length > 0) this.waiting = this.waiting.filter((one) => one.zxid > zxid);
    for (const { multi } of passed) this.newest = Math.max(this.newest, multi);
    return this.newest;
  }
}
