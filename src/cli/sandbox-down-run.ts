/**
 * Carries out `ferry sandbox down`: an ordinary destroy, then whatever an interrupted one has left, then the folder. It removes only
 * what is a sandbox, and nothing while another ferry works on it.
 */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openRuntime } from "../../providers/open-runtime.js";
import {
  type Diagnostic,
  DiagnosticError,
  errorDiagnostic,
  warningDiagnostic,
} from "../diagnostics/diagnostic.js";
import { KEPT, readNote, removeSandbox } from "../sandbox/platform/workspace.js";
import { createSecretResolver } from "../secrets/resolver.js";
import { isObject, type JsonObject } from "../value/json.js";
import { openState } from "./project.js";
import type { Reply } from "./reply.js";
import { type SandboxRequest, shownFolder } from "./sandbox-command.js";
import { applySandbox, executionOf } from "./sandbox-up-run.js";
import type { Terminal } from "./terminal.js";

export interface SandboxDownRequest extends SandboxRequest {
  readonly keepData: boolean;
}

/** Errors after which something may still be at work, or a person has said stop. */
const NOT_OURS_TO_FORCE: ReadonlySet<string> = new Set(["state-locked", "interrupted"]);

export async function runSandboxDown(request: SandboxDownRequest, terminal: Terminal): Promise<Reply> {
  const { folder, keepData } = request;
  if ((await readNote(folder)) === null) return nothingThere(folder);
  const destroyed = await destroy(request, terminal);
  if (mustStop(destroyed)) return destroyed;
  if (destroyed.exitCode !== 0 && (await reachesElsewhere(request))) return destroyed;
  const swept = await sweep(request, terminal);
  const left = keepData ? [] : await removeSandbox(folder);
  const diagnostics =
    destroyed.exitCode === 0 ? withoutKeptData(destroyed.diagnostics) : [inWords(destroyed, swept)];
  return {
    exitCode: 0,
    diagnostics,
    text: () => textOf(folder, keepData, left),
    data: { directory: folder, execution: executionOf(destroyed), removedAlone: [...swept], left: [...left] },
  };
}

async function destroy(request: SandboxRequest, terminal: Terminal): Promise<Reply> {
  try {
    return await applySandbox(request, "destroy", terminal);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { exitCode: 1, diagnostics: error.diagnostics, text: () => "", data: null };
  }
}

function mustStop(destroyed: Reply): boolean {
  const execution = executionOf(destroyed);
  if (isObject(execution) && execution["outcome"] === "interrupted") return true;
  return destroyed.diagnostics.some(({ code }) => NOT_OURS_TO_FORCE.has(code));
}

/** Whether somebody put servers elsewhere than below the folder, which only the state knows and a destroy can remove. */
async function reachesElsewhere({ configuration }: SandboxRequest): Promise<boolean> {
  try {
    const { backend } = await openState(configuration, new AbortController().signal);
    const state = await backend.read().finally(() => backend.close());
    const hosts = Object.values(state?.resources ?? {}).filter(({ kind }) => kind === "Host");
    return hosts.some(({ spec }) => !isBelow(spec));
  } catch (error) {
    if (error instanceof DiagnosticError) return true;
    throw error;
  }
}

function isBelow(host: JsonObject): boolean {
  const runtime = isObject(host["runtime"]) ? host["runtime"]["process"] : null;
  return isObject(runtime) && String(runtime["workDir"]).startsWith(`${KEPT}/hosts/`);
}

/** Stops and removes every server that is left below the folder; their data goes with the folder, if it goes. */
async function sweep(request: SandboxDownRequest, terminal: Terminal): Promise<readonly string[]> {
  const { folder, configuration } = request;
  const hosts = join(KEPT, "hosts");
  const names = existsSync(join(folder, hosts)) ? (await readdir(join(folder, hosts))).sort() : [];
  const secrets = createSecretResolver({ root: folder, env: configuration.env, salt: "" });
  const { signal } = new AbortController();
  const removed: string[] = [];
  for (const name of names) {
    const spec = { runtime: { process: { workDir: join(hosts, name) } } };
    const runtime = await openRuntime(`Host/${name}`, spec, { projectRoot: folder, secrets, signal });
    const units = await runtime.list({}, signal);
    if (units.length > 0)
      terminal.note(`Removing what is left: ${units.map((unit) => unit.name).join(", ")}`);
    await Promise.all(units.map((unit) => runtime.remove(unit.name, { purgeData: false }, signal)));
    removed.push(...units.map((unit) => unit.name));
    await runtime.close();
  }
  return removed;
}

/** That data is kept on the way is not worth a warning: it goes with the folder, or was asked for. */
function withoutKeptData(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ code }) => code !== "host-directory-kept");
}

/** What the destroy could not do was done another way: a warning that says so. */
function inWords(destroyed: Reply, swept: readonly string[]): Diagnostic {
  const why = destroyed.diagnostics.map(({ summary }) => summary).join("; ");
  const servers = swept.length === 1 ? "1 server was" : `${swept.length} servers were`;
  return warningDiagnostic(
    "sandbox-swept",
    `the ordinary destroy did not end well, and ${servers} removed alone`,
    {
      detail: `It said: ${why === "" ? "nothing" : why}. Nothing of the sandbox runs any more.`,
      remedy: "Nothing needs to be done.",
    },
  );
}

function textOf(folder: string, keepData: boolean, left: readonly string[]): string {
  const dir = shownFolder(folder);
  if (keepData)
    return `Nothing of the sandbox runs. Its data stays in ${dir}; \`ferry sandbox up --dir ${dir}\` goes on with it.`;
  if (left.length === 0) return `The sandbox is removed, and ${dir} with it.`;
  return `The sandbox is removed. In ${dir} stays what it has not written: ${left.join(", ")}.`;
}

/** No error: whoever wants it gone has it gone. Somebody else's folder is another matter. */
async function nothingThere(folder: string): Promise<Reply> {
  if (existsSync(folder) && (await readdir(folder)).length > 0) {
    throw new DiagnosticError([
      errorDiagnostic("sandbox-foreign-folder", `${shownFolder(folder)} is not a sandbox`, {
        detail: "Nothing was touched.",
        remedy: "Name the folder of the sandbox with --dir.",
      }),
    ]);
  }
  return {
    exitCode: 0,
    diagnostics: [],
    text: () => `There is no sandbox in ${shownFolder(folder)}.`,
    data: { directory: folder, execution: null, removedAlone: [], left: [] },
  };
}
