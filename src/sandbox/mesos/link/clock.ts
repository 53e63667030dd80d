/** The real clock, in the seconds and with the microseconds that Mesos shows. */

export const realClock = {
  now: (): number => Math.round((performance.timeOrigin + performance.now()) * 1000) / 1e6,
  after: (ms: number, call: () => void): (() => void) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
