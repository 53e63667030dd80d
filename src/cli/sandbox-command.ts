/** What the commands of the sandbox share: where it is, and the request for its configuration. */
import { relative, resolve } from "node:path";
import { Option } from "clipanion";
import { type ConfigurationRequest, ProjectCommand } from "./command.js";

export interface SandboxRequest {
  /** Absolute. */
  readonly folder: string;
  readonly configuration: ConfigurationRequest;
  /** Called with what takes secrets out of texts, as soon as secrets may have been read. */
  readonly onSecrets: (redact: (text: string) => string) => void;
}

export abstract class SandboxCommand extends ProjectCommand {
  folder = Option.String("--dir", "sandbox", { description: "Folder of the sandbox (default: sandbox)" });

  protected sandboxRequest(): SandboxRequest {
    const folder = resolve(this.directory(), this.folder);
    return {
      folder,
      configuration: {
        directory: folder,
        paths: [],
        environment: null,
        variables: [],
        variableFiles: [],
        env: this.context.env,
      },
      onSecrets: (redact) => {
        this.redact = redact;
      },
    };
  }
}

/** The folder as people write it here. */
export function shownFolder(folder: string): string {
  return relative(process.cwd(), folder) || ".";
}
