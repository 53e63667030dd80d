/** What the `sync` commands share: the words that choose Syncs, and what they want of the configuration. */
import { Option } from "clipanion";
import { ConfigurationCommand } from "./command.js";
import { filesAndNames, type SyncRequest } from "./sync-selection.js";

export abstract class SyncCommand extends ConfigurationCommand {
  /** @param chosen the name given by an option */
  protected syncRequest(subjects: readonly string[], chosen?: string): SyncRequest {
    const { files, names } = filesAndNames(subjects);
    return {
      configuration: this.configurationRequest(files),
      names: chosen === undefined ? names : [...names, chosen],
      onSecrets: (redact) => {
        this.redact = redact;
      },
    };
  }
}

/** A command on one Sync: by its name in the project, or by the file that declares it. */
export abstract class OneSyncCommand extends SyncCommand {
  chosen = Option.String("--name", { description: "Which Sync, where a file declares several" });
  subject = Option.String({ name: "FILE|NAME" });

  protected oneSync(): SyncRequest {
    return this.syncRequest([this.subject], this.chosen);
  }
}
