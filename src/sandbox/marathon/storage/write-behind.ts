/**
 * Writes of what changes often, in order, off the path of whoever causes them; what was written over before its turn came is
 * written once. Never drops a write: one that fails is fatal.
 */
import type { Json } from "../../../value/json.js";
import type { Category, Store } from "./store.js";

interface Write {
  readonly category: Category;
  readonly id: string;
  /** Null = remove. */
  readonly value: Json | null;
}

export class WriteBehind {
  private readonly queue = new Map<string, Write>();
  private writing = false;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly store: Store,
    /** Called once; nothing is written afterwards. */
    private readonly failed: (error: unknown) => void,
  ) {}

  put(category: Category, id: string, value: Json): void {
    this.add({ category, id, value });
  }

  remove(category: Category, id: string): void {
    this.add({ category, id, value: null });
  }

  /** When all that was asked for until now is in the store. At once when nothing is waiting. */
  afterwards(call: () => void): void {
    if (this.queue.size === 0 && !this.writing) call();
    else this.waiting.push(call);
  }

  private add(write: Write): void {
    const key = `${write.category} ${write.id}`;
    this.queue.delete(key); // its turn is now that of the last write
    this.queue.set(key, write);
    if (!this.writing) void this.drain();
  }

  private async drain(): Promise<void> {
    this.writing = true;
    try {
      for (;;) {
        const [entry] = this.queue;
        if (entry === undefined) break;
        const [key, write] = entry;
        this.queue.delete(key);
        await this.carryOut(write);
      }
    } catch (error) {
      this.failed(error);
      return;
    }
    this.writing = false;
    for (const call of this.waiting.splice(0)) call();
  }

  private carryOut({ category, id, value }: Write): Promise<void> {
    return value === null ? this.store.remove(category, id) : this.store.put(category, id, value);
  }
}
