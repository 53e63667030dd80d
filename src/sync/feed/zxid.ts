/** Arithmetic of zxids: epoch in the upper 32 bits, counter in the lower ones. */

const COUNTER = 0xffffffffn;

export function epochOf(zxid: bigint): bigint {
  return zxid >> 32n;
}

/**
 * Whether nothing is missing between two transactions. Within an epoch the counter rises by one with every transaction;
 * the first one of an epoch has the counter 1 (measured on 3.4 to 3.9).
 */
export function follows(last: bigint, next: bigint): boolean {
  return epochOf(next) === epochOf(last) ? next === last + 1n : next > last && (next & COUNTER) === 1n;
}

/** As people and logs of servers write it. */
export function hex(zxid: bigint): string {
  return `0x${BigInt.asUintN(64, zxid).toString(16)}`;
}

export function fromHex(text: string): bigint {
  return BigInt.asIntN(64, BigInt(text));
}
