/**
 * Copies of whole states where both sides count, one at a time. While one direction copies, the other one stands still if it
 * can: what it would write to the copy's source could not be told from clients' changes in a snapshot, which says only what is
 * there, not who made it.
 */
import type { Direction } from "../direction/direction.js";
import type { SideView } from "./side-view.js";

export interface CopyTurnOptions {
  /** The other direction; undefined while there is none. */
  readonly other: () => Direction | undefined;
  /** Of the copy's target, which the other direction reads. */
  readonly view: SideView;
  /** Writes to the copy's target, and tells the zxid of it. */
  readonly mark: () => Promise<bigint>;
  /** Up to here the copy's source is on its target. */
  readonly baseSource: bigint | null;
  readonly signal: AbortSignal;
}

/** What a copy may rely on: see MergeBase. */
export type CopyBase =
  | { readonly kind: "level"; readonly touched: (path: string) => boolean }
  | { readonly kind: "apart"; readonly source: bigint | null; readonly target: bigint | null };

export interface CopyTurn {
  /** Resolves when all that is on the target now is known. To be called after the target was read. */
  ready(): Promise<CopyBase>;
  /** The other direction goes on. Safe to call twice. */
  end(): void;
}

/** Milliseconds for the other direction to come forward, and for its feed to tell what it reads. */
const CATCH_UP_MS = 30_000;
const LOOK_MS = 20;

export class CopyTurns {
  private last: Promise<void> = Promise.resolve();

  /** Waits for the copy before it. Rejects with the signal's reason, or when the target cannot be reached: nothing has begun then. */
  async begin(options: CopyTurnOptions): Promise<CopyTurn> {
    const before = this.last;
    let release = (): void => {};
    this.last = new Promise((resolve) => {
      release = resolve;
    });
    const aborted = new Promise<void>((resolve) =>
      options.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    await Promise.race([before, aborted]);
    try {
      options.signal.throwIfAborted();
      return await begun(options, release);
    } catch (error) {
      // The one before may still be at work: the next one waits for both.
      void before.then(release);
      throw error;
    }
  }
}

async function begun(options: CopyTurnOptions, release: () => void): Promise<CopyTurn> {
  const { view, baseSource } = options;
  const other = options.other();
  const touched = view.remember();
  const isLevel = other !== undefined && (await hasCaughtUp(other, options));
  // Also when it is behind: what it wrote from here on, the snapshot would show as a client's.
  const stands = other?.facts.isFollowing === true;
  if (stands) await other?.freeze();
  const end = (): void => {
    view.forget();
    if (stands) other?.thaw();
    release();
  };
  const apart = { kind: "apart", source: baseSource } as const;
  if (!isLevel || !stands) {
    const target = (stands ? other?.facts.position : other?.facts.applied) ?? null;
    return { ready: async () => ({ ...apart, target }), end };
  }
  const position = other.facts.position ?? 0n;
  const ready = async (): Promise<CopyBase> => {
    const isKnown = await view.journal.reached(await options.mark(), CATCH_UP_MS);
    if (!isKnown) return { ...apart, target: position };
    return { kind: "level", touched: (path) => (touched.get(path) ?? 0n) > position };
  };
  return { ready, end };
}

/** False when it will not, or not in time. */
async function hasCaughtUp(other: Direction, { mark, signal }: CopyTurnOptions): Promise<boolean> {
  const now = await mark();
  const end = performance.now() + CATCH_UP_MS;
  while (!signal.aborted && performance.now() < end) {
    const { applied, isFollowing } = other.facts;
    if (!isFollowing) return false;
    if (applied !== null && applied >= now) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return false;
}
