/**
 * UPIDs, libprocess' addresses of processes (`log-replica(1)@10.0.0.1:5050`): text in, parts out. Names are not resolved.
 */
export interface Upid {
  /** `master`, `log-replica(1)`. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** Null when the text is no UPID. */
export function parseUpid(text: string): Upid | null {
  const match = /^([^@\s]+)@([^@:\s]+):(\d{1,5})$/.exec(text);
  const [, id, host, digits] = match ?? [];
  if (id === undefined || host === undefined) return null;
  const port = Number(digits);
  return port <= 65_535 ? { id, host, port } : null;
}

/** The UPID of the log replica of a master at `ip:port`. */
export function replicaUpid(ip: string, port: number): string {
  return `log-replica(1)@${ip}:${port}`;
}
