/** The registrar on a log in memory: serial writes, one failure for good, its texts and its metrics. */
import { setTimeout as delay } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { durationText } from "../../../../src/sandbox/mesos/coordination/duration-text.js";
import { masterInfo } from "../../../../src/sandbox/mesos/coordination/master-info.js";
import type { ProcessEnd } from "../../../../src/sandbox/mesos/coordination/process-end.js";
import { Registrar, type RegistryLog } from "../../../../src/sandbox/mesos/coordination/registrar.js";
import { StoreTimer } from "../../../../src/sandbox/mesos/coordination/store-timer.js";

const registrar = suite("mesos registrar");

const self = masterInfo({ id: "m", ip: "127.0.0.11", port: 5050, hostname: "127.0.0.11", version: "1.12.0" });

/** Holds stores back until `open` is called. */
class MemoryLog implements RegistryLog {
  readonly stored: string[] = [];
  held: (() => void)[] = [];
  holding = false;
  silent = false;

  constructor(private readonly first: string | null) {}

  async fetch(signal: AbortSignal): Promise<string | null> {
    return this.silent ? never(signal) : this.first;
  }

  async store(text: string, signal: AbortSignal): Promise<void> {
    if (this.silent) return never(signal);
    if (this.holding) await new Promise<void>((resolve) => this.held.push(resolve));
    this.stored.push(text);
  }

  open(): void {
    for (const resolve of this.held.splice(0)) resolve();
  }
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
}

function started(log: MemoryLog) {
  const lines: string[] = [];
  const ends: ProcessEnd[] = [];
  let clock = 0;
  const made = new Registrar({
    storage: log,
    self,
    fetchMs: 60,
    storeMs: 20,
    log: (severity, where, text) => lines.push(`${severity} ${where}] ${text}`),
    end: (how) => ends.push(how),
    now: () => {
      clock += 1.5;
      return clock;
    },
  });
  return { made, lines, ends };
}

registrar("recovery writes our MasterInfo beside what was there, once", async () => {
  const log = new MemoryLog('{"weights":[{"info":{"role":"web","weight":3}}]}');
  const { made, lines } = started(log);
  assert.equal(made.state, {});
  assert.equal(made.metrics(), { "registrar/queued_operations": 0 });
  const [state, again] = await Promise.all([made.recover(), made.recover()]);
  assert.is(state, again);
  assert.equal(state, { weights: [{ info: { role: "web", weight: 3 } }], master: { info: self } });
  assert.equal(
    log.stored.map((text) => JSON.parse(text)),
    [state],
  );
  assert.equal(lines, [
    "I master.cpp] Recovering from registrar",
    "I registrar.cpp] Successfully fetched the registry (48B) in 1.5ms",
    "I registrar.cpp] Applied 1 operations in 1.5ms; attempting to update the registry",
    "I registrar.cpp] Successfully updated the registry in 1.5ms",
    "I registrar.cpp] Successfully recovered registrar",
  ]);
  assert.is(made.metrics()["registrar/registry_size_bytes"], Buffer.byteLength(log.stored[0] ?? ""));
});

registrar("operations that come during a write go together into the next", async () => {
  const log = new MemoryLog(null);
  const { made, lines } = started(log);
  await made.recover();
  log.holding = true;
  const add = (role: string) =>
    made.apply((state) => ({ ...state, weights: [...(state.weights ?? []), { role }] }));
  const first = add("a");
  await delay(1);
  const others = [add("b"), add("c"), made.apply((state) => state)];
  await delay(1);
  assert.is(made.metrics()["registrar/queued_operations"], 3);
  assert.is(made.state.weights, undefined, "not before it is acknowledged");
  log.open();
  assert.equal((await first).weights, [{ role: "a" }]);
  await delay(1);
  log.open();
  assert.equal(
    (await Promise.all(others)).map((state) => state.weights?.length),
    [3, 3, 3],
  );
  assert.is(log.stored.length, 3);
  assert.ok(lines.some((line) => line.includes("Applied 3 operations in")));
});

registrar("nothing is written when nothing changes", async () => {
  const log = new MemoryLog(null);
  const { made } = started(log);
  await made.recover();
  await made.apply((state) => state);
  assert.is(log.stored.length, 1);
});

registrar("after one write that is not acknowledged in time it is dead; the process lives", async () => {
  const log = new MemoryLog(null);
  const { made, lines, ends } = started(log);
  await made.recover();
  log.silent = true;
  const error = await made.apply((state) => ({ ...state, weights: [] })).catch(String);
  assert.is(error, "Error: Failed to update registry: Failed to perform store within 20ms");
  log.silent = false;
  assert.is(await made.apply((state) => ({ ...state, gone: {} })).catch(String), error);
  assert.is(
    lines.at(-1),
    "E registrar.cpp] Registrar aborting: Failed to update registry: Failed to perform store within 20ms",
  );
  assert.equal([ends, made.state], [[], { master: { info: self } }]);
});

registrar("an operation that throws fails the registrar, not the process", async () => {
  const { made } = started(new MemoryLog(null));
  await made.recover();
  const broken = () => {
    throw new Error("no such agent");
  };
  assert.is(await made.apply(broken).catch(String), "Error: Failed to update registry: no such agent");
});

registrar("without a quorum recovery aborts the process", async () => {
  const log = new MemoryLog(null);
  log.silent = true;
  const { made, ends } = started(log);
  const message = "Recovery failed: Failed to recover registrar: Failed to perform fetch within 60ms";
  assert.is(await made.recover().catch(String), `Error: ${message}`);
  assert.equal(ends, [{ kind: "abort", signal: "SIGABRT", message }]);
  assert.is(await made.apply((state) => state).catch(String), `Error: ${message}`);
});

registrar("before recovery nothing can be applied", async () => {
  const { made } = started(new MemoryLog(null));
  const error = await made.apply((state) => state).catch(String);
  assert.is(error, "Error: Attempted to apply the operation before recovering");
});

registrar("durations as Mesos prints them", () => {
  const recorded = [
    [0.394971, "394971ns"],
    [71.304192, "71.304192ms"],
    [1_646.5344, "1.6465344secs"],
    [20_000, "20secs"],
    [60_000, "1mins"],
  ] as const;
  for (const [ms, text] of recorded) assert.is(durationText(ms), text);
});

registrar("the timer gives the recorded summary for the recorded samples", () => {
  const timer = new StoreTimer();
  assert.equal(timer.metrics("t"), {});
  for (const ms of [22.94528, 13.221888, 10.777088]) timer.add(ms);
  const close = Object.entries(timer.metrics("t")).map(([name, value]) => [name, Number(value.toFixed(6))]);
  assert.equal(close, [
    ["t", 10.777088],
    ["t/count", 3],
    ["t/max", 22.94528],
    ["t/min", 10.777088],
    ["t/p50", 13.221888],
    ["t/p90", 21.000602],
    ["t/p95", 21.972941],
    ["t/p99", 22.750812],
    ["t/p999", 22.925833],
    ["t/p9999", 22.943335],
  ]);
});

registrar.run();
