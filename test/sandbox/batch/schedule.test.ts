/** Repeating schedules: read, written, moved on; and jobs as they are read from requests and from the store. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { jobJson, readJob, storedJob } from "../../../src/sandbox/batch/job.js";
import { parseSchedule, type Schedule, scheduleText, turn } from "../../../src/sandbox/batch/schedule.js";

const schedules = suite("schedules of batch jobs");
const START = Date.parse("2021-03-04T09:15:00Z");

function parsed(text: string): Schedule {
  const schedule = parseSchedule(text, START);
  if (typeof schedule === "string") throw new Error(schedule);
  return schedule;
}

schedules("ISO 8601's repeating intervals", () => {
  assert.equal(parsed("R5/2021-03-04T09:15:00Z/PT10M"), { repetitions: 5, next: START, periodMs: 600_000 });
  assert.equal(parsed("R//P1DT2H"), { repetitions: null, next: START, periodMs: 93_600_000 });
  for (const text of ["", "R/x/PT1S", "R//PT0S", "R//P", "5//PT1S", "R//P1Y"])
    assert.type(parseSchedule(text, 0), "string", text);
});

schedules("of missed runs only the last is made up for, if it is recent", () => {
  const every10 = parsed("R5/2021-03-04T09:15:00Z/PT10S");
  assert.is(turn(every10, START - 1, 1000).due, false);
  assert.equal(turn(every10, START, 1000), {
    due: true,
    schedule: { repetitions: 4, next: START + 10_000, periodMs: 10_000 },
  });
  const late = turn(every10, START + 25_000, 1000);
  assert.equal([late.due, late.schedule.repetitions, late.schedule.next], [false, 2, START + 30_000]);
  assert.is(turn(every10, START + 25_000, 5000).due, true);
  const over = turn(every10, START + 1_000_000, 5000);
  assert.equal([over.due, over.schedule.repetitions], [false, 0]);
  assert.is(turn(over.schedule, START + 2_000_000, 5000).due, false);
});

schedules("a schedule is written as it is read, and never runs more often than asked for", () => {
  const any = fc.record(
    {
      repetitions: fc.option(fc.nat(20)),
      next: fc.integer({ min: START, max: START + 1e9 }),
      periodMs: fc.integer({ min: 1, max: 1e6 }).map((n) => n * 1000),
    },
    { noNullPrototype: true },
  );
  void fc.assert(
    fc.property(any, fc.array(fc.nat(1e6), { maxLength: 30 }), (schedule, steps) => {
      assert.equal(parsed(scheduleText(schedule)), schedule);
      let now = schedule.next;
      let at: Schedule = schedule;
      let runs = 0;
      for (const step of steps) {
        now += step;
        const next = turn(at, now, 60_000);
        if (next.due) runs += 1;
        at = next.schedule;
        assert.ok(at.repetitions === 0 || at.next > now);
      }
      assert.ok(schedule.repetitions === null || runs <= schedule.repetitions);
    }),
  );
});

schedules("jobs come back from the store as they went", () => {
  const job = readJob({ name: "a-b.c", command: "true", schedule: "R//PT5S", mem: 7 }, START);
  if (typeof job === "string") throw new Error(job);
  const ran = { ...job, successCount: 3, lastSuccess: "x", tasks: [{ id: "t", agentId: "S1", attempt: 1 }] };
  assert.equal(storedJob(jobJson(ran)), ran);
  for (const wrong of [
    [],
    { name: "a b" },
    { name: "a" },
    { name: "a", command: "x" },
    { ...jobJson(job), cpus: -1 },
  ])
    assert.type(readJob(wrong, START), "string");
});

schedules.run();
