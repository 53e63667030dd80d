/** What the `migrate` commands share: the words that choose a migration, stages as numbers, formats. */
import { Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { STAGES, type StageNumber } from "../migration/model/spec.js";
import { ConfigurationCommand } from "./command.js";
import type { MigrateRequest } from "./migrate-world.js";
import { filesAndNames } from "./sync-selection.js";

export abstract class MigrateCommand extends ConfigurationCommand {
  subjects = Option.Rest({ name: "FILE|NAME" });

  protected migrateRequest(): MigrateRequest {
    const { files, names } = filesAndNames(this.subjects);
    if (names.length > 1) throw tooMany(names);
    return {
      configuration: this.configurationRequest(files),
      wanted: names[0] ?? null,
      file: null,
      onSecrets: (redact) => {
        this.redact = redact;
      },
    };
  }
}

/** `1` to `6`; throws DiagnosticError naming `option`. */
export function parseStage(text: string, option: string): StageNumber {
  const stage = STAGES.find((number) => String(number) === text.trim());
  if (stage !== undefined) return stage;
  throw wrongStage(text, option, "1 to 6");
}

/** What was given for an option that has to be given; throws DiagnosticError naming it. */
export function required(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new DiagnosticError([
    errorDiagnostic("usage-missing-option", `${option} is missing`, {
      detail: "Nothing was changed.",
      remedy: `Give it: ${option}=…; --help says what it wants.`,
    }),
  ]);
}

/** `0` (before stage 1) to `5`. */
export function parseStageBack(text: string, option: string): 0 | StageNumber {
  const trimmed = text.trim();
  if (trimmed === "0") return 0;
  const stage = STAGES.find((number) => String(number) === trimmed);
  if (stage !== undefined && stage < 6) return stage;
  throw wrongStage(text, option, "0 (before stage 1) to 5");
}

/** A stage, 0 for before the first, or `current`: null. */
export function parseStageOrCurrent(text: string, option: string): 0 | StageNumber | null {
  if (text.trim() === "current") return null;
  return text.trim() === "0" ? 0 : parseStage(text, option);
}

function wrongStage(text: string, option: string, range: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("usage-stage", `${option}: "${text}" is no stage`, {
      detail: "Nothing was changed.",
      remedy: `Give a number from ${range}.`,
    }),
  ]);
}

export function chosenFormat<T extends string>(format: string, formats: readonly T[]): T {
  const found = formats.find((each) => each === format);
  if (found !== undefined) return found;
  throw new DiagnosticError([
    errorDiagnostic("usage-format", `--format: there is no format "${format}"`, {
      remedy: `Give one of: ${formats.join(", ")}.`,
    }),
  ]);
}

function tooMany(names: readonly string[]): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("usage-migration", `one migration is wanted, and ${names.length} are named`, {
      detail: `They are ${names.join(", ")}. Nothing was changed.`,
      remedy: "Give one of them.",
    }),
  ]);
}
