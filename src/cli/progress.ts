/** Tells on stderr what goes on, one line at a time, so that logs of CI read the same as a terminal. */
import type { ActionResult, ExecutionEvent } from "../apply/execution.js";
import type { Action } from "../plan/plan.js";
import { describeDuration } from "./duration.js";
import type { Terminal } from "./terminal.js";

const DOING: Readonly<Record<Action, string>> = {
  create: "creating",
  update: "updating",
  replace: "replacing",
  delete: "deleting",
  forget: "forgetting",
  "no-op": "recording",
};

const DONE: Readonly<Record<Action, string>> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  forget: "forgotten",
  "no-op": "recorded",
};

function endLine(result: ActionResult): string {
  const { address, action, status, reason, durationMs } = result;
  if (status === "done") return `${address}: ${DONE[action]} (${describeDuration(durationMs)})`;
  return `${address}: ${status}${reason === null ? "" : `, ${reason}`}`;
}

/** A listener for the executor. `redact` takes secrets out of what servers said. */
export function progressPrinter(
  terminal: Terminal,
  redact: (text: string) => string,
): (event: ExecutionEvent) => void {
  return (event) => {
    if (event.kind === "started") terminal.note(`${event.address}: ${DOING[event.action]}`);
    else if (event.kind === "ended") terminal.note(redact(endLine(event.result)));
    else {
      const { message, step, steps } = event.progress;
      const count = step === undefined ? "" : ` [${step}${steps === undefined ? "" : `/${steps}`}]`;
      terminal.note(redact(`${event.address}:${count} ${message}`));
    }
  };
}
