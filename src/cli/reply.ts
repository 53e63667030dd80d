/**
 * What a command answers, and how it is printed: one text, or one JSON document with the same content. The JSON form is
 * a contract (docs/commands.md): JSON_FORMAT_VERSION rises when a reader would break.
 */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { ferryVersion } from "../install/root.js";
import type { Json } from "../value/json.js";
import type { Terminal } from "./terminal.js";

export const JSON_FORMAT_VERSION = 1;

/** 0 done or nothing to do, 1 error, 2 changes or drift where the command says so. */
export type ExitCode = 0 | 1 | 2;

export interface Reply {
  readonly exitCode: ExitCode;
  readonly diagnostics: readonly Diagnostic[];
  /** For people, to stdout. Made only when it is printed. */
  readonly text: () => string;
  /** For programs: `result` of the JSON document; null when there is none. */
  readonly data: Json;
}

export function reply(text: string, data: Json, diagnostics: readonly Diagnostic[] = []): Reply {
  return { exitCode: 0, diagnostics, text: () => text, data };
}

export function failure(diagnostics: readonly Diagnostic[], data: Json = null): Reply {
  return { exitCode: 1, diagnostics, text: () => "", data };
}

/** What a thrown value becomes: its diagnostics, or one calm message; the stack only with FERRY_DEBUG=1. */
export function replyOfError(error: unknown, env: Readonly<Record<string, string | undefined>>): Reply {
  if (error instanceof DiagnosticError) return failure(error.diagnostics);
  const message = error instanceof Error ? error.message : String(error);
  const debug = (env["FERRY_DEBUG"] ?? "") !== "";
  const stack = debug && error instanceof Error ? error.stack : undefined;
  return failure([
    errorDiagnostic("internal", `ferry came upon something it did not expect: ${message}`, {
      detail: stack ?? "This is a mistake in ferry. What it had done until then is recorded.",
      remedy: debug
        ? "Please report it with the text above."
        : "Run the same command with FERRY_DEBUG=1 to see where it happened, and please report it.",
    }),
  ]);
}

export interface PrintOptions {
  readonly command: string;
  readonly json: boolean;
  /** Takes secrets out of everything printed. */
  readonly redact: (text: string) => string;
}

export async function printReply(answer: Reply, terminal: Terminal, options: PrintOptions): Promise<void> {
  if (options.json) {
    const document = {
      formatVersion: JSON_FORMAT_VERSION,
      ferryVersion: ferryVersion(),
      command: options.command,
      exitCode: answer.exitCode,
      diagnostics: answer.diagnostics,
      result: answer.data,
    };
    terminal.result(options.redact(JSON.stringify(document, null, 2)));
    return;
  }
  if (answer.diagnostics.length > 0) {
    const { renderDiagnostics } = await import("../diagnostics/render.js");
    const { paletteFor } = await import("./palette.js");
    terminal.note(
      options.redact(renderDiagnostics(answer.diagnostics, await paletteFor(terminal.colour.error))),
    );
  }
  terminal.result(options.redact(answer.text()));
}
