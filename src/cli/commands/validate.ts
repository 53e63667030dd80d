/** `ferry validate`: checks the configuration; touches no server, no state and no secret. */
import { Command, Option } from "clipanion";
import { ConfigurationCommand } from "../command.js";
import type { Reply } from "../reply.js";

export class ValidateCommand extends ConfigurationCommand {
  static override paths = [["validate"]];
  static override usage = Command.Usage({
    description: "check the configuration without touching any server",
    details:
      "Against the schemas and across resources: references, cycles, ports, names. All problems at once, each with file, line and column and what to do.",
    examples: [
      ["Everything", "ferry validate"],
      ["As staging would see it", "ferry validate --env staging"],
    ],
  });

  files = Option.Rest({ name: "FILE|FOLDER" });

  protected override async run(): Promise<Reply> {
    const { openConfiguration } = await import("../project.js");
    const { desired, diagnostics, registry } = await openConfiguration(this.configurationRequest(this.files));
    await registry.close();
    const resources = desired.resources.map(({ address, kind, source }) => ({
      address,
      kind,
      source: `${source.file}:${source.start.line}:${source.start.column}`,
    }));
    return {
      exitCode: 0,
      diagnostics,
      text: () => `The configuration is valid: ${countKinds(resources)}.`,
      data: { project: desired.project.name, environment: desired.project.environment, resources },
    };
  }
}

/** `5 resources (2 Host, 3 ZNode)` */
function countKinds(resources: readonly { readonly kind: string }[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of resources) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const list = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => `${count} ${kind}`);
  const total = `${resources.length} resource${resources.length === 1 ? "" : "s"}`;
  return list.length === 0 ? total : `${total} (${list.join(", ")})`;
}
