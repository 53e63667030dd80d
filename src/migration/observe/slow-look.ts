/**
 * A look that takes long, so that others must not wait for it: it goes on beside them, is begun anew when its result is old, and what it gave
 * last is there at any time. One at a time.
 */
export class SlowLook<T> {
  private last: { readonly beganMs: number; readonly value: T } | null = null;
  private failure: { readonly atMs: number; readonly error: unknown } | null = null;
  private running: Promise<void> | null = null;

  /** `everyMs`: between the beginning of two looks. `deadlineMs`: it is given up after that. */
  constructor(
    private readonly look: (signal: AbortSignal) => Promise<T>,
    private readonly options: {
      readonly everyMs: number;
      readonly deadlineMs: number;
      readonly now: () => number;
    },
  ) {}

  /**
   * The newest result with the time at which that look began; null while there is none yet. Waits for one under way no longer than
   * `patienceMs`. Rejects with why the last look failed, when it did.
   */
  async result(patienceMs: number): Promise<{ readonly beganMs: number; readonly value: T } | null> {
    const { now, everyMs } = this.options;
    const newest = Math.max(this.last?.beganMs ?? -1, this.failure?.atMs ?? -1);
    if (newest < 0 || now() - newest >= everyMs) this.running ??= this.begin();
    if (this.running !== null) await within(this.running, patienceMs);
    if (this.failure !== null) throw this.failure.error;
    return this.last;
  }

  private async begin(): Promise<void> {
    const { now, deadlineMs } = this.options;
    const beganMs = now();
    const controller = new AbortController();
    const timer = setTimeout(
      () => controller.abort(new Error(`no answer within ${deadlineMs / 1000} s`)),
      deadlineMs,
    );
    try {
      this.last = { beganMs, value: await unlessAborted(this.look(controller.signal), controller.signal) };
      this.failure = null;
    } catch (error) {
      this.failure = { atMs: beganMs, error };
    } finally {
      clearTimeout(timer);
      this.running = null;
    }
  }
}

function unlessAborted<T>(look: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    look.then(resolve, reject);
  });
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
