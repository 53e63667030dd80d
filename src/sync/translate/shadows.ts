/**
 * Which znodes of the target are shadows: persistent stand-ins for ephemeral znodes of the source. Kept in step with the
 * records on the target, which are written in the same multi as the shadow itself. No I/O.
 */

export class Shadows {
  private readonly sessionOf = new Map<string, bigint>();
  private readonly paths = new Map<bigint, Set<string>>();

  get size(): number {
    return this.sessionOf.size;
  }

  clear(): void {
    this.sessionOf.clear();
    this.paths.clear();
  }

  add(path: string, session: bigint): void {
    this.remove(path);
    this.sessionOf.set(path, session);
    const paths = this.paths.get(session);
    if (paths === undefined) this.paths.set(session, new Set([path]));
    else paths.add(path);
  }

  /** Whether it was one. */
  remove(path: string): boolean {
    const session = this.sessionOf.get(path);
    if (session === undefined) return false;
    this.sessionOf.delete(path);
    const paths = this.paths.get(session);
    paths?.delete(path);
    if (paths?.size === 0) this.paths.delete(session);
    return true;
  }

  has(path: string): boolean {
    return this.sessionOf.has(path);
  }

  owner(path: string): bigint | null {
    return this.sessionOf.get(path) ?? null;
  }

  /** Paths of the target. */
  ofSession(session: bigint): string[] {
    return [...(this.paths.get(session) ?? [])];
  }

  all(): IterableIterator<[string, bigint]> {
    return this.sessionOf.entries();
  }
}
