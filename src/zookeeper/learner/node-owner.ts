/**
 * The stat's ephemeralOwner as servers keep it (EphemeralType.java): besides sessions it holds the marks of containers
 * and of TTL znodes. Clients are shown 0 for both.
 */

export type NodeOwner =
  | { readonly kind: "persistent" }
  | { readonly kind: "ephemeral"; readonly session: bigint }
  | { readonly kind: "container" }
  | { readonly kind: "ttl"; readonly ttlMs: bigint };

/** Long.MIN_VALUE, 3.5.1 and newer. */
export const CONTAINER_OWNER = -(2n ** 63n);
const TTL_MASK = 0xffn << 56n;
const TTL_VALUE = (1n << 40n) - 1n;
/** 3.5.3 alone wrote a TTL as the top bit and the value. */
const OLD_TTL_VALUE = 2n ** 63n - 1n;

/**
 * @param extendedTypes whether the server knows TTL znodes (3.5.4 with extendedTypesEnabled and newer); otherwise such
 *   a number is a session id of a server with id 255
 */
export function nodeOwner(owner: bigint, extendedTypes = true): NodeOwner {
  if (owner === 0n) return { kind: "persistent" };
  if (owner === CONTAINER_OWNER) return { kind: "container" };
  const raw = BigInt.asUintN(64, owner);
  if (extendedTypes && (raw & TTL_MASK) === TTL_MASK) return { kind: "ttl", ttlMs: raw & TTL_VALUE };
  return { kind: "ephemeral", session: owner };
}

/** The owner field of a TTL znode. */
export function ttlOwner(ttlMs: bigint): bigint {
  return BigInt.asIntN(64, TTL_MASK | (ttlMs & TTL_VALUE));
}

/** How 3.5.3 wrote a TTL; null when it is none. */
export function oldTtl(owner: bigint): bigint | null {
  return owner < 0n && owner !== CONTAINER_OWNER ? BigInt.asUintN(64, owner) & OLD_TTL_VALUE : null;
}
