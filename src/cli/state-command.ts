/** What the `state` commands share: they open the backend only, and those that write hold the lock. */
import { Option } from "clipanion";
import { ConfigurationCommand } from "./command.js";
import { parseDuration } from "./duration.js";
import type { Reply } from "./reply.js";
import type { StateStore } from "./state-store.js";
import type { Terminal } from "./terminal.js";

export abstract class StateCommand extends ConfigurationCommand {
  protected abstract withStore(store: StateStore): Promise<Reply>;

  /** Null: only reads. */
  protected lockWait(): number | null {
    return null;
  }

  protected override async run(terminal: Terminal): Promise<Reply> {
    const [{ openState, takeLock }, { StateStore }, { listenForInterrupts }] = await Promise.all([
      import("./project.js"),
      import("./state-store.js"),
      import("./interrupts.js"),
    ]);
    const interrupts = listenForInterrupts(terminal);
    const { backend, redact } = await openState(this.configurationRequest([]), interrupts.stop);
    this.redact = redact;
    try {
      const timeoutMs = this.lockWait();
      if (timeoutMs === null) return await this.withStore(new StateStore(backend, null));
      const operation = this.path.join(" ");
      const lock = await takeLock(backend, { operation, timeoutMs, signal: interrupts.stop }, terminal);
      try {
        return await this.withStore(new StateStore(backend, lock));
      } finally {
        await lock.release();
      }
    } finally {
      await backend.close();
      interrupts.dispose();
    }
  }
}

export abstract class LockingStateCommand extends StateCommand {
  lockTimeout = Option.String("--lock-timeout", "0", {
    description: "Wait so long for another ferry to finish, e.g. 30s (default: do not wait)",
  });

  protected override lockWait(): number | null {
    return parseDuration(this.lockTimeout, "--lock-timeout");
  }
}
