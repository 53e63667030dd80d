/** Carries out `ferry audit verify`: whether the audit log is whole. Changes nothing. */
import { relative, resolve } from "node:path";
import { loadProject } from "../config/load.js";
import {
  type Diagnostic,
  DiagnosticError,
  errorDiagnostic,
  warningDiagnostic,
} from "../diagnostics/diagnostic.js";
import { verifyAuditLog } from "../migration/audit/log.js";
import type { Verdict } from "../migration/audit/verify.js";
import { count } from "../render/sync/words.js";
import type { ConfigurationRequest } from "./command.js";
import { auditPath } from "./migrate-store.js";
import type { Reply } from "./reply.js";

export interface AuditVerifyRequest {
  readonly configuration: ConfigurationRequest;
  /** As the user wrote it; null: the log of this project. */
  readonly file: string | null;
  /** A hash that was kept elsewhere: a line of the log must have it. Null: none was given. */
  readonly expect: string | null;
}

export async function runAuditVerify({ configuration, file, expect }: AuditVerifyRequest): Promise<Reply> {
  const { directory } = configuration;
  const path = file === null ? await ofProject(configuration) : resolve(directory, file);
  const name = file ?? (relative(directory, path) || path);
  const verdict = await verified(path, name, expect);
  const isWhole = verdict.broken === null && verdict.expected !== false;
  return {
    exitCode: isWhole ? 0 : 2,
    diagnostics: diagnosticsOf(verdict, name, expect),
    text: () => (isWhole ? wholeText(verdict, name) : ""),
    data: { file: name, ...(verdict as unknown as object), whole: isWhole },
  };
}

async function ofProject(request: ConfigurationRequest): Promise<string> {
  const loaded = await loadProject(request);
  if (loaded.value === undefined) throw new DiagnosticError(loaded.diagnostics);
  return auditPath(loaded.value);
}

async function verified(path: string, name: string, expect: string | null): Promise<Verdict> {
  try {
    return await verifyAuditLog(path, expect);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const why = code === "ENOENT" ? "there is no such file" : code;
    throw new DiagnosticError([
      errorDiagnostic("audit-unreadable", `cannot read the audit log ${name}: ${why}`, {
        detail: "It is made with the first migration that is begun, on the machine that carries it out.",
        remedy: "Give the file: `ferry audit verify FILE`.",
      }),
    ]);
  }
}

function wholeText({ lines, head, torn }: Verdict, name: string): string {
  const died =
    torn.length === 0
      ? ""
      : ` A process died over line ${torn.join(", ")}; the log says so, and nothing is missing.`;
  return `${name} is whole: ${count(lines)} lines, the last one is ${head}.${died}`;
}

function diagnosticsOf(verdict: Verdict, name: string, expect: string | null): readonly Diagnostic[] {
  const { broken, isOpen, expected } = verdict;
  const open = warningDiagnostic("audit-open", `${name}: the last line is not finished`, {
    detail: "A process died over it, or is writing it just now. The next line closes it.",
  });
  if (broken !== null) {
    return [
      errorDiagnostic("audit-broken", `${name} is broken at line ${broken.line}: ${broken.reason}`, {
        detail: `The ${count(verdict.lines)} lines before it are whole. Lines after it prove nothing.`,
        remedy: "Keep the file as it is, and compare it with a copy from another place.",
      }),
    ];
  }
  if (expected === false) {
    return [
      errorDiagnostic("audit-broken", `${name} has no line ${expect ?? ""}`, {
        detail: "It is whole in itself, so it was cut off before that line, or made anew as a whole.",
        remedy: "Keep the file as it is, and compare it with a copy from another place.",
      }),
    ];
  }
  return isOpen ? [open] : [];
}
