/**
 * Which paths were there, as hashes of 64 bits in flat memory (8 bytes a slot, at most three quarters of them full): a tree of ten
 * million znodes takes 128 MB instead of gigabytes of strings. Two different paths are taken for one with a probability of about
 * n²/2^65, which for ten million is 1 in 300,000.
 */

const FIRST_SLOTS = 1_024;

export type Arrival = "new" | "duplicate" | "orphan";

export class PathSet {
  private slots = new Uint32Array(2 * FIRST_SLOTS);
  private count = 0;
  private high = 0;
  private low = 0;

  /** Takes in a path whose parent is there already; the root ("/") has none. */
  add(path: string): Arrival {
    if (path === "/") {
      this.hash("", 0);
      return this.insert() ? "new" : "duplicate";
    }
    this.hash(path, path.lastIndexOf("/"));
    if (!this.contains()) return "orphan";
    this.hash(path, path.length);
    return this.insert() ? "new" : "duplicate";
  }

  has(path: string): boolean {
    this.hash(path === "/" ? "" : path, path === "/" ? 0 : path.length);
    return this.contains();
  }

  /** Of the first `length` characters; two multiplicative hashes with their bits turned between the steps. */
  private hash(text: string, length: number): void {
    let one = 0x9e3779b9;
    let two = 0x85ebca6b;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      one = Math.imul(((one << 13) | (one >>> 19)) ^ code, 0x9e3779b1);
      two = Math.imul(((two << 17) | (two >>> 15)) ^ code, 0x5f356495);
    }
    one = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(two ^ (two >>> 13), 0xc2b2ae35);
    two = Math.imul(two ^ (two >>> 16), 0x27d4eb2f) ^ Math.imul(one ^ (one >>> 13), 0x165667b1);
    this.high = one >>> 0;
    // An empty slot is two zeros.
    this.low = this.high === 0 && two === 0 ? 1 : two >>> 0;
  }

  /** Index of the hash's slot, or of the empty one it would go to. */
  private slot(): number {
    const { slots, high, low } = this;
    const mask = slots.length / 2 - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      const [first, second] = [slots[2 * at], slots[2 * at + 1]];
      if ((first === high && second === low) || (first === 0 && second === 0)) return 2 * at;
    }
  }

  private contains(): boolean {
    const at = this.slot();
    return this.slots[at] !== 0 || this.slots[at + 1] !== 0;
  }

  private insert(): boolean {
    if (this.contains()) return false;
    if (4 * (this.count + 1) > 3 * (this.slots.length / 2)) this.grow();
    const at = this.slot();
    this.slots[at] = this.high;
    this.slots[at + 1] = this.low;
    this.count++;
    return true;
  }

  private grow(): void {
    const { slots: before, high, low } = this;
    this.slots = new Uint32Array(2 * before.length);
    for (let at = 0; at < before.length; at += 2) {
      this.high = before[at] ?? 0;
      this.low = before[at + 1] ?? 0;
      if (this.high === 0 && this.low === 0) continue;
      const to = this.slot();
      this.slots[to] = this.high;
      this.slots[to + 1] = this.low;
    }
    this.high = high;
    this.low = low;
  }
}
