/** Engines as real processes, killed with -9 at random moments until one of them completes the migration. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { sampleSpec } from "../engine/sample-plan.js";

const PROCESS = fileURLToPath(new URL("./engine-process.js", import.meta.url));

/** Proved in moments, so that the time goes into actions. */
export const HASTY = sampleSpec({
  observeEverySeconds: 0.02,
  limits: { ...sampleSpec().limits, holdSeconds: 0 },
});

export const STEPS = {
  1: [{ repeatable: true }, { repeatable: false }],
  2: [{ repeatable: false }, { repeatable: false }, { repeatable: true }],
  3: [{ repeatable: false }],
  4: [{ repeatable: false }, { repeatable: false }],
  5: [{ repeatable: false }],
  6: [{ repeatable: false }],
} as const;

export interface Place {
  readonly kind: "local" | "zookeeper";
  readonly where: string;
  /** For the platform and the audit log. */
  readonly folder: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** It has taken the migration up, or ended. */
  readonly atWork: Promise<unknown>;
  readonly ended: Promise<{ readonly signal: NodeJS.Signals | null; readonly output: string }>;
}

export function startEngine({ kind, where, folder }: Place, id: string): Running {
  const child = spawn(process.execPath, [PROCESS, kind, where, folder, id], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  let begin: (value: unknown) => void = () => undefined;
  const begun = new Promise((resolve) => {
    begin = resolve;
  });
  child.stdout?.on("data", (data) => {
    output += String(data);
    begin(null);
  });
  const ended = new Promise<{ signal: NodeJS.Signals | null; output: string }>((resolve) => {
    child.once("close", (_code, signal) => resolve({ signal, output }));
  });
  return { child, atWork: Promise.race([begun, ended]), ended };
}

/** Kills each so many milliseconds after it went to work, as `lives` say; the last one may end by itself. Gives how many were killed. */
export async function killUntilDone(place: Place, id: string, lives: readonly number[]): Promise<number> {
  let killed = 0;
  for (const life of [...lives, Number.POSITIVE_INFINITY]) {
    const { child, atWork, ended } = startEngine(place, id);
    await atWork;
    if (Number.isFinite(life)) await Promise.race([delay(life), ended]);
    if (Number.isFinite(life)) child.kill("SIGKILL");
    const { signal, output } = await ended;
    if (signal === "SIGKILL") killed += 1;
    else if (!output.includes("over done")) throw new Error(`an engine ended with: ${output}`);
    else return killed;
  }
  return killed;
}

/** Where the file of effects is. */
export function platformOf({ folder }: Place): string {
  return join(folder, "platform");
}
