/** The status of a platform for people: a line for each server, framework and app. Computes only. */
import {
  type AppStatus,
  complaintsOf,
  LABEL,
  type MasterStatus,
  type PlatformStatus,
  type ServerStatus,
} from "./status.js";

/** Lines of cells; every column as wide as its widest cell. */
type Row = readonly string[];

export function statusText(status: PlatformStatus): string {
  const blocks = [
    ...status.ensembles.map(({ address, servers }) => block(address, servers, ({ role }) => [role])),
    ...status.masters.map(({ address, servers }) => block(address, servers, masterCells)),
    ...status.agents.map(({ address, servers }) =>
      block(address, servers, ({ registered, tasks }) => [
        registered ? "registered" : "not registered",
        count(tasks, "task"),
      ]),
    ),
    ...status.marathons.map(({ address, servers }) =>
      block(address, servers, ({ leads }) => [leads ? "leader" : "standby"]),
    ),
    ...status.schedulers.map(({ address, servers }) =>
      block(address, servers, ({ registered }) => [registered === false ? "not registered" : "runs"]),
    ),
    ...status.masters.flatMap(({ address, frameworks }) =>
      frameworks.length === 0
        ? []
        : [
            heading(
              `Frameworks of ${address}`,
              frameworks.map(({ name, connected, checkpoint, tasks }) => [
                name,
                connected ? "connected" : "not connected",
                count(tasks, "task"),
                checkpoint ? "" : "no checkpointing",
              ]),
            ),
          ],
    ),
    ...status.marathons.flatMap(({ address, apps }) =>
      apps === null || apps.length === 0 ? [] : [heading(`Apps of ${address}`, apps.map(appCells))],
    ),
  ];
  const complaints = complaintsOf(status);
  const end = complaints.length === 0 ? "All is well." : complaints.map((text) => `! ${text}`).join("\n");
  return [`(${LABEL})`, ...blocks, end].join("\n\n");
}

function block<S extends ServerStatus>(
  address: string,
  servers: readonly S[],
  cells: (server: S) => readonly string[],
): string {
  return heading(
    address,
    servers.map((server) => [server.id, server.at, ...stateCells(server, cells), processCell(server)]),
  );
}

function stateCells<S extends ServerStatus>(server: S, cells: (server: S) => readonly string[]): Row {
  if (server.up) return cells(server);
  return [server.wanted ? "DOWN" : "declared, does not run"];
}

function processCell({ pid }: ServerStatus): string {
  return pid === null ? "" : `process ${pid}`;
}

function masterCells({ elected, recovered, ensembleSize }: MasterStatus): Row {
  const registry = recovered === true ? "recovered" : recovered === false ? "not recovered" : "";
  const size = ensembleSize === null ? "" : `log of ${ensembleSize}`;
  return [elected ? "leader" : "standby", [registry, size].filter((text) => text !== "").join(", ")];
}

function appCells({ id, instances, running, healthy, deploying }: AppStatus): Row {
  return [
    id,
    `${running} of ${instances} running`,
    healthy === null ? "no health check" : `${healthy} healthy`,
    deploying ? "deploying" : "",
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function heading(title: string, rows: readonly Row[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "));
  return [title, ...lines.map((line) => `  ${line}`.trimEnd())].join("\n");
}
