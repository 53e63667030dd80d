/** What a feed looks at: roots, what is excluded from them, roots within that, and the way there. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FeedScope } from "../../../src/sync/feed/feed-scope.js";

const scope = suite("feed scope");

scope("everything but what is reserved", () => {
  const all = new FeedScope(["/"], []);
  assert.equal(
    ["/", "/a", "/a/b"].map((path) => all.place(path)),
    ["in", "in", "in"],
  );
  assert.equal(
    ["/zookeeper", "/zookeeper/quota", "/ferry"].map((path) => all.place(path)),
    ["out", "out", "out"],
  );
  assert.is(all.place("/ferryman"), "in");
  assert.equal(all.outermost, ["/"]);
  assert.equal(all.ancestors, []);
});

scope("a root within what another one excludes", () => {
  const nested = new FeedScope(["/a", "/a/b/c/d", "/x/y"], ["/a/b", "/a/z"]);
  const places = { "/": "way", "/a": "in", "/a/z": "out", "/a/z/1": "out", "/a/bc": "in", "/ab": "out" };
  for (const [path, place] of Object.entries(places)) assert.is(nested.place(path), place, path);
  const deeper = { "/a/b": "way", "/a/b/c": "way", "/a/b/c/d": "in", "/a/b/c/d/e": "in", "/a/b/c/e": "out" };
  for (const [path, place] of Object.entries(deeper)) assert.is(nested.place(path), place, path);
  assert.equal(nested.outermost, ["/a", "/x/y"]);
  assert.equal([...nested.ancestors].sort(), ["/", "/x"]);
  assert.equal([...nested.next("/")].sort(), ["/a", "/x"]);
  assert.equal(nested.next("/a/b"), ["/a/b/c"]);
  assert.equal(nested.next("/q"), []);
});

scope("a root that begins exactly where another one ends", () => {
  const exact = new FeedScope(["/a", "/a/b"], ["/a/b"]);
  assert.is(exact.place("/a/b"), "in");
  assert.equal(exact.outermost, ["/a"]);
});

scope("a reserved root is never looked at", () => {
  const reserved = new FeedScope(["/zookeeper/quota"], []);
  assert.is(reserved.place("/zookeeper/quota"), "out");
  assert.equal(reserved.next("/"), []);
});

scope.run();
