/**
 * The stream in which an engine gives what a server printed: frames of an 8-byte header (stream, three zeros, length) and
 * that many bytes. Pure. Source: Docker Engine API, "Attach to a container", stream format.
 */

/** What was printed, standard output and error as they came. */
export function joinFrames(stream: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= stream.length; ) {
    const length = stream.readUInt32BE(at + 4);
    parts.push(stream.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts).toString("utf8");
}
