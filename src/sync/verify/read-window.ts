/** How many pairs of znodes may be read at once: as many as wished while they are small, fewer when they are big. No I/O. */

/** Bytes that all answers under way may come to, about. */
const BUDGET_BYTES = 32 << 20;
/** Never fewer, or a single big znode would make everything slow. */
const FEWEST = 4;
/** What a name in a list of children takes in memory, about. */
const NAME_BYTES = 48;
/** Of the biggest size seen, what is still remembered after another reading. */
const MEMORY = 0.98;

export class ReadWindow {
  private typicalBytes = 1;

  constructor(private readonly most: number) {}

  get size(): number {
    return Math.max(
      Math.min(FEWEST, this.most),
      Math.min(this.most, Math.floor(BUDGET_BYTES / this.typicalBytes)),
    );
  }

  /** What an answer brought. */
  note(dataBytes: number, names: number): void {
    this.typicalBytes = Math.max(dataBytes + names * NAME_BYTES, this.typicalBytes * MEMORY, 1);
  }
}
