/** `ferry audit verify`: look whether the audit log is whole. */
import { Command, Option } from "clipanion";
import { ConfigurationCommand } from "../command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class AuditVerifyCommand extends ConfigurationCommand {
  static override paths = [["audit", "verify"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "look whether the audit log is whole",
    details:
      "Every line names the one before it, so what was changed, taken out or put in shows; the first broken line is named. A line that a process died over is told apart from that. Whoever keeps the hash of the last line elsewhere can also tell whether the log was made anew: --expect. Exit code 0: whole, 2: not.",
    examples: [
      ["The log of this project", "ferry audit verify"],
      ["A copy, with a hash kept elsewhere", "ferry audit verify audit.jsonl --expect sha256:9c1e"],
    ],
  });

  expect = Option.String("--expect", {
    description: "A line of the log must have this hash, which was kept elsewhere",
  });
  file = Option.String({ name: "FILE", required: false });

  protected override async run(_terminal: Terminal): Promise<Reply> {
    const { runAuditVerify } = await import("../audit-verify-run.js");
    return runAuditVerify({
      configuration: this.configurationRequest([]),
      file: this.file ?? null,
      expect: this.expect ?? null,
    });
  }
}
