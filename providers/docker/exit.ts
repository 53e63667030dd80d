/** How a container's server ended, in words. Pure. */
import { constants } from "node:os";
import type { ContainerInspectInfo } from "dockerode";

/** Null when it was never started. */
export function exitText(state: ContainerInspectInfo["State"]): string | null {
  if (state.Status === "created") return state.Error === "" ? null : `could not be started: ${state.Error}`;
  const again = state.Restarting ? "; it is being started again" : "";
  const memory = state.OOMKilled ? " because the container's memory was used up" : "";
  return `${codeText(state.ExitCode)}${memory} at ${state.FinishedAt}${again}`;
}

function codeText(code: number): string {
  const name = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return name === undefined ? `exited with code ${code}` : `killed by signal ${code - 128} (${name})`;
}
