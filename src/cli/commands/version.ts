/** `ferry version`. Loads as little as possible: it is the measure of start-up. */
import { Command, Option } from "clipanion";
import { ferryVersion } from "../../install/root.js";
import { FerryCommand } from "../command.js";
import { type Reply, reply } from "../reply.js";

export class VersionCommand extends FerryCommand {
  static override paths = [["version"]];
  static override usage = Command.Usage({
    description: "print the version",
    examples: [["The version of ferry and of what it runs on", "ferry version"]],
  });

  json = Option.Boolean("--json", false, { description: "One JSON document on stdout, for programs" });

  protected override wantsJson(): boolean {
    return this.json;
  }

  protected override async run(): Promise<Reply> {
    const version = ferryVersion();
    return reply(`ferry ${version} (Node.js ${process.versions.node}, ${process.platform} ${process.arch})`, {
      version,
      node: process.versions.node,
      platform: process.platform,
      architecture: process.arch,
    });
  }
}
