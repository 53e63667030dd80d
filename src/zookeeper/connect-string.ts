/** `host:port,host:port/chroot`, taken apart. No look-up of names happens here. */
import { pathFault } from "./path.js";

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface ConnectString {
  readonly servers: readonly ServerAddress[];
  /** `""` or `/a/b`. */
  readonly chroot: string;
}

const DEFAULT_PORT = 2181;

/** host:port, an IPv6 address in brackets. */
export function addressText(address: ServerAddress): string {
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** The parts, or in words what is wrong. */
export function parseConnectString(text: string): ConnectString | string {
  const slash = text.indexOf("/");
  const list = slash < 0 ? text : text.slice(0, slash);
  const chroot = slash < 0 ? "/" : text.slice(slash);
  const fault = pathFault(chroot);
  if (fault !== null) return `the chroot ${JSON.stringify(chroot)} is no path: ${fault}`;
  const servers: ServerAddress[] = [];
  for (const part of list.split(",").map((item) => item.trim())) {
    const server = parseServer(part);
    if (typeof server === "string") return server;
    servers.push(server);
  }
  return { servers, chroot: chroot === "/" ? "" : chroot };
}

function parseServer(text: string): ServerAddress | string {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (host === undefined) return `${JSON.stringify(text)} is no host:port`;
  if (port < 1 || port > 65_535) return `${JSON.stringify(text)} has no port between 1 and 65535`;
  return { host, port };
}
