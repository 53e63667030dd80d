/**
 * Runs tasks that wait for each other, several at a time. It decides nothing about what a task does, and a task that
 * rejects is a mistake of the caller: tasks report failure by their outcome.
 */
import { Schedule, type ScheduledTask, type TaskOutcome } from "./schedule.js";

export interface RunOptions {
  /** Tasks under way at once, at least 1. */
  readonly parallelism: number;
  /** Aborted: nothing more is started, what is under way is awaited. */
  readonly stop: AbortSignal;
  /** A task will never run because one it waits for failed. */
  readonly onDropped?: (id: string, because: string) => void;
}

export interface RunResult {
  readonly dropped: readonly string[];
  /** Not started: stopped before, or waiting for each other in a circle. */
  readonly notStarted: readonly string[];
}

/** Resolves when nothing is under way and nothing more may start. */
export function runScheduled(
  tasks: readonly ScheduledTask[],
  options: RunOptions,
  run: (id: string) => Promise<TaskOutcome>,
): Promise<RunResult> {
  const schedule = new Schedule(tasks, options.parallelism);
  const dropped: string[] = [];
  return new Promise((resolve, reject) => {
    const ended = (id: string, outcome: TaskOutcome): void => {
      for (const name of schedule.finish(id, outcome)) {
        dropped.push(name);
        options.onDropped?.(name, id);
      }
      pump();
    };
    const pump = (): void => {
      const starting = options.stop.aborted ? [] : schedule.take();
      for (const id of starting) run(id).then((outcome) => ended(id, outcome), reject);
      if (schedule.running === 0) resolve({ dropped, notStarted: schedule.unstarted() });
    };
    pump();
  });
}
