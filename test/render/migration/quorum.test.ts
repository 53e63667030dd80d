/** Paths of masters as an operator reads them, in files: the usual platforms, and those for which there is none. */
import { suite } from "uvu";
import { planQuorumPath } from "../../../src/migration/quorum/planner.js";
import type { QuorumPath, QuorumQuestion } from "../../../src/migration/quorum/question.js";
import { renderQuorumPath, renderQuorumRefusal } from "../../../src/render/migration/quorum-text.js";
import { expectGolden } from "../../harness/golden.js";
import { names, replacing, repointing, standing, withState } from "../../migration/quorum/questions.js";

const texts = suite("paths of masters as text");

function rendered(question: QuorumQuestion): string {
  const answer = planQuorumPath(question);
  return answer.kind === "path" ? renderQuorumPath(answer) : renderQuorumRefusal(answer);
}

function path(question: QuorumQuestion): QuorumPath {
  const answer = planQuorumPath(question);
  if (answer.kind === "none") throw new Error(answer.text);
  return answer;
}

/** Back to A's three after so many steps of a path. */
function backFrom(question: QuorumQuestion, steps: number): QuorumQuestion {
  return {
    ...question,
    masters: standing(question, path(question), steps),
    goal: { side: "a", masters: names("a", 3), quorum: 2 },
  };
}

const replace3 = replacing([3, 2], [3, 2]);
const down = { kind: "down", zookeeper: "a", quorum: 2 } as const;

const CASES: Readonly<Record<string, QuorumQuestion>> = {
  "replace-3-by-3": replace3,
  "replace-5-by-5": replacing([5, 3], [5, 3]),
  "replace-2-by-2": replacing([2, 2], [2, 2]),
  "replace-3-by-5-refused": replacing([3, 2], [5, 3]),
  "replace-3-by-5-with-a-pause": replacing([3, 2], [5, 3], "where-unavoidable"),
  "replace-5-by-3-refused": replacing([5, 3], [3, 2]),
  "replace-5-by-3-with-pauses": replacing([5, 3], [3, 2], "where-unavoidable"),
  "replace-7-by-5": replacing([7, 4], [5, 3]),
  "replace-1-by-1-refused": replacing([1, 1], [1, 1]),
  "replace-3-of-which-1-is-down": withState(replace3, "a3", down),
  "replace-3-of-which-2-are-down": withState(withState(replace3, "a2", down), "a3", down),
  "repoint-3": repointing(3, 2),
  "repoint-3-of-which-1-is-down": withState(repointing(3, 2), "a3", down),
  "repoint-2-with-pauses": repointing(2, 2, "where-unavoidable"),
  "repoint-1-with-a-pause": repointing(1, 1, "where-unavoidable"),
  "back-after-4-steps-of-replace-3": backFrom(replace3, 4),
  "back-after-the-end-of-replace-3": backFrom(replace3, 6),
  "back-after-1-step-of-repoint-3": backFrom(repointing(3, 2), 1),
  "back-after-the-end-of-repoint-3": backFrom(repointing(3, 2), 3),
  "nothing-to-do": backFrom(replace3, 0),
};

for (const [name, question] of Object.entries(CASES))
  texts(name, () => {
    expectGolden(`test/render/golden/quorum/${name}.txt`, `${rendered(question)}\n`);
  });

texts.run();
