/** `ferry graph`: what depends on what. Touches no server. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { ConfigurationCommand } from "../command.js";
import type { Reply } from "../reply.js";

const FORMATS = ["text", "dot", "json"] as const;

export class GraphCommand extends ConfigurationCommand {
  static override paths = [["graph"]];
  static override usage = Command.Usage({
    description: "show what depends on what",
    details: "As steps in the order of apply, each resource with what it waits for, or as DOT for Graphviz.",
    examples: [
      ["As text", "ferry graph"],
      ["As a picture", "ferry graph --format dot | dot -Tsvg > platform.svg"],
    ],
  });

  format = Option.String("--format", "text", { description: "text (default), dot or json" });
  files = Option.Rest({ name: "FILE|FOLDER" });

  protected override wantsJson(): boolean {
    return this.json || this.format === "json";
  }

  protected override async run(): Promise<Reply> {
    const format = FORMATS.find((name) => name === this.format);
    if (format === undefined) throw unknownFormat(this.format);
    const { openConfiguration } = await import("../project.js");
    const { renderDot, renderGraphText } = await import("../../render/graph.js");
    const { desired, diagnostics, registry } = await openConfiguration(this.configurationRequest(this.files));
    await registry.close();
    const nodes = desired.resources.map(({ address, kind, dependsOn }) => ({ address, kind, dependsOn }));
    const dependencies = new Map(nodes.map((node) => [node.address, node.dependsOn]));
    return {
      exitCode: 0,
      diagnostics,
      text: () => (format === "dot" ? renderDot(dependencies) : renderGraphText(dependencies)),
      data: { nodes },
    };
  }
}

function unknownFormat(format: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("usage-format", `--format: there is no format "${format}"`, {
      remedy: `Give one of: ${FORMATS.join(", ")}.`,
    }),
  ]);
}
