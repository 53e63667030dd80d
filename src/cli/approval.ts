/** Asks a person before anything is changed. Only the full word "yes" counts; never asks when nobody can answer. */
import { createInterface } from "node:readline";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import type { Terminal } from "./terminal.js";

export interface ApprovalQuestion {
  /** Shown above the prompt. */
  readonly question: string;
  readonly signal: AbortSignal;
}

/** Throws DiagnosticError without a terminal: better before anything is read than after. */
export function requireTerminal(terminal: Terminal, command: string): void {
  if (!terminal.interactive) throw new DiagnosticError([nobodyToAsk(command)]);
}

/** True on "yes". */
export async function askApproval(terminal: Terminal, ask: ApprovalQuestion): Promise<boolean> {
  if (ask.signal.aborted) return false;
  terminal.note(`\n${ask.question}\n  Only "yes" is taken as approval. Answer:`);
  const lines = createInterface({ input: terminal.stdin });
  try {
    const answer = await new Promise<string>((resolve) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve(""));
      ask.signal.addEventListener("abort", () => resolve(""), { once: true });
    });
    return answer.trim() === "yes";
  } finally {
    lines.close();
  }
}

function nobodyToAsk(command: string) {
  const saved =
    command === "apply"
      ? "or save a plan with `ferry plan --out plan.json`, review it, and run `ferry apply plan.json`."
      : "or save a plan with `ferry plan --destroy --out plan.json`, review it, and run `ferry apply plan.json`.";
  return errorDiagnostic(
    "approval-needed",
    `\`ferry ${command}\` needs approval and there is no terminal to ask`,
    {
      detail: "Nothing was changed.",
      remedy: `Run it in a terminal, or with --auto-approve, ${saved}`,
    },
  );
}
