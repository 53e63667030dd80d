/** Recorded events of the operator's and the scheduler's streams, and whether events of the simulation have their shapes. */
import { readFileSync } from "node:fs";
import { fixturePath, textDifferences } from "./recording.js";

/** Type, state and reason: events that agree in them should have one shape. */
function keyOf(event: string): string {
  const type = /"type": ?"([A-Z_]+)"/.exec(event)?.[1] ?? "";
  if (type !== "UPDATE" && type !== "TASK_UPDATED") return type;
  const state = /"state": ?"([A-Z_]+)"/.exec(event)?.[1] ?? "";
  return `${type} ${state} ${/"reason": ?"([A-Z_]+)"/.exec(event)?.[1] ?? ""}`;
}

/** The text of each event in a `.jsonl` of recordings, without the time and the client's own notes. */
function recordedEvents(name: string): string[] {
  return readFileSync(fixturePath(name), "utf8")
    .split("\n")
    .flatMap((line) => {
      const event =
        /^\{"t": "[^"]*", "event": (.*)\}$/.exec(line) ??
        /^\{"t": "[^"]*", "k": "[A-Z_]+", "v": (\{"type".*)\}$/.exec(line);
      return event?.[1] === undefined ? [] : [event[1]];
    });
}

/** What differs for those kinds of events that both have; and which of the wanted kinds never came. */
export function eventDifferences(
  recording: string,
  events: readonly string[],
  wanted: readonly string[],
): string[] {
  const recorded = new Map(recordedEvents(recording).map((event) => [keyOf(event), event]));
  const own = new Map(events.map((event) => [keyOf(event), event]));
  return wanted.flatMap((key) => {
    const [theirs, ours] = [recorded.get(key), own.get(key)];
    if (theirs === undefined) return [`${key}: not recorded`];
    if (ours === undefined) return [`${key}: did not come; there were ${[...own.keys()].join(", ")}`];
    return textDifferences(theirs, ours).map((line) => `${key}: ${line}`);
  });
}
