/** Adler-32 (RFC 1950, section 8.2), as java.util.zip has it: the seal of snapshot files. Node itself offers it nowhere. */

const MODULUS = 65_521;
/** Bytes between two reductions; small enough for both sums to stay below 2^30, where V8 calculates in integers. */
const STRIDE = 2_048;

export class Adler32 {
  private low = 1;
  private high = 0;

  /** Takes in the bytes from `from` up to `to`. */
  update(bytes: Uint8Array, from = 0, to = bytes.length): this {
    let { low, high } = this;
    for (let at = from; at < to; ) {
      const end = Math.min(at + STRIDE, to);
      for (; at < end; at++) {
        low += bytes[at] ?? 0;
        high += low;
      }
      low %= MODULUS;
      high %= MODULUS;
    }
    this.low = low;
    this.high = high;
    return this;
  }

  /** Of everything so far, 0…2^32 − 1. */
  get value(): number {
    return this.high * 65_536 + this.low;
  }
}
