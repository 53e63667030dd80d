/** Time as it is passed in everywhere: what it is, and what is to happen later. */

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after `ms` milliseconds; the result cancels it. */
  after(ms: number, call: () => void): () => void;
}

export const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

/** `2021-03-04T09:15:00.120Z`, as all of Marathon's times are written. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Calls again and again, `first` milliseconds from now and then each `every`; the result ends it. */
export function repeatedly(clock: Clock, first: number, every: number, call: () => void): () => void {
  let cancel = clock.after(first, function again() {
    cancel = clock.after(every, again);
    call();
  });
  return () => cancel();
}
