/**
 * What all commands share: the options every one has, and turning an answer or an error into output and an exit code.
 * A command class itself parses, calls and answers; it prints nothing but progress.
 */
import { resolve } from "node:path";
import { Command, Option } from "clipanion";
import { printReply, type Reply, replyOfError } from "./reply.js";
import { createTerminal, type Terminal } from "./terminal.js";

export abstract class FerryCommand extends Command {
  noColor = Option.Boolean("--no-color", false, { description: "No colours, whatever the terminal can" });

  /** Replaced as soon as secrets are known. */
  protected redact: (text: string) => string = (text) => text;

  /** JSON instead of text; commands with `--json` or `--format` override it. */
  protected wantsJson(): boolean {
    return false;
  }

  protected abstract run(terminal: Terminal): Promise<Reply>;

  async execute(): Promise<number> {
    const { stdin, stdout, stderr, env } = this.context;
    const terminal = createTerminal({ stdin, stdout, stderr, env, noColour: this.noColor });
    let answer: Reply;
    try {
      answer = await this.run(terminal);
    } catch (error) {
      answer = replyOfError(error, env);
    }
    const options = { command: this.path.join(" "), json: this.wantsJson(), redact: this.redact };
    await printReply(answer, terminal, options);
    return answer.exitCode;
  }
}

/** A command that works in a project and can answer in JSON. */
export abstract class ProjectCommand extends FerryCommand {
  chdir = Option.String("--chdir", { description: "Work in this directory instead of the current one" });
  json = Option.Boolean("--json", false, { description: "One JSON document on stdout, for programs" });

  protected override wantsJson(): boolean {
    return this.json;
  }

  /** Absolute path of the directory to work in. */
  protected directory(): string {
    return resolve(this.chdir ?? ".");
  }
}

/** A command that reads the configuration. */
export abstract class ConfigurationCommand extends ProjectCommand {
  variables = Option.Array("--var", [], { description: "Set a variable: NAME=VALUE (may be repeated)" });
  variableFiles = Option.Array("--var-file", [], {
    description: "Take variables from a YAML file (may be repeated; later ones win)",
  });
  environment = Option.String("--env", { description: "Use overlays/ENV and its variables" });

  /** What the loader wants; `paths` are files and folders given by position. */
  protected configurationRequest(paths: readonly string[]): ConfigurationRequest {
    return {
      directory: this.directory(),
      paths: [...paths],
      environment: this.environment ?? null,
      variables: this.variables,
      variableFiles: this.variableFiles,
      env: this.context.env,
    };
  }
}

export interface ConfigurationRequest {
  /** Absolute. */
  readonly directory: string;
  readonly paths: string[];
  readonly environment: string | null;
  readonly variableFiles: string[];
  /** `NAME=VALUE` */
  readonly variables: string[];
  readonly env: Record<string, string | undefined>;
}
