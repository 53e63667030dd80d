/**
 * 64-bit hash of a path as two halves (the mixing of MurmurHash3's finaliser over two lanes). Paths are not kept in the
 * index; among ten million of them two share a hash with a probability of about 3 in a million, and the servers' digest
 * would show it.
 */

export interface HashHalves {
  high: number;
  low: number;
}

const FIRST = 0x9e3779b1;
const SECOND = 0x85ebca77;

/** Writes the unsigned halves into `out`, so that nothing is allocated. */
export function hashPath(path: string, out: HashHalves): void {
  let one = 0xdeadbeef ^ path.length;
  let two = 0x41c6ce57 ^ path.length;
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    one = Math.imul(one ^ code, FIRST);
    two = Math.imul(two ^ code, SECOND);
    one = (one << 13) | (one >>> 19);
    two = (two << 17) | (two >>> 15);
  }
  one = mix(one ^ Math.imul(two, 0xc2b2ae35));
  two = mix(two ^ Math.imul(one, 0x27d4eb2f));
  out.high = one >>> 0;
  out.low = two >>> 0;
}

function mix(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
