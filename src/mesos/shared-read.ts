/**
 * One read for many who ask at the same time, and never an answer older than the question: who asks while a read is under way gets
 * the next one, together with all others who ask meanwhile. It keeps no answer.
 */
export class SharedRead<T> {
  private running: Promise<unknown> = Promise.resolve();
  /** Not sent yet. */
  private next: Promise<T> | null = null;
  private readonly stop = new AbortController();

  constructor(private readonly read: (signal: AbortSignal) => Promise<T>) {}

  /** Rejects as the read does, or with the reason of `signal`, which ends the wait and not the read. */
  get(signal: AbortSignal): Promise<T> {
    this.next ??= this.afterwards();
    return orAborted(this.next, signal);
  }

  /** Ends the read that is under way. */
  close(): void {
    this.stop.abort(new Error("the client was closed"));
  }

  private afterwards(): Promise<T> {
    const before = this.running;
    const mine = before.then(() => {
      this.next = null;
      return this.read(this.stop.signal);
    });
    this.running = mine.catch(() => undefined);
    return mine;
  }
}

function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
