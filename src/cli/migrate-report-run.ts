/** Carries out `ferry migrate report`: how a migration went, from its record. Changes nothing but the file it is told to write. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { reportOf } from "../migration/report/report.js";
import { reportJson } from "../render/migration/report-json.js";
import { renderReportMarkdown } from "../render/migration/report-markdown.js";
import type { ConfigurationRequest } from "./command.js";
import { withMigrations } from "./migrate-status-run.js";
import { findMigration } from "./migrate-store.js";
import { type Reply, reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export interface MigrateReportRequest {
  readonly configuration: ConfigurationRequest;
  readonly wanted: string | null;
  readonly format: "markdown" | "json";
  /** As the user wrote it; null: to stdout. */
  readonly out: string | null;
  readonly onSecrets: (redact: (text: string) => string) => void;
}

export function runMigrateReport(request: MigrateReportRequest, terminal: Terminal): Promise<Reply> {
  return withMigrations(request, terminal, async ({ store, secrets }) => {
    const report = reportOf(await findMigration(store, request.wanted));
    const json = reportJson(report);
    const text =
      request.format === "json" ? `${JSON.stringify(json, null, 2)}\n` : renderReportMarkdown(report);
    if (request.out === null) return reply(text, json);
    await write(resolve(request.configuration.directory, request.out), request.out, secrets.redact(text));
    return reply(`The report is in ${request.out}.`, json);
  });
}

async function write(path: string, name: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new DiagnosticError([
      errorDiagnostic("migration-report-not-written", `cannot write the report to ${name}: ${code}`, {
        detail: "Nothing else was changed.",
        remedy: "Choose a place that this user may write to.",
      }),
    ]);
  }
}
