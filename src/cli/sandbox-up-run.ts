/** Carries out `ferry sandbox up`: writes the project, applies it as any other, and shows what runs. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { choiceJson } from "../sandbox/platform/choice.js";
import { complaintsOf, type PlatformStatus, statusJson } from "../sandbox/platform/status.js";
import { statusText } from "../sandbox/platform/status-text.js";
import { type Prepared, prepareSandbox, type Wanted } from "../sandbox/platform/workspace.js";
import { isObject, type Json } from "../value/json.js";
import { runApply } from "./apply-run.js";
import { describeDuration } from "./duration.js";
import { DEFAULT_PARALLELISM } from "./planning-command.js";
import type { Reply } from "./reply.js";
import { type SandboxRequest, shownFolder } from "./sandbox-command.js";
import { lookAtSandbox } from "./sandbox-status-run.js";
import type { Terminal } from "./terminal.js";

export interface SandboxUpRequest extends SandboxRequest {
  readonly wanted: Wanted;
}

export async function runSandboxUp(request: SandboxUpRequest, terminal: Terminal): Promise<Reply> {
  const begun = Date.now();
  const { folder } = request;
  const prepared = await prepareSandbox(folder, request.wanted);
  terminal.note(preparedNote(folder, prepared));
  const applied = await applySandbox(request, "apply", terminal);
  const choice = choiceJson(prepared.choice);
  if (applied.exitCode !== 0) {
    const data = { directory: folder, choice, execution: executionOf(applied), status: null };
    return { ...applied, text: () => goingOn(folder), data };
  }
  const status = await settled(request);
  const took = describeDuration(Date.now() - begun);
  return {
    exitCode: 0,
    diagnostics: applied.diagnostics,
    text: () => `${statusText(status)}\n\n${next(folder, took)}`,
    data: { directory: folder, choice, execution: executionOf(applied), status: statusJson(status) },
  };
}

/** Milliseconds until frameworks have registered, which nothing in the configuration waits for. */
const SETTLE_MS = 15_000;
const LOOK_EVERY_MS = 250;

/** How it is once all is well, or after a while. */
async function settled(request: SandboxRequest): Promise<PlatformStatus> {
  const end = Date.now() + SETTLE_MS;
  const { signal } = new AbortController();
  for (;;) {
    const status = await lookAtSandbox(request, signal);
    if (complaintsOf(status).length === 0 || Date.now() > end) return status;
    await delay(LOOK_EVERY_MS);
  }
}

/** Plans and applies, or destroys, the sandbox without asking: everything in it is its own. */
export async function applySandbox(
  request: SandboxRequest,
  mode: "apply" | "destroy",
  terminal: Terminal,
): Promise<Reply> {
  const answer = await runApply(
    {
      configuration: request.configuration,
      command: mode,
      mode,
      targets: [],
      excludes: [],
      refresh: true,
      parallelism: DEFAULT_PARALLELISM,
      // The plan is no news to anybody here: it comes as data, and the progress is shown.
      format: "json",
      autoApprove: true,
      lockTimeoutMs: 0,
      saved: null,
      onSecrets: request.onSecrets,
    },
    terminal,
  );
  return { ...answer, diagnostics: answer.diagnostics.filter(isNews) };
}

/** Whether the folder lies in somebody's repository is of no interest. */
function isNews({ code }: Diagnostic): boolean {
  return code !== "git-dirty";
}

export function executionOf({ data }: Reply): Json {
  return (isObject(data) ? data["execution"] : null) ?? null;
}

function preparedNote(folder: string, { isNew, kept, choice }: Prepared): string {
  const where = `${shownFolder(folder)} (127.${choice.net}.x.y${choice.portShift === 0 ? "" : `, ports + ${choice.portShift}`})`;
  const first = isNew ? `Wrote a sandbox into ${where}` : `The sandbox in ${where} is there already`;
  const files = kept.map((name) => `  ${name} was changed by somebody and stays as it is`);
  return [first, ...files].join("\n");
}

function goingOn(folder: string): string {
  const dir = shownFolder(folder);
  return `\nThe sandbox is not complete. \`ferry sandbox up --dir ${dir}\` goes on from here; \`ferry sandbox down --dir ${dir}\` removes it.`;
}

function next(folder: string, took: string): string {
  const dir = shownFolder(folder);
  return `The sandbox is up after ${took}. It is the project in ${join(dir, "ferry.yaml")} and the files beside it; things to try:

  ferry sandbox status --dir ${dir}                 # then kill -9 the process of the leading master, and look again
  ferry plan --chdir ${dir}                         # nothing to do, until you change something
  ferry show --chdir ${dir} MesosMasters/a
  ferry sandbox down --dir ${dir}                   # removes everything again`;
}
