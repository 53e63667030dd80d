/** Who shares a read with whom, and that nobody gets an answer to a question that was asked before. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SharedRead } from "../../src/mesos/shared-read.js";

const signal = new AbortController().signal;

/** Reads that are answered by hand, in their order, each with its number. */
class Reads {
  readonly open: ((answer: number | Error) => void)[] = [];
  begun = 0;
  readonly shared = new SharedRead<number>(() => {
    this.begun += 1;
    return new Promise((resolve, reject) => {
      this.open.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  });

  async answer(answer: number | Error): Promise<void> {
    await turn();
    this.open.shift()?.(answer);
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const sharing = suite("shared read");

sharing("those who ask while a read is under way share the next one", async () => {
  const reads = new Reads();
  const first = [reads.shared.get(signal), reads.shared.get(signal)];
  await turn();
  const second = [reads.shared.get(signal), reads.shared.get(signal), reads.shared.get(signal)];
  await reads.answer(1);
  assert.equal(await Promise.all(first), [1, 1]);
  await reads.answer(2);
  assert.equal(await Promise.all(second), [2, 2, 2]);
  assert.is(reads.begun, 2);
});

sharing("a failure is for those who asked, and the next one is read all the same", async () => {
  const reads = new Reads();
  const failing = reads.shared.get(signal).catch((error: Error) => error.message);
  await turn();
  const next = reads.shared.get(signal);
  await reads.answer(new Error("no"));
  assert.is(await failing, "no");
  await reads.answer(7);
  assert.is(await next, 7);
});

sharing("who gives up does not end the read of the others", async () => {
  const reads = new Reads();
  const impatient = new AbortController();
  const left = reads.shared.get(impatient.signal).catch((error: Error) => error.message);
  const stays = reads.shared.get(signal);
  await turn();
  impatient.abort(new Error("enough"));
  assert.is(await left, "enough");
  await reads.answer(3);
  assert.is(await stays, 3);
});

sharing.run();
