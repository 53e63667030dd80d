/** The options that all commands have which plan: plan, apply, destroy, drift. */
import { Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { ConfigurationCommand } from "./command.js";

export const FORMATS = ["text", "json", "markdown"] as const;
export type Format = (typeof FORMATS)[number];

export const DEFAULT_PARALLELISM = 10;

export abstract class ReadingCommand extends ConfigurationCommand {
  format = Option.String("--format", { description: "text (default), json or markdown" });
  parallelism = Option.String("--parallelism", String(DEFAULT_PARALLELISM), {
    description: `How many resources are worked on at once (default ${DEFAULT_PARALLELISM})`,
  });

  protected override wantsJson(): boolean {
    return this.json || this.format === "json";
  }

  /** Throws for an unknown format; `--json` is `--format json`. */
  protected chosenFormat(): Format {
    const wanted = this.json ? "json" : (this.format ?? "text");
    const format = FORMATS.find((name) => name === wanted);
    if (format !== undefined) return format;
    throw new DiagnosticError([
      errorDiagnostic("usage-format", `--format: there is no format "${wanted}"`, {
        remedy: `Give one of: ${FORMATS.join(", ")}.`,
      }),
    ]);
  }

  protected chosenParallelism(): number {
    const number = Number(this.parallelism);
    if (Number.isInteger(number) && number >= 1 && number <= 1000) return number;
    throw new DiagnosticError([
      errorDiagnostic(
        "usage-parallelism",
        `--parallelism: "${this.parallelism}" is no number from 1 to 1000`,
        {
          remedy: `Leave it out for ${DEFAULT_PARALLELISM}, or give for example --parallelism=4.`,
        },
      ),
    ]);
  }
}

export abstract class SelectingCommand extends ReadingCommand {
  targets = Option.Array("--target", [], {
    description: "Only this address and what it depends on (may be repeated)",
  });
  excludes = Option.Array("--exclude", [], {
    description: "Everything but this address and what depends on it (may be repeated)",
  });
}

/** Options of commands that change something. */
export abstract class ChangingCommand extends SelectingCommand {
  autoApprove = Option.Boolean("--auto-approve", false, {
    description: "Do not ask before changing anything",
  });
  lockTimeout = Option.String("--lock-timeout", "0", {
    description: "Wait so long for another ferry to finish, e.g. 30s (default: do not wait)",
  });
}
