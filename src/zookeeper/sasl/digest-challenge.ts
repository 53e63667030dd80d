/**
 * Reads the directives of DIGEST-MD5 (RFC 2831, section 7.1: `token=value` or `token="quoted"`, separated by commas) and
 * what a challenge says in them. Whatever the bytes are, the worst outcome is a SaslFault that says what is wrong.
 */

/** What the other side sent is no sound SASL. The message is the reason alone; it never holds a password. */
export class SaslFault extends Error {
  override readonly name = "SaslFault";
}

export interface DigestChallenge {
  /** In the order of the server; most name one. Empty: the server has none. */
  readonly realms: readonly string[];
  /** One character per byte, to be sent back as it came. */
  readonly nonce: string;
  /** Whether names may be sent as UTF-8; ISO 8859-1 otherwise. */
  readonly utf8: boolean;
}

export interface Directive {
  /** Lower case. */
  readonly name: string;
  /** Without quotes and escapes; one character per byte. */
  readonly value: string;
}

/** RFC 2831 allows 2,047 bytes; a server with many realms may be a little generous. */
const LONGEST = 16_384;

const BLANK = /[ \t\r\n]*/y;
const SEPARATORS = /[ \t\r\n,]*/y;
/** Visible ASCII without the separators of RFC 2616. */
const TOKEN = /[!#$%&'*+\-.0-9A-Z^_`a-z|~]+/y;
/** RFC 2831 has a token for a value without quotes; some servers' have separators in it. */
const BARE_VALUE = /[^\s",]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;

/** All directives in their order. Throws SaslFault where the text is none. */
export function readDirectives(bytes: Buffer): Directive[] {
  if (bytes.length > LONGEST) throw new SaslFault(`a message of ${bytes.length} bytes is too long to be one`);
  const text = bytes.toString("latin1");
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at += found[0].length;
    return found;
  };
  const directives: Directive[] = [];
  for (;;) {
    take(SEPARATORS); // empty elements are allowed
    if (at === text.length) return directives;
    const name = take(TOKEN)?.[0].toLowerCase();
    if (name === undefined) throw new SaslFault(`there is no directive's name at byte ${at}`);
    take(BLANK);
    if (text[at] !== "=") throw new SaslFault(`directive ${name} has no value (byte ${at})`);
    at++;
    take(BLANK);
    const value = readValue(take);
    if (value === null)
      throw new SaslFault(`the value of directive ${name} is no text in quotes (byte ${at})`);
    directives.push({ name, value });
    take(BLANK);
    if (at < text.length && text[at] !== ",") {
      throw new SaslFault(`there is no comma after directive ${name} (byte ${at})`);
    }
  }
}

function readValue(take: (pattern: RegExp) => RegExpExecArray | null): string | null {
  const quoted = take(QUOTED)?.[1];
  if (quoted !== undefined) return quoted.replace(/\\(.)/gs, "$1");
  return take(BARE_VALUE)?.[0] ?? null;
}

/** The one value of a directive, undefined when it is missing. Throws SaslFault when it comes twice. */
export function singleDirective(directives: readonly Directive[], name: string): string | undefined {
  const found = directives.filter((directive) => directive.name === name);
  if (found.length > 1) throw new SaslFault(`directive ${name} comes ${found.length} times`);
  return found[0]?.value;
}

/** What the server's first message says. Throws SaslFault when it is none, or asks for what is not known here. */
export function parseChallenge(bytes: Buffer): DigestChallenge {
  const directives = readDirectives(bytes);
  const nonce = singleDirective(directives, "nonce");
  if (nonce === undefined || nonce === "") throw new SaslFault("it has no nonce");
  const algorithm = singleDirective(directives, "algorithm");
  if (algorithm !== "md5-sess") {
    throw new SaslFault(`it asks for the algorithm ${shown(algorithm)}, not for md5-sess`);
  }
  const charset = singleDirective(directives, "charset");
  if (charset !== undefined && charset.toLowerCase() !== "utf-8") {
    throw new SaslFault(`it names the charset ${shown(charset)}; there is only utf-8`);
  }
  const qop = singleDirective(directives, "qop") ?? "auth";
  if (!qop.split(",").some((option) => option.trim().toLowerCase() === "auth")) {
    throw new SaslFault(`it asks for the protection ${shown(qop)}; only "auth" is known here`);
  }
  const utf8 = charset !== undefined;
  const realms = directives.filter(({ name }) => name === "realm").map(({ value }) => decode(value, utf8));
  return { realms, nonce, utf8 };
}

function decode(value: string, utf8: boolean): string {
  if (!utf8) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    throw new SaslFault(`its realm ${shown(value)} is no UTF-8`);
  }
}

/** For an error: whatever the server sent, it must not disturb a terminal. */
function shown(value: string | undefined): string {
  return value === undefined ? "(none)" : JSON.stringify(value.slice(0, 80)).replace(/[\x7f-\xff]/g, "?");
}
