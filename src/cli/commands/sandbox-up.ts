/** `ferry sandbox up`: a whole platform on this machine, to rehearse on. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import type { Reply } from "../reply.js";
import { SandboxCommand } from "../sandbox-command.js";
import type { Terminal } from "../terminal.js";

export class SandboxUpCommand extends SandboxCommand {
  static override paths = [["sandbox", "up"]];
  static override usage = Command.Usage({
    category: "Rehearsal",
    description: "start a whole platform on this machine, to rehearse on",
    details:
      "Writes a project and applies it: a ZooKeeper ensemble of three servers, three masters, four agents, two Marathons with apps, and two other frameworks. ZooKeeper is real, everything else is a simulation that behaves as recorded. Addresses and ports that are free are chosen and remembered. On a sandbox that is there it puts right whatever is not as declared; files that somebody has changed are left as they are.",
    examples: [
      ["In the folder sandbox", "ferry sandbox up"],
      ["With short session timeouts, so that nothing takes long", "ferry sandbox up --quick"],
      ["With the other side of a migration", "ferry sandbox up --both"],
      ["A second one beside it", "ferry sandbox up --dir other --net 40 --port-shift 4000"],
    ],
  });

  quick = Option.Boolean("--quick", false, {
    description: "Sessions of 2 s instead of 10 s: a killed leader is replaced sooner than a real one",
  });
  both = Option.Boolean("--both", false, {
    description: "Declare side B too: an empty ensemble, and masters and agents that do not run yet",
  });
  net = Option.String("--net", {
    description: "Use the addresses 127.NUMBER.x.y (default: the first from 10 on that is free)",
  });
  portShift = Option.String("--port-shift", {
    description: "Add this number to every port (default: 0, or more where they are taken)",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runSandboxUp } = await import("../sandbox-up-run.js");
    const { quick, both } = this;
    const net = numberOf("--net", this.net, 1, 254);
    const portShift = numberOf("--port-shift", this.portShift, 0, 30_000);
    return runSandboxUp({ ...this.sandboxRequest(), wanted: { net, portShift, quick, both } }, terminal);
  }
}

/** Null when it is left out. */
function numberOf(option: string, word: string | undefined, from: number, to: number): number | null {
  if (word === undefined) return null;
  const number = /^\d{1,5}$/.test(word) ? Number(word) : Number.NaN;
  if (number >= from && number <= to) return number;
  throw new DiagnosticError([
    errorDiagnostic("usage-number", `${option}: "${word}" is no number from ${from} to ${to}`, {
      detail: "Nothing was changed.",
      remedy: "Give a whole number, or leave it out for one that is free.",
    }),
  ]);
}
