/**
 * The servers of a connect string in the order to try them: shuffled once, the one just lost last. Remembers why each
 * failed, for the error that names them all.
 */
import { addressText, type ServerAddress } from "./connect-string.js";

export class ServerList {
  private order: ServerAddress[];
  private readonly failures = new Map<string, string>();

  /** @param random as Math.random */
  constructor(servers: readonly ServerAddress[], random: () => number) {
    this.order = [...servers];
    for (let left = this.order.length - 1; left > 0; left--) {
      const other = Math.floor(random() * (left + 1));
      const [a, b] = [this.order[left], this.order[other]];
      if (a !== undefined && b !== undefined) [this.order[left], this.order[other]] = [b, a];
    }
  }

  get size(): number {
    return this.order.length;
  }

  /** One round: every server once. */
  round(): readonly ServerAddress[] {
    return [...this.order];
  }

  failed(address: ServerAddress, reason: string): void {
    this.failures.set(addressText(address), reason);
    this.order = [...this.order.filter((other) => other !== address), address];
  }

  succeeded(address: ServerAddress): void {
    this.failures.delete(addressText(address));
  }

  /** `a:2181: connection refused; b:2181: not tried yet` */
  summary(): string {
    return this.order
      .map(addressText)
      .sort()
      .map((name) => `${name}: ${this.failures.get(name) ?? "not tried yet"}`)
      .join("; ");
  }
}
