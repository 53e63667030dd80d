/**
 * Who belongs to an ensemble, as the servers write it: `server.N=address:quorum:election:role;address:client`. Pure text.
 * Source: ZooKeeper's reconfiguration guide and /zookeeper/config of real servers.
 */
import type { ServerSpec } from "./spec.js";

/** A server and the address under which the others reach it. */
export interface Member {
  readonly server: ServerSpec;
  readonly address: string;
  /** False: no plain client port, clients come in over TLS only. */
  readonly plain: boolean;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/**
 * The value behind `server.N=`. Servers from 3.5 know the role and take the client address behind a semicolon; older
 * ones mark observers only and have their client port in zoo.cfg.
 */
export function memberLine({ server, address, plain }: Member, dynamic: boolean): string {
  const base = `${bracketed(address)}:${server.quorumPort}:${server.electionPort}`;
  if (!dynamic) return server.role === "observer" ? `${base}:observer` : base;
  return plain ? `${base}:${server.role};0.0.0.0:${server.clientPort}` : `${base}:${server.role}`;
}

/** The dynamic configuration file of servers from 3.5. */
export function dynamicConfiguration(members: readonly Member[]): string {
  return `${members.map((member) => `server.${member.server.id}=${memberLine(member, true)}`).join("\n")}\n`;
}

export interface LiveMembership {
  /** Server id → what is behind `server.N=`. */
  readonly lines: ReadonlyMap<number, string>;
  /** Version of the configuration, as the servers count it (hexadecimal). */
  readonly version: string | null;
}

/** Reads the text of /zookeeper/config. */
export function parseMembership(text: string): LiveMembership {
  const lines = new Map<number, string>();
  let version: string | null = null;
  for (const line of text.split("\n")) {
    const [key, value] = splitOnce(line.trim(), "=");
    const id = /^server\.(\d+)$/.exec(key)?.[1];
    if (id !== undefined) lines.set(Number(id), value);
    else if (key === "version") version = value;
  }
  return { lines, version };
}

/** Whether a live line says what we would write; servers add a role and client address where we left them out. */
export function isSameLine(live: string, wanted: string): boolean {
  const parts = (line: string): string => {
    const [quorum, client] = splitOnce(line, ";");
    const withRole = /:(participant|observer)$/.test(quorum) ? quorum : `${quorum}:participant`;
    return `${withRole};${client.includes(":") || client === "" ? client : `0.0.0.0:${client}`}`;
  };
  return parts(live) === parts(wanted);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
