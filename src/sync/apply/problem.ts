/** Why a direction cannot go on by itself: what happened, and what a person can do. Shown in status and alerts. */

export type ProblemCode =
  | "fenced"
  | "stopped"
  | "checkpoint-moved"
  | "acl-refused"
  | "not-permitted"
  | "quota"
  | "held"
  | "hopeless"
  | "feed"
  | "digest"
  | "control-damaged"
  | "unexpected";

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }

  static fenced(owner: string): Problem {
    return new Problem(
      "fenced",
      `another engine has taken over (${owner} was changed): this one writes nothing more`,
      "Nothing: it stands by and takes over when the other one is gone",
    );
  }

  static stopped(): Problem {
    return new Problem("stopped", "it was stopped", "Start it again: it goes on from the checkpoint");
  }

  static checkpointMoved(path: string): Problem {
    return new Problem(
      "checkpoint-moved",
      `${path} was changed by somebody else while this engine was the owner`,
      "Find out who writes there, then start the engine again: it reads the checkpoint anew",
    );
  }

  static controlDamaged(path: string): Problem {
    return new Problem(
      "control-damaged",
      `${path} does not hold a checkpoint of ferry: somebody wrote to it`,
      `Find out who. Then delete ${path} and start the engine again: it compares the whole state`,
    );
  }

  static hopeless(path: string, attempts: number): Problem {
    return new Problem(
      "hopeless",
      `the target refused ${path} ${attempts} times, each time for another reason: somebody writes there all the time`,
      "Stop the other writer, or leave the subtree out, then start the engine again",
    );
  }

  static liveEphemeral(path: string, session: bigint): Problem {
    return new Problem(
      "held",
      `${path} on the target is the ephemeral znode of a living session (0x${BigInt.asUintN(64, session).toString(16)}); the source wants it otherwise`,
      "End that session, or leave the subtree out. Members of one election on both sides need bidirectional and fenced counters (ferry sync bump)",
    );
  }

  static foreignChild(parent: string, child: string): Problem {
    return new Problem(
      "held",
      `the source deleted ${parent}, but ${child} on the target is outside the synchronised subtrees`,
      `Move or delete ${child} by hand, then start the engine again`,
    );
  }

  static unexpected(error: unknown): Problem {
    const text = error instanceof Error ? error.message : String(error);
    return new Problem(
      "unexpected",
      `it came upon something it did not expect: ${text}`,
      "Start it again: it goes on from the checkpoint. Please report it",
    );
  }

  static notReadable(paths: readonly string[]): Problem {
    return new Problem(
      "not-permitted",
      `${paths.length} znodes of the target may not be read, for example ${paths[0]}: what they hold cannot be compared`,
      "Let the engine authenticate as superuser of the target (auth: digest super:…), then start it again",
    );
  }

  static unknownAcl(path: string): Problem {
    return new Problem(
      "feed",
      `the source sent ${path} without its ACL, and no transaction that sets it: it was not copied`,
      "Start the engine again: it asks for another snapshot. Please report it with the version of the source's servers",
    );
  }

  static madeTwice(path: string): Problem {
    return new Problem(
      "feed",
      `one transaction made ${path} twice while the source's snapshot was sent: which of the two it shows is not known`,
      "Start the engine again: it asks for another snapshot",
    );
  }
}
