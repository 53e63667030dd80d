/**
 * What a simulated task does, from its labels or, without them, from its command: how long it runs, how it ends, when it is
 * healthy, whether it heeds SIGTERM. Only reads; a real process is never started.
 */
import { isObject, type JsonObject } from "../../../value/json.js";
import { parseDuration } from "../model/duration.js";

export interface Behaviour {
  /** Milliseconds from the launch until TASK_STARTING. */
  readonly startMs: number;
  /** Milliseconds of TASK_RUNNING; null = for ever. */
  readonly runMs: number | null;
  /** Of its end by itself: 0 is TASK_FINISHED, others TASK_FAILED. */
  readonly exitStatus: number;
  /** Milliseconds of TASK_RUNNING until the first healthy check; null = no health check, or never healthy. */
  readonly healthyMs: number | null;
  /** Milliseconds of TASK_RUNNING until the checks fail for good; null = never. */
  readonly unhealthyMs: number | null;
  /** Only SIGKILL ends it. */
  readonly ignoresTerm: boolean;
}

/** As long as it took on the recorded machine. */
const START_MS = 250;

/** Names of the labels; durations as in Mesos' flags (`10secs`). They win over the command. */
export const LABELS = {
  startDelay: "sandbox.start-delay",
  finishAfter: "sandbox.finish-after",
  failAfter: "sandbox.fail-after",
  healthyAfter: "sandbox.healthy-after",
  unhealthyAfter: "sandbox.unhealthy-after",
  ignoreSigterm: "sandbox.ignore-sigterm",
} as const;

export function behaviourOf(info: JsonObject): Behaviour {
  const labels = labelsOf(info);
  const ms = (name: string): number | null => {
    const parsed = parseDuration(labels.get(name) ?? "");
    return typeof parsed === "number" ? parsed : null;
  };
  const command = commandBehaviour(commandOf(info));
  const finish = ms(LABELS.finishAfter);
  const fail = ms(LABELS.failAfter);
  const end = finish ?? fail;
  const checked = info["health_check"] !== undefined || info["check"] !== undefined;
  const healthy = ms(LABELS.healthyAfter);
  return {
    startMs: ms(LABELS.startDelay) ?? START_MS,
    runMs: end ?? command.runMs,
    exitStatus: end === null ? command.exitStatus : finish === null ? 1 : 0,
    healthyMs: checked || healthy !== null ? (healthy ?? 0) : null,
    unhealthyMs: ms(LABELS.unhealthyAfter),
    ignoresTerm: labels.get(LABELS.ignoreSigterm) === "true" || command.ignoresTerm,
  };
}

function labelsOf(info: JsonObject): ReadonlyMap<string, string> {
  const outer = info["labels"];
  const list = isObject(outer) ? outer["labels"] : undefined;
  if (!Array.isArray(list)) return new Map();
  return new Map(
    (list as readonly JsonObject[]).map(({ key, value }) => [
      String(key),
      value === undefined ? "" : String(value),
    ]),
  );
}

/** The command of the task, or of its executor; empty when there is none. */
export function commandOf(info: JsonObject): string {
  const command = info["command"];
  if (!isObject(command)) return "";
  const value = typeof command["value"] === "string" ? command["value"] : "";
  const args = Array.isArray(command["arguments"]) ? command["arguments"].map(String) : [];
  return command["shell"] === false ? args.join(" ") : value;
}

type Ending = Pick<Behaviour, "runMs" | "exitStatus" | "ignoresTerm">;

/** A few shell words are understood; any other command is taken for a service that runs for ever. */
function commandBehaviour(command: string): Ending {
  let runMs = 0;
  let ignoresTerm = false;
  let exitStatus = 0;
  const steps = command.split(/;|&&|\n/).map((step) => step.trim());
  if (command.trim() === "") return { runMs: null, exitStatus: 0, ignoresTerm };
  for (const step of steps.filter((each) => each !== "")) {
    const sleep = /^sleep\s+(\d+(?:\.\d+)?)$/.exec(step);
    const exit = /^exit\s+(\d+)$/.exec(step);
    if (/^trap\s+(""|'')\s+(SIG)?TERM$/.test(step)) ignoresTerm = true;
    else if (sleep !== null) runMs += Number(sleep[1]) * 1000;
    else if (exit !== null) return { runMs, exitStatus: Number(exit[1]), ignoresTerm };
    else if (step === "false") exitStatus = 1;
    else if (step === "true" || step === ":" || /^echo\b/.test(step)) exitStatus = 0;
    else return { runMs: null, exitStatus: 0, ignoresTerm };
  }
  return { runMs, exitStatus, ignoresTerm };
}
